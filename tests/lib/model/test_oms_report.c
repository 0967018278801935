/*
 * test_oms_report.c - checks, counts and names of a model signature's report.
 */
#include "lib/model/oms_report.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"

static struct coco_oms_report *fresh(void)
{
	struct coco_oms_report *r = NULL;

	assert_int_equal(coco_oms_report_new(&r, NULL), 0);
	return r;
}

static void test_new_is_undecided(void **state COCO_UNUSED)
{
	struct coco_oms_report *r = fresh();

	for (int i = 0; i < COCO_OMS_CHECKS; i++) {
		assert_int_equal(r->checks[i].status, COCO_OMS_SKIP);
		assert_non_null(r->checks[i].id);
		assert_string_equal(r->checks[i].detail, "not reached");
		for (int k = 0; k < i; k++)
			assert_string_not_equal(r->checks[i].id, r->checks[k].id);
	}
	coco_oms_report_free(r);
	coco_oms_report_free(NULL);
}

static void test_set_escapes_and_replaces(void **state COCO_UNUSED)
{
	struct coco_oms_report *r = fresh();
	const struct coco_oms_check *c = &r->checks[COCO_OMS_CHECK_SUBJECT];

	coco_oms_report_set(r, COCO_OMS_CHECK_SUBJECT, COCO_OMS_FAIL, "CN=a", "CN=\x1b[31m", "why");
	assert_int_equal(c->status, COCO_OMS_FAIL);
	assert_string_equal(c->expected, "CN=a");
	assert_null(strchr(c->actual, 0x1b));
	coco_oms_report_set(r, COCO_OMS_CHECK_SUBJECT, COCO_OMS_PASS, NULL, NULL, NULL);
	assert_int_equal(c->status, COCO_OMS_PASS);
	assert_string_equal(c->detail, "");
	coco_oms_report_free(r);
}

static void test_names_only_on_request_and_bounded(void **state COCO_UNUSED)
{
	struct coco_oms_report *r = fresh();

	for (int i = 0; i < COCO_OMS_NAMES_MAX + 5; i++) {
		char name[32];

		snprintf(name, sizeof(name), "file-%d", i);
		assert_int_equal(coco_oms_report_name(&r->missing, name, false, NULL), 0);
		assert_int_equal(coco_oms_report_name(&r->extra, name, true, NULL), 0);
	}
	assert_int_equal(r->missing.count, COCO_OMS_NAMES_MAX + 5);
	assert_int_equal(r->missing.n, 0);
	assert_int_equal(r->extra.count, COCO_OMS_NAMES_MAX + 5);
	assert_int_equal(r->extra.n, COCO_OMS_NAMES_MAX);
	assert_string_equal(r->extra.names[1], "file-1");
	coco_oms_report_free(r);
}

static void test_files_verdict(void **state COCO_UNUSED)
{
	struct coco_oms_report *r = fresh();
	struct coco_diag d = { 0 };

	r->signed_files = 2;
	r->matching = 2;
	assert_ok(coco_oms_report_files(r, false, &d), &d);
	assert_int_equal(r->checks[COCO_OMS_CHECK_DIGESTS].status, COCO_OMS_PASS);
	/* an added file fails unless it may be there */
	assert_int_equal(coco_oms_report_name(&r->extra, "x", false, NULL), 0);
	coco_oms_report_pairs(r, false);
	assert_err(coco_oms_report_files(r, false, &d), COCO_E_OMS_FILES, &d);
	assert_int_equal(r->checks[COCO_OMS_CHECK_UNSIGNED].status, COCO_OMS_FAIL);
	coco_diag_init(&d);
	coco_oms_report_pairs(r, true);
	assert_ok(coco_oms_report_files(r, true, &d), &d);
	assert_int_equal(r->checks[COCO_OMS_CHECK_UNSIGNED].status, COCO_OMS_SKIP);
	/* a missing or different one always fails */
	assert_int_equal(coco_oms_report_name(&r->missing, "y", false, NULL), 0);
	coco_diag_init(&d);
	coco_oms_report_pairs(r, true);
	assert_err(coco_oms_report_files(r, true, &d), COCO_E_OMS_FILES, &d);
	assert_int_equal(r->checks[COCO_OMS_CHECK_MISSING].status, COCO_OMS_FAIL);
	coco_oms_report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_is_undecided),
		cmocka_unit_test(test_set_escapes_and_replaces),
		cmocka_unit_test(test_names_only_on_request_and_bounded),
		cmocka_unit_test(test_files_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
