/*
 * policy_lint_rules.c - findings of an evidence policy (see
 * policy_lint_rules.h).
 */
#include "lib/broker/policy_lint_rules.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"

bool coco_lint_rules_looks(struct coco_view text)
{
	const char *p = (const char *)text.p;
	size_t i = 0;

	while (i < text.n) {
		size_t end = i;

		while (end < text.n && p[end] != '\n')
			end++;
		while (i < end && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r'))
			i++;
		if (i < end && p[i] != '#')
			return p[i] == '[' || memchr(p + i, '=', end - i) != NULL;
		i = end + 1;
	}
	return false;
}

static void found(void *ctx, const struct coco_policy_finding *f)
{
	static const struct {
		const char *id;
		const char *text;
		const char *next;
	} words[] = {
		[COCO_POLICY_RULE_EMPTY] = { "policy.rule.empty", "%s has no value: it refuses all",
					     "give it values, or leave the key out" },
		[COCO_POLICY_WAIVER_EXPIRED] = { "policy.waiver.expired", "the waiver of %s has "
						 "ended", "take it out, or have it renewed" },
		[COCO_POLICY_WAIVER_UNUSED] = { "policy.waiver.unused", "no rule is called %s",
						"correct the name: policy test shows them" },
		[COCO_POLICY_DEBUG_ALLOWED] = { "policy.debug.allowed", "a guest with %s set is "
						"accepted: its memory is open to the host",
						"deny \"debug\"" },
		[COCO_POLICY_NO_MEASUREMENT] = { "policy.measurement.none", "nothing says what may "
						 "run: no rule for %s",
						 "add values, or verify with --reference" },
		[COCO_POLICY_NO_TCB] = { "policy.tcb.none", "firmware of any age goes: no %s",
					 "add minimums for the machines in use" },
		[COCO_POLICY_NO_FRESH] = { "policy.fresh.none", "old evidence is accepted: no %s",
					   "require \"fresh\"" },
		[COCO_POLICY_UNSEEN] = { "policy.claim.unseen", "no rule looks at %s",
					 "add a rule, or decide that any value is fine" },
	};
	struct coco_outcomes *list = ctx;
	char text[256];
	const char *at = strstr(words[f->kind].text, "%s");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - words[f->kind].text),
		 words[f->kind].text, f->what, at + 2);
	coco_outcome(list, f->fails ? COCO_OUTCOME_FAIL : COCO_OUTCOME_WARN, words[f->kind].id,
		     "%s", text);
	if (f->line != 0)
		coco_outcome_place(list, "line %u", f->line);
	coco_outcome_next(list, "%s", words[f->kind].next);
}

int coco_lint_rules(struct coco_view text, const struct coco_result *evidence, int64_t at,
		    struct coco_outcomes *list, struct coco_diag *diag)
{
	struct coco_policy *p = coco_zalloc(1, sizeof(*p));
	size_t before = list->n;

	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a policy");
	int r = coco_policy_decode(p, text, diag);
	if (r == 0) {
		coco_policy_gaps(p, evidence, at, found, list);
		if (list->n == before)
			coco_outcome(list, COCO_OUTCOME_PASS, "policy.rules",
				     "%zu rules, and nothing is left open that was looked for",
				     p->n_rules);
		coco_policy_free(p);
	}
	coco_free(p);
	return r == 0 ? coco_outcomes_finish(list, diag) : r;
}
