/*
 * fuzz_rego.c - Rego read and judged. Covers coco_rego_lex, coco_rego_module,
 * coco_rego_statement, coco_policy_lint. Asserts: tokens lie in the text, in
 * order; ranges of rules lie in each other; a policy without any "affirming"
 * and with an allow rule is never without a finding.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/broker/policy_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_range(const struct coco_rego_module *m, const struct coco_rego_range *r)
{
	struct coco_rego_range s = { 0, 0 };
	size_t at = r->from;
	size_t last = r->from;

	require(r->from <= r->to && r->to <= m->tokens.n);
	while (coco_rego_statement(m, r, &at, &s)) {
		require(s.from >= last && s.from < s.to && s.to <= r->to && at == s.to);
		last = s.to;
	}
}

static bool check_module(const uint8_t *data, size_t size)
{
	struct coco_rego_module m;
	const char *last = (const char *)data;
	bool allow = false;

	if (coco_rego_module(&m, coco_view_of(data, size), NULL) != 0)
		return false;
	for (size_t i = 0; i < m.tokens.n; i++) {
		const struct coco_rego_token *t = &m.tokens.v[i];

		require(t->p >= last && t->p + t->n <= (const char *)data + size && t->line > 0);
		last = t->p + t->n;
	}
	for (size_t i = 0; i < m.n; i++) {
		check_range(&m, &m.rule[i].value);
		check_range(&m, &m.rule[i].body);
		allow |= coco_rego_is(&m.rule[i].name, "allow");
	}
	coco_rego_module_free(&m);
	return allow;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct coco_run run = { .jobs = 1 };
	const struct coco_lint_with with = { .release = 21 };
	struct coco_lint lint;

	bool allow = check_module(data, size);
	if (coco_policy_lint(&run, &lint, coco_view_of(data, size), &with, NULL) != 0)
		return 0;
	if (lint.undecided)
		require(coco_outcomes_worst(&lint.found) != COCO_OUTCOME_PASS);
	if (allow && lint.kind == COCO_LINT_RESOURCE &&
	    memmem(data, size, "affirming", 9) == NULL &&
	    memmem(data, size, "false", 5) == NULL)
		require(lint.found.n > 0);
	coco_lint_free(&lint);
	return 0;
}
