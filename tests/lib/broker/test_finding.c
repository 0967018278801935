/*
 * test_finding.c - lists of findings: order, limits, texts that are too long.
 */
#include "lib/broker/finding.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static void test_list(void **state COCO_UNUSED)
{
	struct coco_outcomes list = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_PASS);
	/* nothing to say more of */
	coco_outcome_place(&list, "%s", "x");
	coco_outcome_next(&list, "%s", "x");
	assert_int_equal(list.n, 0);
	coco_outcome(&list, COCO_OUTCOME_PASS, "a.b", "%s %d", "one", 1);
	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_PASS);
	coco_outcome(&list, COCO_OUTCOME_FAIL, "a.c", "two");
	coco_outcome_place(&list, "line %u", 3u);
	coco_outcome_next(&list, "do %s", "it");
	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_FAIL);
	coco_outcome(&list, COCO_OUTCOME_WARN, "a.d", "three");
	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_FAIL);
	assert_ok(coco_outcomes_finish(&list, &d), &d);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0].id, "a.b");
	assert_string_equal(list.v[0].text, "one 1");
	assert_string_equal(list.v[0].place, "");
	assert_string_equal(list.v[0].next, "");
	assert_string_equal(list.v[1].place, "line 3");
	assert_string_equal(list.v[1].next, "do it");
	assert_int_equal(list.v[2].level, COCO_OUTCOME_WARN);
	coco_outcomes_free(&list);
	assert_int_equal(list.n, 0);
	coco_outcomes_free(&list);
}

static void test_long(void **state COCO_UNUSED)
{
	struct coco_outcomes list = { .n = 0 };
	static char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	coco_outcome(&list, COCO_OUTCOME_WARN, text, "%s", text);
	coco_outcome_place(&list, "%s", text);
	coco_outcome_next(&list, "%s", text);
	assert_int_equal(strlen(list.v[0].id), sizeof(list.v[0].id) - 1);
	assert_int_equal(strlen(list.v[0].text), sizeof(list.v[0].text) - 1);
	assert_int_equal(strlen(list.v[0].place), sizeof(list.v[0].place) - 1);
	assert_int_equal(strlen(list.v[0].next), sizeof(list.v[0].next) - 1);
	coco_outcomes_free(&list);
}

static void test_many(void **state COCO_UNUSED)
{
	struct coco_outcomes list = { .n = 0 };
	struct coco_diag d = { 0 };

	for (int i = 0; i < COCO_OUTCOMES_MAX; i++)
		coco_outcome(&list, COCO_OUTCOME_PASS, "a", "b");
	assert_ok(coco_outcomes_finish(&list, &d), &d);
	coco_outcome(&list, COCO_OUTCOME_FAIL, "c", "d");
	coco_outcome_place(&list, "not of this one");
	coco_outcome_next(&list, "nor that");
	assert_int_equal(list.n, COCO_OUTCOMES_MAX);
	assert_string_equal(list.v[list.n - 1].place, "");
	assert_string_equal(list.v[list.n - 1].next, "");
	assert_err(coco_outcomes_finish(&list, &d), COCO_E_LIMIT_COUNT, &d);
	coco_outcomes_free(&list);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_outcomes list = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_true(coco_test_alloc_arm(1));
	coco_outcome(&list, COCO_OUTCOME_PASS, "a", "b");
	assert_true(coco_test_alloc_disarm());
	/* the failure stays, whatever comes after it */
	coco_outcome(&list, COCO_OUTCOME_PASS, "a", "b");
	assert_int_equal(list.n, 0);
	assert_err(coco_outcomes_finish(&list, &d), COCO_E_LIMIT_MEMORY, &d);
	coco_outcomes_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list), cmocka_unit_test(test_long),
		cmocka_unit_test(test_many), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
