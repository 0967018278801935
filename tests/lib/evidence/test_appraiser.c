/*
 * test_appraiser.c - the list of appraisers, and noting what was used.
 */
#include "lib/evidence/appraiser.h"

#include <string.h>

#include "tests/support/support.h"

/* Every kind of the list is complete and found by its piece; containers have none. */
static void test_list(void **state COCO_UNUSED)
{
	unsigned n = 0;

	for (int k = 0; k < COCO_PIECE_KINDS; k++) {
		const struct coco_appraiser *a = coco_appraiser_for((enum coco_piece_kind)k);

		if (a == NULL)
			continue;
		n++;
		assert_int_equal(a->piece, k);
		assert_non_null(a->inspect);
		assert_non_null(a->authenticate);
		assert_string_not_equal(a->kind, "");
		assert_string_not_equal(a->class, "");
	}
	assert_true(n >= 3);
	assert_null(coco_appraiser_for(COCO_PIECE_UNKNOWN));
	assert_null(coco_appraiser_for(COCO_PIECE_CONTAINER));
	assert_null(coco_appraiser_for(COCO_PIECE_COLLATERAL));
	assert_null(coco_appraiser_for(COCO_PIECE_INITDATA));
}

/* What was used is an input of the result, once, with its first role. */
static void test_used(void **state COCO_UNUSED)
{
	struct coco_collateral coll;
	struct coco_result result;
	struct coco_diag d = { 0 };
	int used[1] = { -1 };
	int used_roots[1] = { -1 };
	struct coco_appraisal a = { .collateral = &coll, .extra_roots = &coll, .result = &result,
				    .used = used, .used_roots = used_roots };

	coco_collateral_init(&coll);
	coco_result_init(&result, 0);
	assert_ok(coco_collateral_add(&coll, COCO_COLL_JWKS, coco_view_of("{}", 2), "x", NULL, &d),
		  &d);
	assert_int_equal(coco_appraisal_used(&a, 0, "keys"), 0);
	assert_int_equal(coco_appraisal_used(&a, 0, "other"), 0);
	assert_int_equal(coco_appraisal_used_root(&a, 0, "keys"), 1);
	assert_int_equal(result.n_inputs, 2);
	assert_string_equal(result.inputs[0].role, "collateral: keys");
	assert_string_equal(result.inputs[0].kind, "JWK set");
	assert_string_equal(result.inputs[1].role, "trust root: keys");
	coco_result_free(&result);
	coco_collateral_free(&coll);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
