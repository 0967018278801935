/*
 * test_api.c - the exported functions, through the public header alone.
 */
#include "lib/cococtl.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static void test_version(void **state COCO_UNUSED)
{
	assert_string_equal(coco_version(), COCO_VERSION);
}

static void test_errors(void **state COCO_UNUSED)
{
	size_t n = 0;

	for (; coco_error_at(n) != 0; n++) {
		int code = coco_error_at(n);

		assert_true(code < 0);
		assert_int_equal(coco_error_code(coco_error_id(code)), code);
		assert_true(coco_error_title(code)[0] != '\0');
		assert_true(coco_error_reasons(code)[0] != '\0');
		assert_true(coco_error_next_step(code)[0] != '\0');
		assert_true(coco_error_exit_status(code) > 0);
	}
	assert_true(n > 30);
	assert_int_equal(coco_error_at(SIZE_MAX), 0);
	assert_int_equal(coco_error_code("no.such.code"), 0);
	assert_string_equal(coco_error_id(-4242424), "internal.error");
	assert_int_equal(coco_error_exit_status(0), 0);
	assert_int_equal(coco_error_code("format.json.syntax"), -3004);
}

static void test_diag(void **state COCO_UNUSED)
{
	struct coco_diag *d = coco_diag_new();
	uint64_t offset = 99;

	assert_non_null(d);
	assert_int_equal(coco_diag_code(d), 0);
	assert_false(coco_diag_offset(d, &offset));
	assert_int_equal(offset, 99);
	for (int part = COCO_DIAG_MESSAGE; part <= COCO_DIAG_HINT + 1; part++)
		assert_string_equal(coco_diag_text(d, (enum coco_diag_part)part), "");
	assert_null(coco_diag_cause_at(d, 0));

	assert_int_equal(coco_json_check("{\"a\":1}", 7, 7, d), 0);
	assert_int_equal(coco_diag_code(d), 0);
	assert_int_equal(coco_json_check("[1,]", 4, 100, d), COCO_E_FORMAT_JSON);
	assert_int_equal(coco_diag_code(d), COCO_E_FORMAT_JSON);
	assert_true(coco_diag_offset(d, &offset));
	assert_true(offset <= 4);
	assert_true(coco_diag_text(d, COCO_DIAG_MESSAGE)[0] != '\0');
	assert_memory_equal(coco_diag_text(d, COCO_DIAG_POINTER), "line 1", 6);
	assert_int_equal(coco_json_check("[1]", 3, 2, d), COCO_E_FORMAT_JSON);
	assert_non_null(coco_diag_cause_at(d, 0));
	coco_diag_clear(d);
	assert_int_equal(coco_diag_code(d), 0);
	assert_int_equal(coco_json_check("[1]", 3, 2, d), COCO_E_LIMIT_SIZE);
	assert_int_equal(coco_json_check("[1]", 3, 2, NULL), COCO_E_LIMIT_SIZE);
	coco_diag_free(d);
	coco_diag_free(NULL);
	coco_test_alloc_arm(1);
	assert_null(coco_diag_new());
	assert_true(coco_test_alloc_disarm());
}

/* Every part is the member of the same name. */
static void test_parts(void **state COCO_UNUSED)
{
	struct coco_diag *d = coco_diag_new();

	assert_non_null(d);
	coco_diag_source(d, "source");
	coco_diag_pointer(d, "pointer");
	coco_diag_field(d, "field");
	coco_diag_expected(d, "expected");
	coco_diag_actual(d, "actual");
	coco_diag_hint(d, "hint");
	coco_fail(d, COCO_E_INTERNAL, "message");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_MESSAGE), "message");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_SOURCE), "source");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_POINTER), "pointer");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_FIELD), "field");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_EXPECTED), "expected");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_ACTUAL), "actual");
	assert_string_equal(coco_diag_text(d, COCO_DIAG_HINT), "hint");
	coco_diag_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_diag),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
