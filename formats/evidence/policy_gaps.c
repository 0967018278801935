/*
 * policy_gaps.c - what an evidence policy leaves open (see policy.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/evidence/policy.h"

struct lint {
	const struct coco_policy *p;
	void (*found)(void *ctx, const struct coco_policy_finding *f);
	void *ctx;
};

static void say(const struct lint *l, enum coco_policy_finding_kind kind, bool fails,
		unsigned line, const char *what)
{
	struct coco_policy_finding f = { .kind = kind, .fails = fails, .line = line };

	snprintf(f.what, sizeof(f.what), "%s", what);
	l->found(l->ctx, &f);
}

static bool has_rule(const struct coco_policy *p, const char *start)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (strncmp(p->rules[i].id, start, strlen(start)) == 0)
			return true;
	return false;
}

static bool looks_at(const struct coco_policy *p, const char *claim)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (strcmp(p->rules[i].claim, claim) == 0)
			return true;
	return false;
}

static void rules(const struct lint *l)
{
	for (size_t i = 0; i < l->p->n_rules; i++) {
		const struct coco_policy_rule *rule = &l->p->rules[i];

		if (rule->n_values == 0 && rule->op == COCO_POLICY_ONE_OF)
			say(l, COCO_POLICY_RULE_EMPTY, true, rule->line, rule->id);
	}
}

static void waivers(const struct lint *l, int64_t at)
{
	for (size_t i = 0; i < l->p->n_waivers; i++) {
		const struct coco_policy_waiver *w = &l->p->waivers[i];

		if (!w->matches)
			say(l, COCO_POLICY_WAIVER_UNUSED, true, w->line, w->rule);
		else if (at >= w->until)
			say(l, COCO_POLICY_WAIVER_EXPIRED, false, w->line, w->rule);
	}
}

/* What every policy for a kind of evidence ought to say. */
static void kind(const struct lint *l, const char *section, const char *debug,
		 const char *const *runs, size_t n_runs, const char *tcb, const char *tcb2)
{
	char start[COCO_POLICY_ID];
	bool measured = false;

	snprintf(start, sizeof(start), "%s.", section);
	if (!has_rule(l->p, start))
		return;
	if (!looks_at(l->p, debug))
		say(l, COCO_POLICY_DEBUG_ALLOWED, false, 0, debug);
	for (size_t i = 0; i < n_runs; i++)
		measured = measured || looks_at(l->p, runs[i]);
	if (!measured)
		say(l, COCO_POLICY_NO_MEASUREMENT, false, 0, runs[0]);
	if (!has_rule(l->p, tcb) && !has_rule(l->p, tcb2))
		say(l, COCO_POLICY_NO_TCB, false, 0, tcb);
}

/* Values that no policy can foresee: they are compared otherwise, or say nothing. */
static bool needs_no_rule(const char *name)
{
	static const char *const tails[] = { "report_data", "signature", "signature.r",
					     "signature.s", "attestation_key", "auth_data",
					     "extra_data", "nonce", "user_data", "signature_size",
					     "reserved_set", "trailing_bytes" };
	size_t n = strlen(name);

	for (size_t i = 0; i < COCO_ARRAY_LEN(tails); i++) {
		size_t k = strlen(tails[i]);

		if (n > k && strcmp(name + n - k, tails[i]) == 0)
			return true;
	}
	return false;
}

/* A claim that a rule looks at, or a part of such a claim. */
static bool covered(const struct coco_policy *p, const char *name)
{
	char whole[COCO_CLAIM_NAME];

	snprintf(whole, sizeof(whole), "%s", name);
	for (char *dot = whole + strlen(whole); dot != NULL; dot = strrchr(whole, '.')) {
		*dot = '\0';
		if (looks_at(p, whole))
			return true;
	}
	return false;
}

static void unseen(const struct lint *l, const struct coco_result *evidence)
{
	for (size_t s = 0; s < evidence->n_subjects; s++) {
		const struct coco_claims *c = &evidence->subjects[s].claims;

		for (size_t i = 0; i < c->n; i++)
			if (!covered(l->p, c->v[i].name) && !needs_no_rule(c->v[i].name))
				say(l, COCO_POLICY_UNSEEN, false, 0, c->v[i].name);
	}
}

void coco_policy_gaps(const struct coco_policy *p, const struct coco_result *evidence, int64_t at,
		      void (*found)(void *ctx, const struct coco_policy_finding *f), void *ctx)
{
	static const char *const snp[] = { "snp.measurement", "snp.id_key_digest",
					   "snp.author_key_digest" };
	static const char *const tdx[] = { "tdx.mrtd", "tdx.rtmr1", "tdx.rtmr2" };
	const struct lint l = { .p = p, .found = found, .ctx = ctx };

	rules(&l);
	waivers(&l, at);
	kind(&l, "snp", "snp.policy.debug", snp, COCO_ARRAY_LEN(snp), "snp.min_tcb",
	     "snp.min_firmware");
	kind(&l, "tdx", "tdx.attributes.debug", tdx, COCO_ARRAY_LEN(tdx), "tdx.tcb_status",
	     "tdx.min_t");
	if ((p->require & COCO_REQUIRE_FRESH) == 0)
		say(&l, COCO_POLICY_NO_FRESH, false, 0, "require = [\"fresh\"]");
	if (evidence != NULL)
		unseen(&l, evidence);
}
