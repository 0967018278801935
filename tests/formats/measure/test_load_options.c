/*
 * test_load_options.c - command lines as EFI load options.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/load_options.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static struct coco_view text(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static void test_direct(void **state COCO_UNUSED)
{
	static const struct {
		const char *append;
		bool initrd, first, shim;
		const char *want;
	} cases[] = {
		{ "a b", false, false, false, "a b" },
		{ "a b", true, false, false, "a b initrd=initrd" },
		{ "a b", true, true, false, "initrd=initrd a b" },
		{ "", true, false, false, " initrd=initrd" },
		{ "", true, true, false, "initrd=initrd " },
		{ "", false, true, false, "" },
		{ " a", true, true, true, "kernel initrd=initrd  a" },
		{ "a", false, false, true, "kernel a" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_load_options o = { text(cases[i].append), cases[i].initrd,
					       cases[i].first, cases[i].shim };
		struct coco_diag d = { 0 };
		uint8_t *p;
		size_t n;

		assert_ok(coco_load_options_direct(&o, &p, &n, &d), &d);
		assert_int_equal(n, strlen(cases[i].want));
		assert_string_equal((char *)p, cases[i].want);
		coco_free(p);
	}
}

static void test_stub(void **state COCO_UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a b\n", "a b" }, { "\n\t a\tb  c\x7f ", "a b  c" }, { "", "" }, { " \n", "" },
		{ "caf\xc3\xa9\n", "caf\xc3\xa9" },
	};
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_ok(coco_load_options_stub(text(cases[i].text), &p, &n, &d), &d);
		assert_string_equal((char *)p, cases[i].want);
		coco_free(p);
	}
	assert_ok(coco_load_options_stub(coco_view_of("a\0b", 3), &p, &n, &d), &d);
	assert_string_equal((char *)p, "a");
	coco_free(p);
}

static void test_utf16(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	assert_ok(coco_utf16_widen(text("a\xc3\xa9"), &p, &n, &d), &d);
	assert_int_equal(n, 8);
	assert_memory_equal(p, "a\0\xc3\0\xa9\0\0\0", 8);
	coco_free(p);
	assert_ok(coco_utf16_encode(text("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), &p, &n, &d), &d);
	assert_int_equal(n, 12);
	assert_memory_equal(p, "a\0\xe9\0\xac\x20\x3d\xd8\0\xde\0\0", 12);
	coco_free(p);
	assert_err(coco_utf16_encode(text("ab\xff"), &p, &n, &d), COCO_E_CMDLINE, &d);
	assert_int_equal(d.offset, 2);
}

static void test_limits(void **state COCO_UNUSED)
{
	size_t big = 2 * (size_t)COCO_LOAD_OPTIONS_MAX + 1;
	char *a = coco_alloc(big, 1);
	struct coco_load_options o = { coco_view_of(a, COCO_LOAD_OPTIONS_MAX + 1), false, false,
				       false };
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n;

	assert_non_null(a);
	memset(a, 'a', big);
	assert_err(coco_load_options_direct(&o, &p, &n, &d), COCO_E_CMDLINE, &d);
	coco_diag_init(&d);
	assert_err(coco_load_options_stub(o.append, &p, &n, &d), COCO_E_CMDLINE, &d);
	coco_diag_init(&d);
	assert_err(coco_utf16_widen(coco_view_of(a, big), &p, &n, &d), COCO_E_CMDLINE, &d);
	coco_diag_init(&d);
	assert_err(coco_utf16_encode(coco_view_of(a, big), &p, &n, &d), COCO_E_CMDLINE, &d);
	coco_diag_init(&d);
	o.append.n--;
	o.initrd = true;
	assert_ok(coco_load_options_direct(&o, &p, &n, &d), &d);
	coco_free(p);
	o.append = coco_view_of("a\0b", 3);
	assert_err(coco_load_options_direct(&o, &p, &n, &d), COCO_E_CMDLINE, &d);
	coco_free(a);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_load_options o = { text("a"), true, true, false };
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *p[4] = { NULL };
		size_t n;
		int r = coco_load_options_direct(&o, &p[0], &n, &d);

		if (r == 0)
			r = coco_load_options_stub(text("a"), &p[1], &n, &d);
		if (r == 0)
			r = coco_utf16_widen(text("a"), &p[2], &n, &d);
		if (r == 0)
			r = coco_utf16_encode(text("a"), &p[3], &n, &d);
		for (int k = 0; k < 4; k++)
			coco_free(p[k]);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_direct),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
