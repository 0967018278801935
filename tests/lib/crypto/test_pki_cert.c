/*
 * test_pki_cert.c - single certificates: what they say, who issued them.
 */
#include "lib/crypto/pki_cert.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_pki_cert *root;
static struct coco_pki_cert *leaf;
static struct coco_diag d;

static const struct coco_pki_raw raw[] = {
	{ "1.3.6.1.4.1.3704.1.3.1", "\x02\x01\x07", 3, false },
	{ "1.3.6.1.4.1.3704.1.4", "twice", 5, false },
	{ "1.3.6.1.4.1.3704.1.4", "twice", 5, false },
	{ NULL, NULL, 0, false },
};

static int setup(void **state COCO_UNUSED)
{
	struct coco_pki_spec spec = coco_pki_leaf;

	root = coco_pki_issue(&coco_pki_root, NULL);
	spec.raw = raw;
	spec.unknown_critical = true;
	spec.serial = (const uint8_t *)"\x00";
	spec.n_serial = 1;
	leaf = coco_pki_issue(&spec, root);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	coco_pki_free(leaf);
	return 0;
}

static struct coco_cert *parse(const struct coco_pki_cert *c)
{
	struct coco_cert *cert = NULL;

	coco_diag_init(&d);
	assert_ok(coco_cert_parse(&cert, coco_view_of(c->der, c->n_der), &d), &d);
	return cert;
}

static void test_fields(void **state COCO_UNUSED)
{
	static const char *const known[] = { "1.2.3", "1.3.6.1.4.1.99999.7.7", NULL };
	struct coco_cert *c = parse(leaf);
	struct coco_view v = coco_cert_der(c);
	uint8_t digest[32];
	struct coco_key *key = NULL;
	bool twice = true;

	assert_int_equal(v.n, leaf->n_der);
	assert_memory_equal(v.p, leaf->der, v.n);
	SHA256(leaf->der, leaf->n_der, digest);
	assert_memory_equal(coco_cert_sha256(c), digest, 32);
	assert_string_equal(coco_cert_subject_text(c), "CN=Model Signer,O=Example,C=DE");
	assert_string_equal(coco_cert_issuer_text(c), "CN=Test Root,O=Example");
	assert_string_equal(coco_cert_common_name(c), "Model Signer");
	assert_int_equal(coco_cert_serial(c).n, 1);
	assert_int_equal(coco_cert_serial(c).p[0], 0);
	assert_true(coco_cert_not_before(c) == COCO_PKI_START);
	assert_true(coco_cert_not_after(c) == COCO_PKI_END);
	assert_int_equal(coco_cert_scheme(c), COCO_CERT_ECDSA_SHA256);
	assert_true(!coco_cert_is_ca(c) && !coco_cert_may_sign(c, false) &&
		    !coco_cert_may_sign(c, true));
	assert_true(coco_cert_extension(c, "1.3.6.1.4.1.3704.1.3.1", &v, &twice));
	assert_false(twice);
	assert_int_equal(v.n, 3);
	assert_false(coco_cert_extension(c, "1.3.6.1.4.1.3704.1.4", &v, &twice));
	assert_true(twice);
	assert_false(coco_cert_extension(c, "1.3.6.1.4.1.3704.1.5", &v, &twice));
	assert_false(twice);
	assert_false(coco_cert_extension(c, "1.3.6.1.4.1.3704.1.5", &v, NULL));
	assert_true(coco_cert_unknown_critical(c, NULL));
	assert_false(coco_cert_unknown_critical(c, known));
	assert_int_equal(coco_cert_curve(c), 256);
	assert_int_equal(coco_cert_rsa_bits(c), 0);
	assert_ok(coco_cert_key(c, &key, &d), &d);
	assert_true(coco_key_same(key, leaf->key));
	coco_key_free(key);
	coco_cert_free(c);
	c = parse(root);
	assert_true(coco_cert_is_ca(c) && coco_cert_may_sign(c, false) &&
		    coco_cert_may_sign(c, true) && !coco_cert_unknown_critical(c, NULL));
	coco_cert_free(c);
	coco_cert_free(NULL);
}

static void test_keys(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		unsigned curve;
		unsigned bits;
	} kinds[] = {
		{ "p256", 256, 0 }, { "p384", 384, 0 }, { "p521", 521, 0 }, { "rsa2048", 0, 2048 },
		{ "ed25519", 0, 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_pki_spec spec = { .subject = "CN=k", .key_type = kinds[i].type };
		struct coco_pki_cert *p = coco_pki_issue(&spec, NULL);
		struct coco_cert *c = parse(p);

		assert_int_equal(coco_cert_curve(c), kinds[i].curve);
		assert_int_equal(coco_cert_rsa_bits(c), kinds[i].bits);
		assert_true(coco_cert_may_sign(c, false) && coco_cert_may_sign(c, true));
		/* self-signed, or of a kind that is not verified with */
		int r = coco_cert_issued_by(c, c, &d);
		assert_int_equal(r, kinds[i].curve + kinds[i].bits != 0 ? 0
									: COCO_E_CERT_ALGORITHM);
		coco_cert_free(c);
		coco_pki_free(p);
	}
}

/* A point that is on no curve: the certificate has no use and is not taken. */
static void test_bad_point(void **state COCO_UNUSED)
{
	static const uint8_t oid[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
				       0x03, 0x42, 0x00, 0x04 };
	uint8_t *copy = coco_memdup(leaf->der, leaf->n_der);
	uint8_t *at = memmem(copy, leaf->n_der, oid, sizeof(oid));
	struct coco_cert *c = NULL;

	assert_non_null(at);
	at[sizeof(oid) + 40] ^= 1;
	coco_diag_init(&d);
	assert_err(coco_cert_parse(&c, coco_view_of(copy, leaf->n_der), &d), COCO_E_FORMAT_CERT,
		   &d);
	assert_null(c);
	coco_free(copy);
}

static void test_malformed(void **state COCO_UNUSED)
{
	uint8_t more[4096];
	struct coco_cert *c = NULL;

	memcpy(more, leaf->der, leaf->n_der);
	more[leaf->n_der] = 0;
	coco_diag_init(&d);
	assert_err(coco_cert_parse(&c, coco_view_of(more, leaf->n_der + 1), &d),
		   COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_cert_parse(&c, coco_view_of(more, leaf->n_der - 1), &d),
		   COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_cert_parse(&c, coco_view_of("", 0), &d), COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_cert_parse(&c, coco_view_of("", COCO_CERT_DER_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	assert_null(c);
}

static void test_memory(void **state COCO_UNUSED)
{
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_cert *c = NULL;
		int r = coco_cert_parse(&c, coco_view_of(leaf->der, leaf->n_der), &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_cert_free(c);
		if (done)
			break;
	}
}

/* The real hierarchy of AMD: parsed, its steps verified, its swapped steps not. */
static void test_amd(void **state COCO_UNUSED)
{
	static const char *const names[] = { "milan", "genoa", "turin" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_certs *list = NULL;

		coco_diag_init(&d);
		struct coco_cert *c[3] = { NULL };
		char rel[64];

		snprintf(rel, sizeof(rel), "evidence/snp/ca/%s_ask_ark_asvk.pem", names[i]);
		const char *path = coco_test_vectors(rel);
		if (path == NULL)
			skip();
		assert_ok(coco_certs_new(&list, &d), &d);
		assert_ok(coco_certs_load(list, path, &d), &d);
		for (size_t k = 0; k < 3; k++)
			assert_ok(coco_cert_parse(&c[k], coco_certs_der(list, k), &d), &d);
		assert_int_equal(coco_cert_scheme(c[0]), COCO_CERT_PSS_SHA384_48);
		assert_int_equal(coco_cert_rsa_bits(c[1]), 4096);
		assert_ok(coco_cert_issued_by(c[0], c[1], &d), &d);
		assert_ok(coco_cert_issued_by(c[1], c[1], &d), &d);
		assert_ok(coco_cert_issued_by(c[2], c[1], &d), &d);
		assert_err(coco_cert_issued_by(c[1], c[0], &d), COCO_E_CERT_CHAIN, &d);
		for (size_t k = 0; k < 3; k++)
			coco_cert_free(c[k]);
		coco_certs_free(list);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bad_point),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_amd),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
