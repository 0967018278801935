/*
 * policy_lint_allow.c - a resource policy: what it takes to be given a key (see
 * policy_lint.h).
 */
#include <stdio.h>
#include <string.h>

#include "lib/broker/policy_lint_priv.h"

static const struct coco_rego_token *tok(const struct coco_linter *l, size_t i)
{
	return &l->m.tokens.v[i];
}

static bool is_one(const struct coco_linter *l, const struct coco_rego_range *r, const char *word)
{
	return r->to - r->from == 1 && coco_rego_is(tok(l, r->from), word);
}

static void place(struct coco_linter *l, unsigned line, const char *next)
{
	coco_outcome_place(&l->ret->found, "line %u", line);
	coco_outcome_next(&l->ret->found, "%s", next);
}

/* What an allow rule shows of the machine's status. */
static void check_status(struct coco_linter *l, size_t i)
{
	static const char every[] = "ask that the count of affirmed parts is that of all parts, as "
				    "policy generate does";
	unsigned line = l->m.rule[i].name.line;
	bool lost = false;
	enum coco_lint_shown shown = coco_lint_shown(l, i, &lost);

	switch (shown) {
	case COCO_SHOWN_ALL:
		return;
	case COCO_SHOWN_LISTED:
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.allow.missing_status",
			     "a part without a status, or no part at all, is not noticed");
		place(l, line, every);
		return;
	case COCO_SHOWN_CPU:
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.allow.devices",
			     "only the CPU has to be affirmed: GPUs are not looked at");
		place(l, line, every);
		return;
	case COCO_SHOWN_SOME_PART:
	case COCO_SHOWN_NOT_WORST:
	case COCO_SHOWN_NOTHING:
		break;
	}
	if (lost) {
		coco_lint_undecided(l, line, "whether an affirming status is asked for");
		return;
	}
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.allow.affirming",
		     shown == COCO_SHOWN_NOT_WORST
			     ? "anything but contraindicated is enough: unknown software has the "
			       "status warning"
		     : shown == COCO_SHOWN_SOME_PART
			     ? "one affirmed part is enough, whichever it is"
			     : "no affirming status is asked for");
	place(l, line, "ask for [\"ear.status\"] == \"affirming\" of every part");
}

static void check_sample(struct coco_linter *l, size_t i)
{
	static const char *const kinds[] = { "snp", "tdx", "az-snp-vtpm", "az-tdx-vtpm",
					     "az_snp_vtpm", "az_tdx_vtpm", "azsnpvtpm",
					     "aztdxvtpm", "tpm", "sgx", "cca", "se", "csv" };
	unsigned line = l->m.rule[i].name.line;

	if (coco_lint_mentions(l, i, "sample", false)) {
		coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.allow.sample",
			     "sample evidence, which anybody can make, is allowed");
		place(l, line, "leave the sample attester to tests");
		return;
	}
	if (coco_lint_mentions(l, i, "sample", true))
		return;
	for (size_t k = 0; k < COCO_ARRAY_LEN(kinds); k++)
		if (coco_lint_mentions(l, i, kinds[k], false))
			return;
	coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.allow.kind",
		     "no kind of evidence is asked for: affirmed sample evidence passes");
	place(l, line, "ask for the kind, or add: not ...[\"annotated-evidence\"].sample");
}

static void check_pins(struct coco_linter *l, size_t i)
{
	unsigned line = l->m.rule[i].name.line;

	if (!coco_lint_mentions(l, i, "init_data", false) &&
	    !coco_lint_mentions(l, i, "init_data_claims", false)) {
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.allow.initdata",
			     "no initdata is asked for: every guest that is affirmed gets the key");
		place(l, line, "pin the digest of the initdata, or a release id in it");
	}
	if (!coco_lint_mentions(l, i, "resource-path", false)) {
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.allow.every_resource",
			     "no resource is named: all of the broker's are given");
		place(l, line, "name the resources, from data[\"resource-path\"]");
	}
}

static void check_default(struct coco_linter *l, const struct coco_rego_rule *rule)
{
	if (is_one(l, &rule->value, "false"))
		return;
	if (!is_one(l, &rule->value, "true")) {
		coco_lint_undecided(l, rule->name.line, "the default of allow");
		return;
	}
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.allow.default",
		     "what no rule allows is allowed");
	place(l, rule->name.line, "default allow := false");
}

static void check_one(struct coco_linter *l, size_t i)
{
	const struct coco_rego_rule *rule = &l->m.rule[i];
	bool plain = rule->value.from == rule->value.to || is_one(l, &rule->value, "true");

	if (is_one(l, &rule->value, "false"))
		return;
	if (rule->partial || rule->function || rule->path) {
		coco_lint_undecided(l, rule->name.line, "allow is no plain rule");
		return;
	}
	if (plain && (!rule->has_body || is_one(l, &rule->body, "true"))) {
		coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.allow.unconditional",
			     "everything is allowed to everybody");
		place(l, rule->name.line, "give allow a body");
		return;
	}
	check_status(l, i);
	check_sample(l, i);
	check_pins(l, i);
}

void coco_lint_allow(struct coco_linter *l)
{
	bool found = false;
	unsigned other = 0;

	for (size_t i = 0; i < l->m.n; i++) {
		const struct coco_rego_rule *rule = &l->m.rule[i];

		if (coco_rego_is(&rule->name, "allowed"))
			other = rule->name.line;
		if (!coco_rego_is(&rule->name, "allow"))
			continue;
		found |= !rule->is_default || !is_one(l, &rule->value, "false");
		if (rule->is_default)
			check_default(l, rule);
		else
			check_one(l, i);
	}
	if (found)
		return;
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.allow.missing",
		     "there is no rule allow: nothing is ever given");
	if (other != 0)
		place(l, other, "the broker reads allow, not allowed");
	else
		coco_outcome_next(&l->ret->found, "write a rule allow, or use policy generate");
}
