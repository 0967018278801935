/*
 * test_import.c - what the importers share: notes, sizes, models, policies,
 * limits.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/import.h"

#include <string.h>

#include "tests/support/support.h"

static void test_values(void **state COCO_UNUSED)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_diag d = { 0 };
	bool es = false;

	assert_ok(coco_import_size(&im, (uint64_t)3 << 30, "m", &d), &d);
	assert_ok(coco_import_size(&im, (uint64_t)5 << 20, "m", &d), &d);
	assert_ok(coco_import_size(&im, 4097, "m", &d), &d);
	const struct coco_profile_value *v =
		coco_profile_get(&im.profile, COCO_PROFILE_MEMORY_SIZES, 0);
	assert_string_equal(v->texts[0], "3GiB");
	assert_string_equal(v->texts[1], "5MiB");
	assert_string_equal(v->texts[2], "4097");
	assert_string_equal(v->note, "m");
	assert_ok(coco_import_policy(&im, "0x30004", "p", &es, &d), &d);
	assert_true(es);
	assert_ok(coco_import_policy(&im, "3", "p", &es, &d), &d);
	assert_false(es);
	assert_ok(coco_import_policy(&im, "0x1f", "p", &es, &d), &d);
	assert_true(es);
	assert_err(coco_import_policy(&im, "z", "p", NULL, &d), COCO_E_PROFILE_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_import_hex(&im, COCO_PROFILE_GUEST_HOST_DATA, "!", "h", &d),
		   COCO_E_PROFILE_VALUE, &d);
	coco_import_free(&im);
}

static void test_cpu(void **state COCO_UNUSED)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_diag d = { 0 };
	const long some[3] = { 25, -1, -1 };
	const long all[3] = { 25, 1, 1 };

	assert_ok(coco_import_set(&im, COCO_PROFILE_PLATFORMS, 0, "snp", NULL, &d), &d);
	assert_ok(coco_import_cpu(&im, "host", NULL, "-cpu", &d), &d);
	assert_ok(coco_import_cpu(&im, "Haswell", NULL, "-cpu", &d), &d);
	assert_ok(coco_import_cpu(&im, "EPYC", some, "-cpu", &d), &d);
	assert_int_equal(im.n_notes, 3);
	assert_null(coco_profile_text(&im.profile, COCO_PROFILE_CPU_MODELS));
	assert_ok(coco_import_cpu(&im, "EPYC", all, "-cpu", &d), &d);
	assert_string_equal(coco_profile_text(&im.profile, COCO_PROFILE_CPU_SIGNATURE), "0xa00f11");
	assert_ok(coco_import_cpu(&im, "EPYC-v4", NULL, "-cpu", &d), &d);
	assert_string_equal(coco_profile_text(&im.profile, COCO_PROFILE_CPU_MODELS), "EPYC-v4");
	coco_import_free(&im);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_diag d = { 0 };

	for (size_t i = 0; i < COCO_IMPORT_NOTES; i++)
		assert_ok(coco_import_warn(&im, &d, "%zu", i), &d);
	assert_err(coco_import_warn(&im, &d, "more"), COCO_E_LIMIT_SIZE, &d);
	coco_import_free(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
