/*
 * test_inputs.c - operands: files, directories in the order of their names,
 * links that are not followed, bundles that hold something else.
 */
#include "lib/evidence/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static void put(const char *dir, const char *name, const char *text)
{
	char *path = coco_path_join(dir, name);
	struct coco_diag d = { 0 };

	assert_ok(coco_write_file(path, text, strlen(text), 0, &d), &d);
	coco_free(path);
}

static void test_directory(void **state COCO_UNUSED)
{
	struct coco_pieces list = { .n = 0 };
	struct coco_collateral coll;
	char *dir = coco_test_dir();
	struct coco_diag d = { 0 };
	char *sub = coco_path_join(dir, "c");
	char *loop = coco_path_join(dir, "c/up");

	coco_collateral_init(&coll);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("..", loop), 0);
	put(dir, "b", "second");
	put(dir, "a", "{\"svn\":\"1\",\"report_data\":\"\"}");
	put(dir, ".hidden", "x");
	put(dir, "c/z", "third");
	put(dir, "keys.json", "{\"keys\":[]}");
	assert_ok(coco_inputs_load(&list, &coll, dir, &d), &d);
	assert_int_equal(list.n, 4);
	assert_int_equal(list.v[0].kind, COCO_PIECE_SAMPLE);
	assert_int_equal(list.v[1].n, strlen("second"));
	assert_int_equal(list.v[2].n, strlen("third"));
	assert_int_equal(coll.n, 1);
	/* as a bundle of collateral it holds too much */
	assert_err(coco_inputs_collateral(&coll, dir, &d), COCO_E_EVIDENCE_UNKNOWN, &d);
	assert_non_null(strstr(d.source, "/a"));
	coco_pieces_free(&list);
	coco_diag_init(&d);
	assert_err(coco_inputs_load(&list, &coll, "/nonexistent/file", &d), COCO_E_IO_OPEN, &d);
	coco_pieces_free(&list);
	coco_collateral_free(&coll);
	coco_free(loop);
	coco_free(sub);
	coco_test_rmdir(dir);
}

static void test_depth(void **state COCO_UNUSED)
{
	struct coco_pieces list = { .n = 0 };
	struct coco_collateral coll;
	char *dir = coco_test_dir();
	struct coco_diag d = { 0 };
	char *at = coco_path_join(dir, "d");

	coco_collateral_init(&coll);
	for (int i = 0; i < COCO_INPUTS_DEPTH; i++) {
		char *next = coco_path_join(at, "d");

		assert_int_equal(mkdir(at, 0700), 0);
		coco_free(at);
		at = next;
	}
	coco_free(at);
	assert_err(coco_inputs_load(&list, &coll, dir, &d), COCO_E_LIMIT_DEPTH, &d);
	coco_pieces_free(&list);
	coco_collateral_free(&coll);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
