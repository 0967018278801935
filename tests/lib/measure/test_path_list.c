/*
 * test_path_list.c - candidates for a file: files, directories, none.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/path_list.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"

static char *dir;

static const char *in_dir(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int setup(void **state COCO_UNUSED)
{
	static const char *const names[] = { "b", "a", ".hidden", "c" };

	dir = coco_test_dir();
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_int_equal(coco_write_file(in_dir(names[i]), "x", 1, 0, NULL), 0);
	assert_int_equal(mkdir(in_dir("empty"), 0700), 0);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

static void test_take(void **state COCO_UNUSED)
{
	struct coco_path_list list = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_path_list_add(&list, NULL, &d), &d);
	assert_ok(coco_path_list_take(&list, dir, &d), &d);
	assert_ok(coco_path_list_take(&list, "/nonexistent", &d), &d);
	assert_int_equal(list.n, 5);
	assert_null(list.path[0]);
	for (size_t i = 1; i < 4; i++) {
		assert_int_equal(strlen(list.path[i]), strlen(dir) + 2);
		assert_int_equal(list.path[i][strlen(dir) + 1], 'a' + (int)i - 1);
	}
	assert_string_equal(list.path[4], "/nonexistent");
	coco_path_list_free(&list);
	assert_int_equal(list.n, 0);
	assert_err(coco_path_list_take(&list, in_dir("empty"), &d), COCO_E_SEARCH_VARY, &d);
	coco_path_list_free(&list);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_path_list list = { .n = 0 };
	struct coco_diag d = { 0 };

	for (size_t i = 0; i < COCO_PATH_LIST_MAX; i++)
		assert_int_equal(coco_path_list_add(&list, NULL, NULL), 0);
	assert_err(coco_path_list_add(&list, "x", &d), COCO_E_SEARCH_SPACE, &d);
	coco_path_list_free(&list);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = coco_path_list_take(&list, dir, &d);

		if (coco_test_alloc_check(r, &d))
			break;
		coco_path_list_free(&list);
	}
	coco_path_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
