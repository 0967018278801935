/*
 * test_tpm_pcrs.c - values of PCRs beside a quote: which are which, which are
 * covered, which are not.
 */
#include "formats/evidence/tpm_pcrs.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/alloc_fail.h"

static const uint8_t value[64] = { 1, 2, 3 };

static void test_add(void **state COCO_UNUSED)
{
	struct coco_tpm_pcrs p = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, 4, coco_view_of(value, 32), &d), &d);
	assert_ok(coco_tpm_pcrs_add(&p, COCO_TCG_SHA1, 4, coco_view_of(value, 20), &d), &d);
	assert_err(coco_tpm_pcrs_add(&p, COCO_TCG_SHA1, 4, coco_view_of(value, 20), &d),
		   COCO_E_TPM_EVIDENCE, &d);
	coco_diag_init(&d);
	assert_err(coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, 5, coco_view_of(value, 31), &d),
		   COCO_E_TPM_EVIDENCE, &d);
	coco_diag_init(&d);
	assert_err(coco_tpm_pcrs_add(&p, 0x99, 5, coco_view_of(value, 32), &d),
		   COCO_E_TPM_EVIDENCE, &d);
	coco_diag_init(&d);
	assert_err(coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, 32, coco_view_of(value, 32), &d),
		   COCO_E_TPM_EVIDENCE, &d);
	assert_int_equal(p.n, 2);
	assert_non_null(coco_tpm_pcrs_find(&p, COCO_TCG_SHA1, 4));
	assert_null(coco_tpm_pcrs_find(&p, COCO_TCG_SHA1, 5));
	coco_tpm_pcrs_free(&p);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, 4, coco_view_of(value, 32), &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_tpm_pcrs_free(&p);
}

static void index_of(const struct coco_tpm_quote *q, size_t n, size_t i, uint16_t alg,
		     uint8_t index)
{
	struct coco_diag d = { 0 };
	uint16_t got_alg;
	uint8_t got;

	assert_ok(coco_tpm_pcrs_index(q, n, i, &got_alg, &got, &d), &d);
	assert_int_equal(got_alg, alg);
	assert_int_equal(got, index);
}

static void no_index(const struct coco_tpm_quote *q, size_t n, size_t i)
{
	struct coco_diag d = { 0 };
	uint16_t alg = 77;
	uint8_t index = 88;

	assert_err(coco_tpm_pcrs_index(q, n, i, &alg, &index, &d), COCO_E_TPM_EVIDENCE, &d);
	assert_true(alg == 77 && index == 88);
}

static void test_index(void **state COCO_UNUSED)
{
	struct coco_tpm_quote q = { .n_banks = 1,
				    .bank = { { .alg = COCO_TCG_SHA256, .pcrs = 0x811 } } };

	/* one for each that is selected */
	index_of(&q, 3, 0, COCO_TCG_SHA256, 0);
	index_of(&q, 3, 1, COCO_TCG_SHA256, 4);
	index_of(&q, 3, 2, COCO_TCG_SHA256, 11);
	no_index(&q, 3, 3);
	/* all from PCR 0 on */
	index_of(&q, 24, 11, COCO_TCG_SHA256, 11);
	index_of(&q, 12, 4, COCO_TCG_SHA256, 4);
	/* PCR 11 is not there; more than exist; none */
	no_index(&q, 11, 0);
	no_index(&q, 33, 0);
	no_index(&q, 0, 0);
	q.bank[1] = (struct coco_tpm_selection){ .alg = COCO_TCG_SHA384, .pcrs = 3 };
	q.n_banks = 2;
	index_of(&q, 5, 3, COCO_TCG_SHA384, 0);
	index_of(&q, 5, 4, COCO_TCG_SHA384, 1);
	no_index(&q, 24, 0);
}

static void test_covered(void **state COCO_UNUSED)
{
	struct coco_tpm_quote q = { .n_banks = 1,
				    .bank = { { .alg = COCO_TCG_SHA256, .pcrs = 0x30 } } };
	struct coco_tpm_pcrs p = { 0 };
	struct coco_claims c = { 0 };
	struct coco_wr wr;
	uint16_t alg = 0;
	unsigned index = 0;

	for (unsigned i = 0; i < 24; i++) {
		uint8_t v[32];

		memset(v, (int)i, sizeof(v));
		if (i != 5)
			assert_int_equal(coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, i,
							   coco_view_of(v, 32), NULL), 0);
	}
	coco_wr_init(&wr, 4096);
	assert_false(coco_tpm_pcrs_input(&q, &p, &wr, &alg, &index));
	assert_true(alg == COCO_TCG_SHA256 && index == 5);
	coco_wr_free(&wr);
	assert_int_equal(coco_tpm_pcrs_add(&p, COCO_TCG_SHA256, 5, coco_view_of(value, 32), NULL),
			 0);
	coco_wr_init(&wr, 4096);
	assert_true(coco_tpm_pcrs_input(&q, &p, &wr, &alg, &index));
	assert_int_equal(wr.n, 64);
	assert_int_equal(wr.p[0], 4);
	assert_memory_equal(wr.p + 32, value, 32);
	coco_wr_free(&wr);
	/* 24 values, two of which are worth something */
	coco_tpm_pcrs_claims(&c, &q, &p);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.v[0].name, "tpm.sha256.pcr4");
	assert_string_equal(c.v[1].name, "tpm.sha256.pcr5");
	assert_null(coco_claims_find(&c, "tpm.sha256.pcr6"));
	assert_true(coco_tpm_selected(&q, COCO_TCG_SHA256, 4));
	assert_false(coco_tpm_selected(&q, COCO_TCG_SHA256, 6));
	assert_false(coco_tpm_selected(&q, COCO_TCG_SHA1, 4));
	assert_false(coco_tpm_selected(&q, COCO_TCG_SHA256, 36));
	coco_claims_free(&c);
	coco_tpm_pcrs_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
