/*
 * test_gce_tpm.c - attestations of go-tpm-tools: minted, cut, with parts twice
 * or missing, and the shared vector.
 */
#include "formats/evidence/gce_tpm.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/vector_log.h"

static uint8_t *good;
static size_t n_good;
static uint8_t public_area[1024];
static size_t n_public;
static struct coco_minted_quote quotes[2];

static int setup(void **state COCO_UNUSED)
{
	struct coco_key *ak;

	assert_int_equal(coco_key_generate("p256", &ak, NULL), 0);
	struct coco_mint_tpm_spec spec = { .ak = ak };
	coco_mint_tpm_quote(&quotes[0], &spec);
	spec.bank = COCO_TCG_SHA384;
	coco_mint_tpm_quote(&quotes[1], &spec);
	n_public = coco_mint_tpm_public(public_area, ak, 0x50072);
	good = coco_mint_gce(quotes, 2, coco_view_of(public_area, n_public),
			     coco_view_of("log", 3), coco_view_of("cert", 4),
			     coco_view_of("issuer", 6), &n_good);
	coco_key_free(ak);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_free(good);
	return 0;
}

static int decode(const uint8_t *p, size_t n, struct coco_gce **ret)
{
	struct coco_diag d;
	uint8_t *guarded = coco_test_guard(p, n);
	struct coco_gce *g = NULL;

	coco_diag_init(&d);
	int r = coco_gce_decode(&g, coco_view_of(guarded, n), &d);
	assert_int_equal(r, d.code);
	assert_int_equal(r == 0, g != NULL);
	if (ret != NULL && r == 0)
		*ret = g;
	else
		coco_gce_free(g);
	coco_test_unguard(guarded, n);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_gce *g;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	assert_true(coco_gce_looks(coco_view_of(good, n_good)));
	assert_ok(coco_gce_decode(&g, coco_view_of(good, n_good), &d), &d);
	assert_int_equal(g->n_quotes, 2);
	assert_int_equal(g->quote[1].pcrs.n, 24);
	assert_int_equal(g->event_log.v.n, 3);
	assert_memory_equal(good + g->event_log.offset, "log", 3);
	assert_memory_equal(good + g->ak_cert.offset, "cert", 4);
	assert_int_equal(g->n_certs, 1);
	coco_gce_claims(&c, g, 7);
	assert_int_equal(coco_claims_finish(&c, &d), 0);
	assert_non_null(coco_claims_find(&c, "tpm.sha384.pcr0"));
	assert_non_null(coco_claims_find(&c, "tpm.sha256.pcr23"));
	assert_non_null(coco_claims_find(&c, "gce.unsigned.zone")->note);
	assert_int_equal(coco_claims_find(&c, "gce.unsigned.project_number")->number, 12345);
	for (size_t i = 0; i < c.n; i++) {
		const struct coco_claim *k = &c.v[i];

		assert_true(k->length == 0 || k->offset >= 7);
		assert_true(k->length == 0 || k->offset - 7 + k->length <= n_good);
		if (k->type == COCO_CLAIM_TYPE_BYTES)
			assert_memory_equal(good + k->offset - 7, k->p, k->n);
	}
	coco_claims_free(&c);
	coco_gce_free(g);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = coco_gce_decode(&g, coco_view_of(good, n_good), &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_gce_free(g);
}

static void test_cut(void **state COCO_UNUSED)
{
	for (size_t n = 0; n < n_good; n++) {
		int r = decode(good, n, NULL);

		/* between two fields it is a message with fewer parts */
		assert_true(r == COCO_E_FORMAT_SHORT || r == COCO_E_TPM_EVIDENCE ||
			    (r == 0 && n > n_public + 3 + quotes[0].n_message));
	}
	assert_false(coco_gce_looks(coco_view_of(good, n_public)));
	assert_false(coco_gce_looks(coco_view_of("{\"a\": 1, \"b\": 2, \"c\": 3}", 24)));
}

/* A message with one more field at its end. */
static int with(unsigned number, const void *p, size_t n)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 20);
	coco_wr_bytes(&wr, good, n_good);
	coco_mint_pbuf_bytes(&wr, number, p, n);
	int r = decode(wr.p, wr.n, NULL);
	coco_wr_free(&wr);
	return r;
}

static void test_parts(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	struct coco_wr q;

	assert_int_equal(with(1, "x", 1), COCO_E_TPM_EVIDENCE);
	assert_int_equal(with(3, "x", 1), COCO_E_TPM_EVIDENCE);
	assert_int_equal(with(6, "x", 1), COCO_E_TPM_EVIDENCE);
	assert_int_equal(with(7, "x", 1), 0);
	assert_int_equal(with(8, "x", 1), 0);
	assert_int_equal(with(99, "x", 1), 0);
	assert_int_equal(with(2, "", 0), COCO_E_FORMAT_SHORT);   /* a quote without anything */
	coco_wr_init(&wr, 1 << 20);
	coco_mint_pbuf_number(&wr, 1, 7);
	assert_int_equal(decode(wr.p, wr.n, NULL), COCO_E_PROTOBUF);
	coco_wr_free(&wr);
	coco_wr_init(&wr, 1 << 20);
	coco_mint_pbuf_bytes(&wr, 1, public_area, n_public);
	assert_int_equal(decode(wr.p, wr.n, NULL), COCO_E_TPM_EVIDENCE);
	for (int i = 0; i < 9; i++) {
		coco_wr_init(&q, 4096);
		coco_mint_pbuf_bytes(&q, 1, quotes[0].message, quotes[0].n_message);
		coco_mint_pbuf_bytes(&q, 2, quotes[0].signature, quotes[0].n_signature);
		coco_mint_pbuf_bytes(&wr, 2, q.p, q.n);
		coco_wr_free(&q);
		assert_int_equal(decode(wr.p, wr.n, NULL), i < 8 ? 0 : COCO_E_LIMIT_SIZE);
	}
	coco_wr_free(&wr);
}

/* Values of PCRs: of a wrong length, twice, of a bank that nobody knows. */
static void test_values(void **state COCO_UNUSED)
{
	static const struct {
		uint64_t alg;
		uint64_t index;
		size_t n;
		int code;
	} list[] = {
		{ COCO_TCG_SHA256, 4, 32, 0 },
		{ COCO_TCG_SHA256, 4, 31, COCO_E_TPM_EVIDENCE },
		{ COCO_TCG_SHA256, 40, 32, COCO_E_TPM_EVIDENCE },
		{ 0x99, 4, 32, COCO_E_TPM_EVIDENCE },
		{ 0x1000b, 4, 32, COCO_E_TPM_EVIDENCE },
	};
	static const uint8_t v[64] = { 1 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_wr wr;
		struct coco_wr q;
		struct coco_wr values;
		struct coco_wr entry;

		coco_wr_init(&wr, 1 << 20);
		coco_wr_init(&q, 4096);
		coco_wr_init(&values, 4096);
		coco_wr_init(&entry, 4096);
		coco_mint_pbuf_number(&entry, 1, list[i].index);
		coco_mint_pbuf_bytes(&entry, 2, v, list[i].n);
		coco_mint_pbuf_bytes(&values, 2, entry.p, entry.n);
		coco_mint_pbuf_number(&values, 1, list[i].alg);   /* behind the values */
		coco_mint_pbuf_bytes(&q, 1, quotes[0].message, quotes[0].n_message);
		coco_mint_pbuf_bytes(&q, 2, quotes[0].signature, quotes[0].n_signature);
		coco_mint_pbuf_bytes(&q, 3, values.p, values.n);
		coco_mint_pbuf_bytes(&wr, 1, public_area, n_public);
		coco_mint_pbuf_bytes(&wr, 2, q.p, q.n);
		assert_int_equal(decode(wr.p, wr.n, NULL), list[i].code);
		coco_wr_free(&entry);
		coco_wr_free(&values);
		coco_wr_free(&q);
		coco_wr_free(&wr);
	}
}

static void test_vector(void **state COCO_UNUSED)
{
	struct coco_gce *g;
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_vector_log("evidence/tpm", "gce-cos-85-nonce9009.pb", &n);

	if (p == NULL)
		return;
	assert_true(coco_gce_looks(coco_view_of(p, n)));
	assert_ok(coco_gce_decode(&g, coco_view_of(p, n), &d), &d);
	assert_int_equal(g->n_quotes, 3);
	for (size_t i = 0; i < 3; i++) {
		static const uint16_t bank[] = { COCO_TCG_SHA1, COCO_TCG_SHA256, COCO_TCG_SHA384 };

		assert_int_equal(g->quote[i].quote.bank[0].alg, bank[i]);
		assert_int_equal(g->quote[i].signature.hash, COCO_TCG_SHA256);
		assert_int_equal(g->quote[i].pcrs.n, 24);
		assert_memory_equal(g->quote[i].quote.extra_data.p, "\x90\x09", 2);
	}
	assert_int_equal(g->event_log.v.n, 23970);
	assert_int_equal(g->ak_cert.v.n, 1340);
	coco_gce_free(g);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_vector),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
