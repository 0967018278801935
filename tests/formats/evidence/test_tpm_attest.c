/*
 * test_tpm_attest.c - quotes, signatures and public areas of a TPM: minted
 * ones, every length, every lie.
 */
#include "formats/evidence/tpm_attest.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/support.h"

static struct coco_key *rsa;
static struct coco_key *ec;

static int setup(void **state COCO_UNUSED)
{
	return coco_key_generate("rsa2048", &rsa, NULL) | coco_key_generate("p384", &ec, NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	coco_key_free(rsa);
	coco_key_free(ec);
	return 0;
}

static void test_quote(void **state COCO_UNUSED)
{
	struct coco_mint_tpm_spec spec = { .ak = rsa, .pcrs = 0x800011 };
	struct coco_minted_quote m;
	struct coco_tpm_quote q;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	coco_mint_tpm_quote(&m, &spec);
	assert_ok(coco_tpm_quote_parse(&q, coco_view_of(m.message, m.n_message), &d), &d);
	assert_int_equal(q.n_banks, 1);
	assert_int_equal(q.bank[0].alg, COCO_TCG_SHA256);
	assert_int_equal(q.bank[0].pcrs, 0x800011);
	assert_int_equal(q.extra_data.n, 9);
	assert_memory_equal(q.extra_data.p, "challenge", 9);
	assert_int_equal(q.reset_count, 2);
	assert_int_equal(q.restart_count, 3);
	assert_int_equal(q.clock, 123456);
	assert_int_equal(q.firmware, 0x2020031200120003);
	assert_int_equal(q.pcr_digest.n, 32);
	coco_tpm_quote_claims(&c, &q, true, 0x100);
	for (size_t i = 0; i < c.n; i++) {
		const struct coco_claim *k = &c.v[i];

		assert_true(k->length > 0 && k->offset >= 0x100);
		assert_true(k->offset + k->length <= 0x100 + m.n_message);
		if (k->type == COCO_CLAIM_TYPE_BYTES)
			assert_memory_equal(k->p, m.message + k->offset - 0x100, k->n);
		if (k->type == COCO_CLAIM_TYPE_NUMBER && k->length == 4)
			assert_int_equal(k->number,
					 coco_get_be32(m.message + k->offset - 0x100));
	}
	assert_non_null(coco_claims_find(&c, "tpm.selection.sha256"));
	coco_claims_free(&c);
	coco_tpm_quote_claims(&c, &q, false, 0);
	for (size_t i = 0; i < c.n; i++)
		assert_true(c.v[i].length == 0 && c.v[i].offset == 0);
	coco_claims_free(&c);
}

static int quote_code(const uint8_t *p, size_t n, const char **ret_field)
{
	static struct coco_diag d;
	struct coco_tpm_quote q = { .clock = 99 };
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(&d);
	int r = coco_tpm_quote_parse(&q, coco_view_of(guarded, n), &d);
	coco_test_unguard(guarded, n);
	assert_int_equal(r, d.code);
	if (r != 0)
		assert_int_equal(q.clock, 99);
	*ret_field = d.field;
	return r;
}

static void test_quote_lies(void **state COCO_UNUSED)
{
	struct coco_mint_tpm_spec spec = { .ak = rsa };
	struct coco_minted_quote m;
	uint8_t p[1024];
	const char *field;
	size_t n;

	coco_mint_tpm_quote(&m, &spec);
	n = m.n_message;
	for (size_t k = 0; k < n; k++)
		assert_int_equal(quote_code(m.message, k, &field), COCO_E_FORMAT_SHORT);
	memcpy(p, m.message, n);
	p[n] = 0;
	assert_int_equal(quote_code(p, n + 1, &field), COCO_E_FORMAT_TRAILING);
	for (size_t k = 0; k < 6; k++) {
		memcpy(p, m.message, n);
		p[k] ^= 1;
		assert_int_equal(quote_code(p, n, &field), COCO_E_TPM_STRUCTURE);
		assert_string_equal(field, k < 4 ? "magic" : "type");
	}
	size_t count = n - 34 - 3 - 3 - 4;   /* digest, bitmap, hash and size, count */
	memcpy(p, m.message, n);
	p[count] = 0xff;
	assert_int_equal(quote_code(p, n, &field), COCO_E_LIMIT_SIZE);
	p[count] = 0;
	p[count + 3] = 2;   /* a second selection out of the digest */
	assert_int_not_equal(quote_code(p, n, &field), 0);
	p[count + 3] = 1;
	p[count + 6] = 0xff;
	assert_int_equal(quote_code(p, n, &field), COCO_E_FORMAT_SHORT);
	memcpy(p, m.message, n);
	p[6] = 0x20;        /* the name of the key has 8 KiB */
	assert_int_equal(quote_code(p, n, &field), COCO_E_LIMIT_SIZE);
	assert_string_equal(field, "qualifiedSigner");
}

/* Selections by hand: a bank twice, a PCR that nobody has, none at all. */
static void test_selections(void **state COCO_UNUSED)
{
	static const uint8_t head[] = { 0xff, 'T', 'C', 'G', 0x80, 0x18, 0, 0, 0, 0,
					0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1,
					0, 0, 0, 0, 0, 0, 0, 4 };
	static const struct {
		const char *bytes;
		size_t n;
		int code;
	} list[] = {
		{ "\0\0\0\0" "\0\0", 6, 0 },
		{ "\0\0\0\2" "\0\x0b\3\1\0\0" "\0\x0c\3\1\0\0" "\0\0", 18, 0 },
		{ "\0\0\0\2" "\0\x0b\3\1\0\0" "\0\x0b\3\1\0\0" "\0\0", 18, COCO_E_TPM_STRUCTURE },
		{ "\0\0\0\1" "\0\x0b\5\1\0\0\0\0" "\0\0", 14, 0 },
		{ "\0\0\0\1" "\0\x0b\5\1\0\0\0\1" "\0\0", 14, COCO_E_TPM_STRUCTURE },
		{ "\0\0\0\1" "\0\x99\0" "\0\0", 9, 0 },
		{ "\0\0\0\x09" "\0\x0b\0\0\x0b\0\0\x0b\0\0\x0b\0\0\x0b\0\0\x0b\0\0\x0b\0\0\x0b\0"
		  "\0\x0b\0" "\0\0", 33, COCO_E_LIMIT_SIZE },
	};
	uint8_t p[128];
	const char *field;

	memcpy(p, head, sizeof(head));
	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		memcpy(p + sizeof(head), list[i].bytes, list[i].n);
		assert_int_equal(quote_code(p, sizeof(head) + list[i].n, &field), list[i].code);
	}
}

static void test_signature(void **state COCO_UNUSED)
{
	struct coco_mint_tpm_spec spec = { .ak = rsa };
	struct coco_minted_quote m;
	struct coco_tpm_signature s = { .scheme = 7 };
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	coco_mint_tpm_quote(&m, &spec);
	for (size_t n = 0; n < m.n_signature; n++) {
		coco_diag_init(&d);
		assert_err(coco_tpm_signature_parse(&s, coco_view_of(m.signature, n), &d),
			   COCO_E_FORMAT_SHORT, &d);
	}
	assert_int_equal(s.scheme, 7);
	coco_diag_init(&d);
	assert_ok(coco_tpm_signature_parse(&s, coco_view_of(m.signature, m.n_signature), &d), &d);
	assert_true(s.scheme == COCO_TPM_RSASSA && s.hash == COCO_TCG_SHA256 && s.a.n == 256);
	coco_tpm_signature_claims(&c, &s);
	assert_string_equal((const char *)c.v[0].p, "RSASSA-sha256");
	coco_claims_free(&c);
	assert_err(coco_tpm_signature_parse(&s, coco_view_of(m.signature, m.n_signature + 1), &d),
		   COCO_E_FORMAT_TRAILING, &d);
	coco_diag_init(&d);
	m.signature[1] = 5;   /* HMAC */
	assert_err(coco_tpm_signature_parse(&s, coco_view_of(m.signature, m.n_signature), &d),
		   COCO_E_TPM_STRUCTURE, &d);
	assert_string_equal(d.field, "sigAlg");
	coco_diag_init(&d);
	spec.ak = ec;
	coco_mint_tpm_quote(&m, &spec);
	assert_ok(coco_tpm_signature_parse(&s, coco_view_of(m.signature, m.n_signature), &d), &d);
	assert_true(s.scheme == COCO_TPM_ECDSA && s.a.n <= 48 && s.b.n <= 48 && s.b.n > 0);
}

static void test_public(void **state COCO_UNUSED)
{
	struct coco_tpm_public key = { .type = 7 };
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	uint8_t p[1024];
	size_t n = coco_mint_tpm_public(p, rsa, 0x50072);

	for (size_t k = 0; k < n; k++) {
		coco_diag_init(&d);
		assert_err(coco_tpm_public_parse(&key, coco_view_of(p, k), &d),
			   COCO_E_FORMAT_SHORT, &d);
	}
	assert_int_equal(key.type, 7);
	coco_diag_init(&d);
	assert_ok(coco_tpm_public_parse(&key, coco_view_of(p, n), &d), &d);
	assert_true(key.type == COCO_TPM_RSA && key.bits == 2048 && key.exponent == 65537);
	assert_true(key.a.n == 256 && (key.attributes & COCO_TPM_RESTRICTED) != 0);
	coco_tpm_public_claims(&c, &key, true, 50);
	assert_int_equal(coco_claims_find(&c, "tpm.ak.attributes")->offset, 54);
	assert_int_equal(coco_claims_find(&c, "tpm.ak.attributes.restricted")->number, 1);
	assert_int_equal(coco_claims_find(&c, "tpm.ak.attributes.decrypt")->number, 0);
	coco_claims_free(&c);
	p[n] = 0;
	assert_err(coco_tpm_public_parse(&key, coco_view_of(p, n + 1), &d), COCO_E_FORMAT_TRAILING,
		   &d);
	coco_diag_init(&d);
	p[11] = 6;   /* AES: a storage key */
	assert_err(coco_tpm_public_parse(&key, coco_view_of(p, n), &d), COCO_E_TPM_STRUCTURE, &d);
	assert_string_equal(d.field, "symmetric");
	coco_diag_init(&d);
	p[1] = 8;    /* KEYEDHASH */
	assert_err(coco_tpm_public_parse(&key, coco_view_of(p, n), &d), COCO_E_TPM_STRUCTURE, &d);
	coco_diag_init(&d);
	n = coco_mint_tpm_public(p, ec, 0x50072);
	assert_ok(coco_tpm_public_parse(&key, coco_view_of(p, n), &d), &d);
	assert_true(key.type == COCO_TPM_ECC && key.curve == COCO_TPM_P384 && key.a.n == 48);
	for (size_t k = 0; k < n; k++) {
		coco_diag_init(&d);
		assert_err(coco_tpm_public_parse(&key, coco_view_of(p, k), &d),
			   COCO_E_FORMAT_SHORT, &d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_quote_lies),
		cmocka_unit_test(test_selections),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
