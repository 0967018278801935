/*
 * test_broker_disable.c - keys disabled and enabled again: whose policy is
 * kept, what is put in its place, and what cannot be done.
 */
#include "lib/broker/broker_disable.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/broker/rego_deny.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/broker_apply.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

#define POLICY "package policy\ndefault allow = true\n"

static const char all[] = COCO_KIT_HEAD
	"[resource_policy]\nfile = \"policy\"\n"
	"[[key]]\nresource = \"r/t/a\"\nfrom = \"a\"\n"
	"[[key]]\nresource = \"r/t/b\"\nfrom = \"a\"\n"
	"[[key]]\nresource = \"r/s/b\"\nfrom = \"a\"\n";

static struct coco_kit kit;

static int up(void **state COCO_UNUSED)
{
	coco_kit_up(&kit);
	coco_kit_file(&kit, "policy", POLICY);
	coco_kit_file(&kit, "a", "secret a");
	coco_kit_gather(&kit, all);
	coco_kit_ledger(&kit);
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_kit_down(&kit);
	return 0;
}

static void apply(void)
{
	const struct coco_apply_options options = { .prune = false };
	const struct coco_plan_source src = coco_kit_source(&kit);
	struct coco_apply_result result;
	struct coco_diag d = { 0 };
	struct coco_plan plan;

	coco_kit_plan(&kit, &plan, false);
	assert_ok(coco_apply(&plan, &src, kit.ledger, &options, &kit.run, &result, &d), &d);
	coco_plan_free(&plan);
}

static struct coco_disable_source source(void)
{
	return (struct coco_disable_source){
		.declared = &kit.declared, .ledger = kit.ledger, .backend = kit.backend,
		.info = &kit.info, .broker = COCO_KIT_BROKER, .reason = "why",
	};
}

static void disable(const char *name, bool want_known)
{
	const struct coco_disable_source src = source();
	struct coco_diag d = { 0 };
	bool known = !want_known;

	assert_ok(coco_disable(&src, name, &kit.run, &known, &d), &d);
	assert_int_equal(known, want_known);
}

static void disable_fails(const char *name, int code)
{
	const struct coco_disable_source src = source();
	size_t n = coco_ledger_count(kit.ledger);
	struct coco_diag d = { 0 };
	bool known;

	assert_err(coco_disable(&src, name, &kit.run, &known, &d), code, &d);
	assert_int_equal(coco_ledger_count(kit.ledger), n);
}

static void restore(int code)
{
	const struct coco_disable_source src = source();
	struct coco_diag d = { 0 };

	if (code == 0)
		assert_ok(coco_restore(&src, &kit.run, &d), &d);
	else
		assert_err(coco_restore(&src, &kit.run, &d), code, &d);
}

static const char *policy(void)
{
	return coco_kit_find(&kit, COCO_ITEM_RESOURCE_POLICY, "");
}

static size_t disabled(void)
{
	struct coco_disabled now;
	struct coco_diag d = { 0 };

	assert_ok(coco_disabled_find(kit.ledger, COCO_KIT_BROKER, &now, &d), &d);
	size_t n = now.n;
	if (n != 0)
		assert_string_equal(now.reason, "why");
	coco_disabled_free(&now);
	return n;
}

static void hide(void)
{
	memset(kit.broker.shows, 0, sizeof(kit.broker.shows));
	kit.info.directory = false;
	kit.info.reads_policies = false;
}

static void test_shown(void **state COCO_UNUSED)
{
	apply();
	restore(COCO_E_BROKER_RESTORE);
	/* what the broker shows counts, whoever registered it */
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE_POLICY, "", POLICY "# theirs\n");
	disable("a", true);
	assert_non_null(strstr(policy(), "{\"r/t/a\"}"));
	assert_non_null(strstr(policy(), "# theirs"));
	disable("r/t/b", true);
	assert_non_null(strstr(policy(), "{\"r/t/a\", \"r/t/b\"}"));
	disable("r/t/b", true);
	assert_int_equal(disabled(), 2);
	disable("all", true);
	assert_string_equal(policy(), coco_rego_deny_all());
	disable("a", true);
	assert_string_equal(policy(), coco_rego_deny_all());
	assert_int_equal(disabled(), 3);
	/* a ledger that is read again says the same */
	coco_kit_ledger(&kit);
	assert_int_equal(disabled(), 3);
	restore(0);
	assert_string_equal(policy(), POLICY "# theirs\n");
	assert_int_equal(disabled(), 0);
	restore(COCO_E_BROKER_RESTORE);
}

static void test_hidden(void **state COCO_UNUSED)
{
	hide();
	/* nothing was ever applied: nobody knows the policy */
	disable_fails("a", COCO_E_BROKER_RESTORE);
	disable("all", false);
	restore(0);
	assert_string_equal(policy(), POLICY);
	apply();
	disable("r/t/a", true);
	assert_non_null(strstr(policy(), "{\"r/t/a\"}"));
	restore(0);
	assert_string_equal(policy(), POLICY);
	/* the declared one is another by now */
	coco_kit_file(&kit, "policy", POLICY "# new\n");
	disable_fails("a", COCO_E_BROKER_RESTORE);
	disable("all", false);
	restore(0);
	assert_string_equal(policy(), POLICY "# new\n");
	/* no policy is declared, none is known */
	coco_kit_gather(&kit, COCO_KIT_HEAD);
	disable("all", false);
	restore(COCO_E_BROKER_RESTORE);
}

static void test_names(void **state COCO_UNUSED)
{
	apply();
	disable_fails("b", COCO_E_BROKER_RESTORE);      /* two have it */
	disable_fails("none", COCO_E_BROKER_RESTORE);
	disable_fails("t/a", COCO_E_BROKER_RESTORE);
	disable("not/declared/anywhere", true);         /* a resource all the same */
	restore(0);
	/* by the ledger alone */
	coco_kit_gather(&kit, COCO_KIT_HEAD "[resource_policy]\nfile = \"policy\"\n");
	disable("a", true);
	restore(0);
}

static void test_kept_file(void **state COCO_UNUSED)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/broker.previous.rego", kit.dir);
	apply();
	disable("all", true);
	assert_int_equal(access(path, F_OK), 0);
	coco_kit_file(&kit, "broker.previous.rego", POLICY "# changed\n");
	restore(COCO_E_BROKER_DRIFT);
	disable_fails("a", COCO_E_BROKER_DRIFT);
	coco_kit_file(&kit, "broker.previous.rego", POLICY);
	restore(0);
	assert_int_not_equal(access(path, F_OK), 0);
	/* killed after the broker had it: what was kept is the policy of before */
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE_POLICY, "", coco_rego_deny_all());
	disable_fails("all", COCO_E_IO_OPEN);
	coco_kit_file(&kit, "broker.previous.rego", POLICY);
	disable("all", true);
	restore(0);
	assert_string_equal(policy(), POLICY);
}

static void test_failures(void **state COCO_UNUSED)
{
	apply();
	kit.broker.fail_at = kit.broker.puts + 1;
	kit.broker.fail_code = COCO_E_BROKER_POLICY_TEXT;
	disable_fails("all", COCO_E_BROKER_POLICY_TEXT);
	assert_int_equal(disabled(), 0);
	kit.broker.get_code = COCO_E_NET_BROKEN;
	disable_fails("all", COCO_E_NET_BROKEN);
	kit.broker.get_code = 0;
	kit.cancel = 1;
	disable_fails("all", COCO_E_CANCELLED);
	kit.cancel = 0;
	coco_kit_hold(&kit, COCO_ITEM_RESOURCE_POLICY, "", "package policy\n");
	disable_fails("a", COCO_E_FORMAT_VALUE);
	disable("all", true);
	kit.broker.fail_at = kit.broker.puts + 1;
	restore(COCO_E_BROKER_POLICY_TEXT);
	assert_int_equal(disabled(), 1);
	restore(0);
}

static void test_plan(void **state COCO_UNUSED)
{
	struct coco_plan plan;

	apply();
	disable("all", true);
	coco_kit_plan(&kit, &plan, false);
	assert_int_equal(plan.v[0].state, COCO_PLAN_HELD);
	assert_int_equal(coco_plan_pending(&plan, false), 1);
	coco_plan_free(&plan);
	restore(0);
	coco_kit_plan(&kit, &plan, false);
	assert_int_equal(coco_plan_pending(&plan, false), 0);
	coco_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shown, up, down),
		cmocka_unit_test_setup_teardown(test_hidden, up, down),
		cmocka_unit_test_setup_teardown(test_names, up, down),
		cmocka_unit_test_setup_teardown(test_kept_file, up, down),
		cmocka_unit_test_setup_teardown(test_failures, up, down),
		cmocka_unit_test_setup_teardown(test_plan, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
