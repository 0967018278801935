/*
 * test_refval_merge.c - merging of reference values: lists keep what others
 * registered, single values are replaced.
 */
#include "lib/broker/refval_merge.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static void check(const char *now, const char *want, bool prune, const char *result, size_t added,
		  size_t foreign, bool same)
{
	struct coco_refval_change c;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	bool is_same;

	coco_wr_init(&wr, 1 << 20);
	assert_ok(coco_refval_merge(coco_view_of(now, strlen(now)),
				    coco_view_of(want, strlen(want)), prune, &wr, &c, &is_same,
				    &d), &d);
	assert_int_equal(wr.n, strlen(result));
	assert_memory_equal(wr.p, result, wr.n);
	assert_int_equal(c.added, added);
	assert_int_equal(c.foreign, foreign);
	assert_int_equal(is_same, same);
	assert_int_equal(c.replaced, !same && *now != '\0' && *want != '[');
	coco_wr_free(&wr);
}

static void test_lists(void **state COCO_UNUSED)
{
	check("", "[1,\"a\"]", false, "[1,\"a\"]", 2, 0, false);
	check("", "[]", false, "[]", 0, 0, false);
	check("[]", "[]", false, "[]", 0, 0, true);
	check("[1, \"a\"]", "[\"a\",1]", false, "[1,\"a\"]", 0, 0, true);
	check("[1,2]", "[2,3]", false, "[1,2,3]", 1, 1, false);
	check("[1,2]", "[2]", false, "[1,2]", 0, 1, true);
	check("[1,2]", "[2]", true, "[2]", 0, 1, false);
	check("[1,2]", "[2,3]", true, "[2,3]", 1, 1, false);
	check("[1,1]", "[1]", false, "[1]", 0, 0, false);
	check("[2]", "[3,3]", false, "[2,3]", 1, 1, false);
	check("1", "[1]", false, "[1]", 0, 0, false);
	check("1", "[2]", true, "[2]", 1, 1, false);
	check("[\"1\"]", "[1]", false, "[\"1\",1]", 1, 1, false);
}

static void test_single(void **state COCO_UNUSED)
{
	check("", "true", false, "true", 1, 0, false);
	check("true", "true", false, "true", 0, 0, true);
	check("true", "false", false, "false", 1, 0, false);
	check("[true]", "true", false, "true", 1, 0, false);
	check("{\"a\" : 1}", "{\"a\":1}", false, "{\"a\":1}", 0, 0, true);
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_refval_change c;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	bool same;

	coco_wr_init(&wr, 4);
	assert_err(coco_refval_merge(coco_view_of("[", 1), coco_view_of("[]", 2), false, &wr, &c,
				     &same, &d), COCO_E_FORMAT_JSON, &d);
	coco_diag_init(&d);
	assert_err(coco_refval_merge(coco_view_of("[]", 2), coco_view_of("x", 1), false, &wr, &c,
				     &same, &d), COCO_E_FORMAT_JSON, &d);
	coco_diag_init(&d);
	assert_err(coco_refval_merge(coco_view_of("[]", 2), coco_view_of("[1,2,3]", 7), false, &wr,
				     &c, &same, &d), COCO_E_LIMIT_SIZE, &d);
	coco_wr_free(&wr);
}

static void test_alloc(void **state COCO_UNUSED)
{
	struct coco_refval_change c;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	bool same;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_wr_init(&wr, 1 << 20);
		int r = coco_refval_merge(coco_view_of("[1,2]", 5), coco_view_of("[3]", 3), false,
					  &wr, &c, &same, &d);

		coco_wr_free(&wr);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_alloc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
