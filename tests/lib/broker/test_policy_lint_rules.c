/*
 * test_policy_lint_rules.c - findings of evidence policies, and which texts
 * are taken for one.
 */
#include "lib/broker/policy_lint_rules.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/support.h"

#define ZEROS "00000000000000000000000000000000"

static bool looks(const char *text)
{
	return coco_lint_rules_looks(coco_view_of(text, strlen(text)));
}

static void test_looks(void **state COCO_UNUSED)
{
	assert_true(looks("policy = 1\n"));
	assert_true(looks("# comment\n\n  [snp]\n"));
	assert_false(looks("package policy\n\ndefault allow = false\n"));
	assert_false(looks("# rego\nimport rego.v1\n"));
	assert_false(looks(""));
	assert_false(looks("# only a comment"));
}

static bool has(const struct coco_outcomes *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].id, id) == 0)
			return true;
	return false;
}

static void test_findings(void **state COCO_UNUSED)
{
	static const char bad[] = "policy = 1\n[snp]\nmeasurement = []\n[[waiver]]\nrule = 'x'\n"
				  "reason = 'y'\napproved_by = 'z'\nuntil = 2026-01-01T00:00:00Z\n";
	static const char good[] = "policy = 1\nrequire = ['fresh']\n[tdx]\n"
				   "attributes_deny = ['debug']\ntcb_status = ['UpToDate']\n"
				   "mrtd = ['" ZEROS ZEROS ZEROS "']\n";
	struct coco_outcomes list = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_lint_rules(coco_view_of(bad, strlen(bad)), NULL, 0, &list, &d), &d);
	assert_true(has(&list, "policy.rule.empty"));
	assert_true(has(&list, "policy.waiver.unused"));
	assert_true(has(&list, "policy.debug.allowed"));
	assert_true(has(&list, "policy.tcb.none"));
	assert_true(has(&list, "policy.fresh.none"));
	assert_int_equal(coco_outcomes_worst(&list), COCO_OUTCOME_FAIL);
	assert_string_equal(list.v[0].place, "line 3");
	coco_outcomes_free(&list);
	assert_ok(coco_lint_rules(coco_view_of(good, strlen(good)), NULL, 0, &list, &d), &d);
	assert_int_equal(list.n, 1);
	assert_true(has(&list, "policy.rules"));
	coco_outcomes_free(&list);
	assert_err(coco_lint_rules(coco_view_of("x = 1\n", 6), NULL, 0, &list, &d),
		   COCO_E_POLICY_SCHEMA, &d);
	coco_outcomes_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
