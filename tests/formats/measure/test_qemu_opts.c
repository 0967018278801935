/*
 * test_qemu_opts.c - key=value lists of QEMU's arguments: commas, implied
 * keys, JSON, and what has no name.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/qemu_argv.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static struct coco_qemu_opts read_opts(const char *text, const char *implied)
{
	struct coco_qemu_opts o = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_qemu_opts_append(&o, text, implied, &d), &d);
	return o;
}

static void test_text(void **state COCO_UNUSED)
{
	struct coco_qemu_opts o = read_opts("q35,a=1,,2,b,c=x=y,a=3,,", "type");

	assert_int_equal(o.n, 5);
	assert_string_equal(coco_qemu_opt(&o, "type"), "q35");
	assert_string_equal(o.v[1].value, "1,2");
	assert_string_equal(coco_qemu_opt(&o, "a"), "3,");
	assert_string_equal(coco_qemu_opt(&o, "b"), "on");
	assert_string_equal(coco_qemu_opt(&o, "c"), "x=y");
	assert_null(coco_qemu_opt(&o, "d"));
	coco_qemu_opts_free(&o);
	coco_qemu_opts_free(&o);
	o = read_opts("type=q35,acpi", "type");
	assert_string_equal(coco_qemu_opt(&o, "type"), "q35");
	assert_string_equal(coco_qemu_opt(&o, "acpi"), "on");
	coco_qemu_opts_free(&o);
	o = read_opts("", "type");
	assert_int_equal(o.n, 0);
	coco_qemu_opts_free(&o);
	o = read_opts("flag", NULL);
	assert_string_equal(coco_qemu_opt(&o, "flag"), "on");
	coco_qemu_opts_free(&o);
}

static void test_json(void **state COCO_UNUSED)
{
	struct coco_qemu_opts o = read_opts(
		"{\"driver\":\"raw\",\"ro\":true,\"n\":7,\"no\":null,"
		"\"file\":{\"filename\":\"a,b\",\"l\":[\"x\",\"y\"]}}", "driver");

	assert_string_equal(coco_qemu_opt(&o, "driver"), "raw");
	assert_string_equal(coco_qemu_opt(&o, "ro"), "on");
	assert_string_equal(coco_qemu_opt(&o, "n"), "7");
	assert_string_equal(coco_qemu_opt(&o, "no"), "");
	assert_string_equal(coco_qemu_opt(&o, "file.filename"), "a,b");
	assert_string_equal(coco_qemu_opt(&o, "file.l.1"), "y");
	coco_qemu_opts_free(&o);
}

static void refuse(const char *text, int code)
{
	struct coco_qemu_opts o = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_err(coco_qemu_opts_append(&o, text, "type", &d), code, &d);
	coco_qemu_opts_free(&o);
}

static void test_refused(void **state COCO_UNUSED)
{
	char many[2 * COCO_QEMU_PAIRS + 2];
	char deep[512];

	refuse("=x", COCO_E_PROFILE_ARGV);
	refuse("a=1,=x", COCO_E_PROFILE_ARGV);
	refuse("{\"a\":1", COCO_E_FORMAT_JSON);
	for (size_t i = 0; i <= COCO_QEMU_PAIRS; i++)
		memcpy(many + 2 * i, "a,", 2);
	many[2 * COCO_QEMU_PAIRS + 1] = '\0';
	refuse(many, COCO_E_LIMIT_SIZE);
	memset(deep, 'k', sizeof(deep));
	memcpy(deep, "{\"", 2);
	memcpy(deep + 400, "\":1}", 5);
	refuse(deep, COCO_E_LIMIT_SIZE);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_qemu_opts o = { .n = 0 };
		struct coco_diag d = { 0 };
		int r = coco_qemu_opts_append(&o, "q35,a=1", "type", &d);

		coco_qemu_opts_free(&o);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
