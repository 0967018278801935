/*
 * test_sample_appraise.c - evidence without hardware is never affirmed, and
 * its form is read strictly.
 */
#include "lib/evidence/sample_appraise.h"

#include <string.h>

#include "tests/support/support.h"

static int inspect(const char *text, struct coco_claims *claims, struct coco_diag *d)
{
	struct coco_piece piece = { .kind = COCO_PIECE_SAMPLE, .p = (uint8_t *)(uintptr_t)text,
				    .n = strlen(text) };

	return coco_appraiser_sample.inspect(&piece, claims, d);
}

static void test_claims(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"{}", "{\"svn\":1,\"report_data\":\"\"}", "{\"svn\":\"1\"}",
		"{\"svn\":\"1\",\"report_data\":\"*\"}", "[]", "{",
	};
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(inspect("{\"svn\":\"1\",\"report_data\":\"AAEC\"}", &c, &d), &d);
	assert_int_equal(c.n, 2);
	assert_int_equal(coco_claims_find(&c, "sample.report_data")->n, 3);
	coco_claims_free(&c);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_int_not_equal(inspect(bad[i], &c, &d), 0);
		coco_claims_free(&c);
	}
}

static void test_never(void **state COCO_UNUSED)
{
	static const struct coco_appraiser *const list[] = {
		&coco_appraiser_sample, &coco_appraiser_sample_device, &coco_appraiser_gpu_missing,
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_piece piece = { .kind = list[i]->piece, .input = 0 };
		struct coco_result r;
		struct coco_diag d = { 0 };
		struct coco_appraisal a = { .result = &r };

		coco_result_init(&r, 0);
		int s = coco_result_subject(&r, list[i]->class, list[i]->kind);
		assert_ok(list[i]->authenticate(&a, &piece, s, &d), &d);
		assert_int_not_equal(coco_result_verdict(&r, true), COCO_VERDICT_AFFIRMED);
		assert_string_not_equal(r.checks[0].reason, "");
		assert_string_not_equal(r.checks[0].next, "");
		coco_result_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
