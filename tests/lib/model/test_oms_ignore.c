/*
 * test_oms_ignore.c - the list of what a model signature leaves out.
 */
#include "lib/model/oms_ignore.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static struct coco_diag d;

static void test_as_typed(void **state COCO_UNUSED)
{
	static const char *const typed[] = { "./b/", "a", ".//c//", "a", "b/c" };
	static const char *const want[] = { "a", "b", "b/c", "c" };
	struct coco_oms_ignore l = { 0 };

	coco_diag_init(&d);
	assert_ok(coco_oms_ignore_add_user(&l, typed, COCO_ARRAY_LEN(typed), &d), &d);
	coco_oms_ignore_sort(&l);
	assert_int_equal(l.n, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < l.n; i++)
		assert_string_equal(l.paths[i], want[i]);
	coco_oms_ignore_free(&l);
	coco_oms_ignore_free(&l);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "/a", "..", "a/../b", ".", "", "a//b", "\xff", "./" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_oms_ignore l = { 0 };

		coco_diag_init(&d);
		assert_err(coco_oms_ignore_add_user(&l, &bad[i], 1, &d), COCO_E_USAGE_VALUE, &d);
		coco_diag_init(&d);
		assert_err(coco_oms_ignore_add(&l, bad[i], &d), COCO_E_OMS_NAME, &d);
		assert_int_equal(l.n, 0);
		coco_oms_ignore_free(&l);
	}
}

static void test_covers(void **state COCO_UNUSED)
{
	static const char *const in[] = { "a", "b/c", "dd" };
	static const struct {
		const char *path;
		bool want;
	} cases[] = {
		{ "a", true },	   { "a/x", true },  { "a/x/y", true }, { "ab", false },
		{ "a.b", false },  { "b", false },   { "b/c", true },	{ "b/c/d", true },
		{ "b/cd", false }, { "d", false },   { "dd", true },	{ "x/a", false },
		{ "", false },	   { "zz", false },  { "A", false },
	};
	struct coco_oms_ignore l = { 0 };

	assert_false(coco_oms_ignore_covers(&l, "a"));
	assert_ok(coco_oms_ignore_add_user(&l, in, COCO_ARRAY_LEN(in), &d), &d);
	coco_oms_ignore_sort(&l);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++)
		assert_int_equal(coco_oms_ignore_covers(&l, cases[i].path), cases[i].want);
	coco_oms_ignore_free(&l);
}

static void test_signature_and_git(void **state COCO_UNUSED)
{
	struct coco_oms_ignore l = { 0 };
	char *dir = coco_test_dir();
	char *sub = coco_path_join(dir, "sigs");
	char *inside = coco_path_join(sub, "model.sig");

	coco_diag_init(&d);
	assert_int_equal(mkdir(sub, 0755), 0);
	assert_ok(coco_oms_ignore_add_signature(&l, dir, inside, &d), &d);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.paths[0], "sigs/model.sig");
	assert_ok(coco_oms_ignore_add_signature(&l, sub, "/tmp/elsewhere.sig", &d), &d);
	assert_int_equal(l.n, 1);
	assert_ok(coco_oms_ignore_add_signature(&l, ".", "-", &d), &d);
	assert_int_equal(l.n, 1);
	assert_ok(coco_oms_ignore_add_git(&l, &d), &d);
	assert_ok(coco_oms_ignore_add_git(&l, &d), &d);
	coco_oms_ignore_sort(&l);
	assert_int_equal(l.n, 5);
	assert_true(coco_oms_ignore_covers(&l, ".git/config"));
	assert_false(coco_oms_ignore_covers(&l, "x/.git/config"));
	coco_oms_ignore_free(&l);
	coco_free(inside);
	coco_free(sub);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_typed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_signature_and_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
