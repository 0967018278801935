/*
 * test_broker_plan.c - plans: every state that broker and ledger together can
 * give an item, and what the note says.
 */
#include "lib/broker/broker_plan.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/broker_apply.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

static const char all[] = COCO_KIT_HEAD
	"[resource_policy]\nfile = \"policy\"\n"
	"[[reference_values]]\nfile = \"values\"\n"
	"[[key]]\nresource = \"r/t/a\"\nfrom = \"a\"\n"
	"[[key]]\nresource = \"r/t/b\"\nfrom = \"b\"\n";

static struct coco_kit kit;

static int up(void **state COCO_UNUSED)
{
	coco_kit_up(&kit);
	coco_kit_file(&kit, "policy", "package policy\nallow = true\n");
	coco_kit_file(&kit, "values", "{\"mine\":[1,2]}");
	coco_kit_file(&kit, "a", "secret a");
	coco_kit_file(&kit, "b", "secret b");
	coco_kit_gather(&kit, all);
	coco_kit_ledger(&kit);
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_kit_down(&kit);
	return 0;
}

static void apply(bool prune)
{
	const struct coco_apply_options options = { .prune = prune };
	struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_apply_result result;
	struct coco_diag d = { 0 };
	struct coco_plan plan;

	src.prune = prune;
	coco_kit_plan(&kit, &plan, prune);
	assert_ok(coco_apply(&plan, &src, kit.ledger, &options, &kit.run, &result, &d), &d);
	coco_plan_free(&plan);
}

static void hide(void)
{
	memset(kit.broker.shows, 0, sizeof(kit.broker.shows));
	kit.info.directory = false;
	kit.info.reads_policies = false;
	kit.info.reads_reference_values = false;
}

/* States of policy, value, a, b; 0: anything. */
static void states(enum coco_plan_state p, enum coco_plan_state v, enum coco_plan_state a,
		   enum coco_plan_state b)
{
	const enum coco_plan_state want[] = { p, v, a, b };
	struct coco_plan plan;

	coco_kit_plan(&kit, &plan, false);
	assert_true(plan.n >= 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(coco_plan_state_name(plan.v[i].state),
				    coco_plan_state_name(want[i]));
	coco_plan_free(&plan);
}

static void note(size_t i, const char *want)
{
	struct coco_plan plan;

	coco_kit_plan(&kit, &plan, false);
	if (want == NULL)
		assert_null(plan.v[i].note);
	else
		assert_non_null(strstr(plan.v[i].note, want));
	coco_plan_free(&plan);
}

static void test_shown(void **state COCO_UNUSED)
{
	struct coco_plan plan;

	states(COCO_PLAN_ADDED, COCO_PLAN_ADDED, COCO_PLAN_ADDED, COCO_PLAN_ADDED);
	note(0, NULL);
	coco_kit_plan(&kit, &plan, false);
	assert_int_equal(coco_plan_pending(&plan, false), 4);
	assert_int_equal(plan.v[2].size, 8);
	coco_plan_free(&plan);
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE_POLICY, "", "other");
	coco_kit_hold(&kit, COCO_ITEM_REFERENCE_VALUE, "mine", "[2, 3, 1]");
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE, "r/t/a", "secret a");
	states(COCO_PLAN_CHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_ADDED);
	note(0, "not from here");
	note(2, "the ledger does not have it");
	apply(false);
	states(COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED,
	       COCO_PLAN_UNCHANGED);
	note(2, NULL);
	/* somebody else */
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE_POLICY, "", "other");
	coco_kit_hold(&kit, COCO_ITEM_REFERENCE_VALUE, "mine", "[2]");
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE, "r/t/a", "");
	states(COCO_PLAN_CHANGED, COCO_PLAN_CHANGED, COCO_PLAN_ADDED, COCO_PLAN_UNCHANGED);
	note(0, "somebody else changed it");
	note(2, "somebody else removed it");
}

static void test_hidden(void **state COCO_UNUSED)
{
	hide();
	states(COCO_PLAN_ADDED, COCO_PLAN_ADDED, COCO_PLAN_ADDED, COCO_PLAN_ADDED);
	apply(true);
	states(COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED,
	       COCO_PLAN_UNCHANGED);
	coco_kit_file(&kit, "a", "another");
	states(COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_CHANGED, COCO_PLAN_UNCHANGED);
	apply(true);
	assert_string_equal(coco_kit_find(&kit, COCO_ITEM_RESOURCE, "r/t/a"), "another");
	/* a broker that should show it and does not */
	kit.info.reads_policies = true;
	states(COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED, COCO_PLAN_UNCHANGED,
	       COCO_PLAN_UNCHANGED);
}

static void test_merge(void **state COCO_UNUSED)
{
	struct coco_plan plan;

	coco_kit_hold(&kit, COCO_ITEM_REFERENCE_VALUE, "mine", "[9,1]");
	coco_kit_plan(&kit, &plan, false);
	assert_int_equal(plan.v[1].state, COCO_PLAN_CHANGED);
	assert_int_equal(plan.v[1].foreign, 1);
	assert_memory_equal(coco_secret_expose(&plan.v[1].merged), "[9,1,2]", 7);
	coco_plan_free(&plan);
	coco_kit_plan(&kit, &plan, true);
	assert_memory_equal(coco_secret_expose(&plan.v[1].merged), "[1,2]", 5);
	coco_plan_free(&plan);
	kit.broker.get_value = "[";
	const struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_diag d = { 0 };
	assert_int_not_equal(coco_plan_make(&plan, &src, &kit.run, &d), 0);
}

static void test_removed(void **state COCO_UNUSED)
{
	struct coco_plan plan;

	apply(false);
	coco_kit_gather(&kit, COCO_KIT_HEAD "[[key]]\nresource = \"r/t/a\"\nfrom = \"a\"\n");
	coco_kit_plan(&kit, &plan, false);
	assert_int_equal(plan.n, 4);
	assert_int_equal(plan.count[COCO_PLAN_REMOVED], 3);
	assert_int_equal(coco_plan_pending(&plan, false), 0);
	assert_int_equal(coco_plan_pending(&plan, true), 2);
	for (size_t i = 1; i < plan.n; i++) {
		assert_int_equal(plan.v[i].state, COCO_PLAN_REMOVED);
		assert_int_equal(plan.v[i].possible,
				 plan.v[i].type != COCO_ITEM_RESOURCE_POLICY);
		assert_non_null(strstr(plan.v[i].note, "stays"));
	}
	coco_plan_free(&plan);
	/* a broker over HTTP of an old release */
	kit.info.directory = false;
	kit.info.deletes_resources = false;
	kit.info.reads_reference_values = false;
	coco_kit_plan(&kit, &plan, true);
	assert_int_equal(coco_plan_pending(&plan, true), 0);
	coco_plan_free(&plan);
}

static void test_other_key(void **state COCO_UNUSED)
{
	struct coco_plan_source src = coco_kit_source(&kit);
	const struct coco_ledger_keys keys = { .trust = (const struct coco_key *[]){ kit.key },
					       .n_trust = 1 };
	struct coco_ledger *l = NULL;
	struct coco_diag d = { 0 };
	struct coco_plan plan;
	char *path = coco_ledger_path(kit.path, ".ledger.jsonl");

	hide();
	apply(true);
	assert_ok(coco_ledger_open(&l, &kit.run, path, &keys, 0, &d), &d);
	src.ledger = l;
	src.no_digests = true;
	assert_ok(coco_plan_make(&plan, &src, &kit.run, &d), &d);
	/* policies and values have plain digests */
	assert_int_equal(plan.v[0].state, COCO_PLAN_UNCHANGED);
	assert_int_equal(plan.v[1].state, COCO_PLAN_UNCHANGED);
	assert_int_equal(plan.v[2].state, COCO_PLAN_UNKNOWN);
	coco_plan_free(&plan);
	coco_ledger_free(l);
	coco_free(path);
}

static void test_failures(void **state COCO_UNUSED)
{
	const struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_plan plan = { .n = 0 };
	struct coco_diag d = { 0 };

	kit.broker.get_code = COCO_E_NET_BROKEN;
	assert_err(coco_plan_make(&plan, &src, &kit.run, &d), COCO_E_NET_BROKEN, &d);
	kit.broker.get_code = 0;
	coco_diag_init(&d);
	kit.cancel = 1;
	assert_err(coco_plan_make(&plan, &src, &kit.run, &d), COCO_E_CANCELLED, &d);
	kit.cancel = 0;
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_plan_make(&plan, &src, &kit.run, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_plan_free(&plan);
	assert_string_equal(coco_plan_state_name(COCO_PLAN_STATES), "?");
	assert_string_equal(coco_plan_seen_name(COCO_SEEN_ABSENT), "absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shown, up, down),
		cmocka_unit_test_setup_teardown(test_hidden, up, down),
		cmocka_unit_test_setup_teardown(test_merge, up, down),
		cmocka_unit_test_setup_teardown(test_removed, up, down),
		cmocka_unit_test_setup_teardown(test_other_key, up, down),
		cmocka_unit_test_setup_teardown(test_failures, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
