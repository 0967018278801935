/*
 * policy_judge.c - an evidence policy over the claims of a result (see
 * policy.h). What is known not to be authentic is not judged: it is rejected
 * anyhow, and its claims are nobody's word.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"
#include "formats/evidence/policy.h"

enum { VERSION_PARTS = 4, SHOWN = 3 /* values in a message */ };

enum answer { YES, NO, NOT_KNOWN /* the claim is of another type */ };

/* Whether a word is in a list of words with blanks between. */
static bool among(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at != NULL; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
			return true;
	}
	return false;
}

static bool is_number(const struct coco_claim *c)
{
	return c->type == COCO_CLAIM_TYPE_NUMBER || c->type == COCO_CLAIM_TYPE_BOOL;
}

/* ---- comparisons ---------------------------------------------------------------------- */

static bool same_hex(const struct coco_claim *c, const char *hex)
{
	uint8_t byte;

	if (strlen(hex) != 2 * c->n)
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (coco_hex_decode(&byte, 1, hex + 2 * i, 2, NULL) != 0 || byte != c->p[i])
			return false;
	return true;
}

static bool same_text(const struct coco_claim *c, const char *text)
{
	return strlen(text) == c->n && memcmp(c->p, text, c->n) == 0;
}

static enum answer equals(const struct coco_claim *c, const struct coco_policy_value *v)
{
	switch (v->kind) {
	case COCO_POLICY_NUMBER:
		return !is_number(c) ? NOT_KNOWN : c->number == v->number ? YES : NO;
	case COCO_POLICY_TIME:
		return c->type != COCO_CLAIM_TYPE_TIME ? NOT_KNOWN : c->time == v->time ? YES : NO;
	case COCO_POLICY_BYTES:
	case COCO_POLICY_TEXT:
		break;
	}
	if (c->type == COCO_CLAIM_TYPE_BYTES)   /* [[rule]] does not know the type */
		return same_hex(c, v->text) ? YES : NO;
	return c->type != COCO_CLAIM_TYPE_TEXT ? NOT_KNOWN : same_text(c, v->text) ? YES : NO;
}

static enum answer one_of(const struct coco_policy_rule *rule, const struct coco_claim *c)
{
	enum answer worst = NO;

	for (size_t i = 0; i < rule->n_values; i++) {
		enum answer a = equals(c, &rule->values[i]);

		if (a == YES)
			return YES;
		if (a == NOT_KNOWN)
			worst = NOT_KNOWN;
	}
	return worst;
}

/* "1.55.40" into parts; false when it is none. */
static bool version(const char *s, size_t n, uint64_t part[VERSION_PARTS])
{
	unsigned k = 0;

	memset(part, 0, VERSION_PARTS * sizeof(*part));
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (++k == VERSION_PARTS)
				return false;
			continue;
		}
		if (s[i] < '0' || s[i] > '9' || part[k] > UINT32_MAX)
			return false;
		part[k] = part[k] * 10 + (uint64_t)(s[i] - '0');
	}
	return n > 0;
}

static enum answer at_least(const struct coco_policy_value *v, const struct coco_claim *c)
{
	uint64_t want[VERSION_PARTS];
	uint64_t have[VERSION_PARTS];

	if (v->kind == COCO_POLICY_NUMBER)
		return !is_number(c) ? NOT_KNOWN : c->number >= v->number ? YES : NO;
	if (c->type != COCO_CLAIM_TYPE_TEXT || !version(v->text, strlen(v->text), want) ||
	    !version((const char *)c->p, c->n, have))
		return NOT_KNOWN;
	for (unsigned i = 0; i < VERSION_PARTS; i++)
		if (want[i] != have[i])
			return have[i] > want[i] ? YES : NO;
	return YES;
}

/* Each byte on its own: the components of a TCB are no digits of one number. */
static enum answer bytes_at_least(const struct coco_policy_value *v, const struct coco_claim *c)
{
	uint8_t byte;

	if (c->type != COCO_CLAIM_TYPE_BYTES || strlen(v->text) != 2 * c->n)
		return NOT_KNOWN;
	for (size_t i = 0; i < c->n; i++)
		if (coco_hex_decode(&byte, 1, v->text + 2 * i, 2, NULL) != 0 || c->p[i] < byte)
			return NO;
	return YES;
}

static enum answer same_claims(const struct coco_claim *a, const struct coco_claim *b)
{
	if (b == NULL || a->type != b->type)
		return NOT_KNOWN;
	if (a->type == COCO_CLAIM_TYPE_BYTES || a->type == COCO_CLAIM_TYPE_TEXT)
		return a->n == b->n && memcmp(a->p, b->p, a->n) == 0 ? YES : NO;
	return a->number == b->number && a->time == b->time ? YES : NO;
}

/* The next word of a claim that lists words with ", " or blanks between; NULL at the end. */
static const char *next_word(const char *at, size_t *n)
{
	at += strspn(at, ", ");
	*n = strcspn(at, ", ");
	return *n > 0 ? at : NULL;
}

static bool listed(const struct coco_policy_rule *rule, const char *word, size_t n)
{
	for (size_t i = 0; i < rule->n_values; i++)
		if (strlen(rule->values[i].text) == n && memcmp(rule->values[i].text, word, n) == 0)
			return true;
	return false;
}

static enum answer words(const struct coco_policy_rule *rule, const struct coco_claim *c)
{
	bool only = rule->op == COCO_POLICY_ONLY;
	size_t n = 0;

	if (c->type != COCO_CLAIM_TYPE_TEXT)
		return NOT_KNOWN;
	for (const char *w = next_word((const char *)c->p, &n); w != NULL; w = next_word(w + n, &n))
		if (listed(rule, w, n) != only)
			return NO;
	return YES;
}

static enum answer compare(const struct coco_policy_rule *rule, const struct coco_claim *c,
			   const struct coco_claims *all)
{
	switch (rule->op) {
	case COCO_POLICY_ONE_OF:
		return one_of(rule, c);
	case COCO_POLICY_AT_LEAST:
		return at_least(&rule->values[0], c);
	case COCO_POLICY_BYTES_AT_LEAST:
		return bytes_at_least(&rule->values[0], c);
	case COCO_POLICY_SET:
		return !is_number(c) ? NOT_KNOWN : c->number != 0 ? YES : NO;
	case COCO_POLICY_CLEAR:
		return !is_number(c) ? NOT_KNOWN : c->number == 0 ? YES : NO;
	case COCO_POLICY_HAS:
		return !is_number(c) ? NOT_KNOWN
		       : (c->number & rule->values[0].number) == rule->values[0].number ? YES : NO;
	case COCO_POLICY_SAME:
		return same_claims(c, coco_claims_find(all, rule->values[0].text));
	case COCO_POLICY_NONE_OF:
	case COCO_POLICY_ONLY:
		return words(rule, c);
	case COCO_POLICY_NOT_BEFORE:
		return c->type != COCO_CLAIM_TYPE_TIME ? NOT_KNOWN
		       : c->time >= rule->values[0].time ? YES : NO;
	}
	return NOT_KNOWN;
}

/* ---- what a check says ------------------------------------------------------------------ */

static void value_text(const struct coco_policy_value *v, char *ret, size_t cap)
{
	char when[COCO_RFC3339_TEXT];

	if (v->kind == COCO_POLICY_NUMBER)
		snprintf(ret, cap, "%" PRIu64, v->number);
	else if (v->kind == COCO_POLICY_TIME)
		snprintf(ret, cap, "%s", coco_rfc3339_print(when, v->time));
	else
		snprintf(ret, cap, "%s", v->text);
}

static void expected(struct coco_result *r, const struct coco_policy_rule *rule)
{
	static const char *const before[] = {
		[COCO_POLICY_ONE_OF] = "",           [COCO_POLICY_AT_LEAST] = "at least ",
		[COCO_POLICY_BYTES_AT_LEAST] = "each byte at least ",
		[COCO_POLICY_SET] = "set",           [COCO_POLICY_CLEAR] = "clear",
		[COCO_POLICY_HAS] = "all bits of ",  [COCO_POLICY_SAME] = "the same as ",
		[COCO_POLICY_NONE_OF] = "none of ",  [COCO_POLICY_ONLY] = "only ",
		[COCO_POLICY_NOT_BEFORE] = "not before ",
	};
	char text[2 * COCO_RESULT_TEXT];
	char one[COCO_RESULT_TEXT];

	snprintf(text, sizeof(text), "%s", before[rule->op]);
	for (size_t i = 0; i < rule->n_values && i < SHOWN; i++) {
		size_t n = strlen(text);

		value_text(&rule->values[i], one, sizeof(one));
		snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " or " : "", one);
	}
	if (rule->n_values > SHOWN) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, " or one of %zu more",
			 rule->n_values - SHOWN);
	}
	coco_check_expected(r, "%s", text);
}

static const struct coco_policy_waiver *waived(const struct coco_policy *p,
					       const struct coco_policy_rule *rule, int64_t at)
{
	for (size_t i = 0; i < p->n_waivers; i++)
		if (strcmp(p->waivers[i].rule, rule->id) == 0 && at < p->waivers[i].until)
			return &p->waivers[i];
	return NULL;
}

static void next_step(struct coco_result *r, const struct coco_policy_rule *rule)
{
	static const char *const by_role[] = {
		[COCO_ROLE_CALLER] = "correct the inputs",
		[COCO_ROLE_PLATFORM_OPERATOR] = "bring the machine or the guest's launch to what "
						"the policy asks, or ask its owner for a waiver",
		[COCO_ROLE_KEY_RELEASE_AUTHORITY] = "correct the policy, or the evidence's origin",
		[COCO_ROLE_MODEL_PROVIDER] = "start the approved guest, or have this one's value "
					     "approved (cococtl measure, refval create)",
	};

	coco_check_refusal(r, rule->role, rule->reason, "%s", by_role[rule->role]);
}

static void add_check(struct coco_result *r, int subject, const struct coco_policy_rule *rule,
		      enum coco_checked outcome)
{
	char id[COCO_RESULT_ID];
	char title[COCO_RESULT_TEXT];

	snprintf(id, sizeof(id), "policy.%.56s", rule->id);
	snprintf(title, sizeof(title), "%s is what the policy allows", rule->claim);
	coco_result_check(r, subject, COCO_ASPECT_ACCEPTABLE, outcome, id, title);
	expected(r, rule);
	coco_check_source(r, "policy line %u", rule->line);
}

static void judge_claim(const struct coco_policy *p, const struct coco_policy_rule *rule,
			struct coco_result *r, int subject)
{
	const struct coco_claims *all = &r->subjects[subject].claims;
	const struct coco_claim *c = coco_claims_find(all, rule->claim);
	bool empty = rule->n_values == 0 && rule->op != COCO_POLICY_SET &&
		     rule->op != COCO_POLICY_CLEAR && rule->op != COCO_POLICY_ONLY &&
		     rule->op != COCO_POLICY_NONE_OF;
	enum answer a = c == NULL ? NOT_KNOWN : empty ? NO : compare(rule, c, all);
	const struct coco_policy_waiver *w = a == YES ? NULL : waived(p, rule, r->at);
	char text[COCO_RESULT_TEXT];

	add_check(r, subject, rule, a == YES ? COCO_CHECKED_PASS : w != NULL ? COCO_CHECKED_WAIVED
				    : a == NO ? COCO_CHECKED_FAIL : COCO_CHECKED_MISSING);
	if (c != NULL) {
		coco_claim_text(c, text, sizeof(text));
		coco_check_actual(r, "%s", text);
		coco_check_at_claim(r, subject, c);
	} else {
		coco_check_actual(r, "the evidence does not say");
	}
	if (empty)
		coco_check_detail(r, "the rule has no value");
	if (w != NULL) {
		coco_check_detail(r, "waived by %s: %s", w->approved_by, w->reason);
		coco_result_valid(r, INT64_MIN, w->until, "a waiver of the policy");
	} else if (a != YES) {
		next_step(r, rule);
	}
	if (rule->trust >= 0 && a != NOT_KNOWN)
		coco_result_trust(r, subject, (enum coco_trust_claim)rule->trust,
				  a == YES ? rule->affirming : rule->failing);
}

/* ---- which subjects a rule is for -------------------------------------------------------- */

static bool applies(const struct coco_policy_rule *rule, const struct coco_result_subject *s)
{
	if (rule->kinds != NULL)
		return among(rule->kinds, s->kind);
	return coco_claims_find(&s->claims, rule->claim) != NULL;   /* [[rule]]: whoever says it */
}

static bool when_holds(const struct coco_policy_rule *rule, const struct coco_result_subject *s)
{
	for (unsigned i = 0; i < rule->n_when; i++) {
		const struct coco_policy_when *w = &rule->when[i];
		const struct coco_claim *c = coco_claims_find(&s->claims, w->claim);

		if (c == NULL || (w->text != NULL ? c->type != COCO_CLAIM_TYPE_TEXT ||
							    !same_text(c, w->text)
						  : !is_number(c) || c->number != w->number))
			return false;
	}
	return true;
}

/* Minimums are there, but none for this machine: nobody judged it. */
static void uncovered(const struct coco_policy *p, struct coco_result *r, int subject)
{
	const struct coco_policy_rule *one = NULL;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct coco_policy_rule *rule = &p->rules[i];

		if (strncmp(rule->id, "snp.min_tcb.", 12) != 0 ||
		    !applies(rule, &r->subjects[subject]))
			continue;
		if (when_holds(rule, &r->subjects[subject]))
			return;
		one = rule;
	}
	if (one == NULL)
		return;
	coco_result_check(r, subject, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_MISSING,
			  "policy.snp.min_tcb", "the policy has a minimum TCB for this machine");
	coco_check_source(r, "policy line %u", one->line);
	coco_check_refusal(r, COCO_ROLE_KEY_RELEASE_AUTHORITY, "TCB_NO_MINIMUM",
			   "add a [[snp.min_tcb]] for its product, family and model");
}

/* No rule runs on what is not authentic. */
static void not_looked_at(struct coco_result *r, size_t subject)
{
	coco_result_check(r, (int)subject, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_SKIPPED,
			  "policy.unauthentic", "the policy's rules are applied");
	coco_check_detail(r, "the evidence is not authentic: its claims are nobody's word");
}

/* A rule that no evidence is for does not vanish. */
static void nobody(struct coco_result *r, const struct coco_policy_rule *rule)
{
	bool open = rule->kinds == NULL;   /* [[rule]]: the claim is nowhere */

	add_check(r, COCO_RESULT_NO_SUBJECT, rule, open ? COCO_CHECKED_MISSING
							: COCO_CHECKED_SKIPPED);
	if (open)
		coco_check_refusal(r, COCO_ROLE_CALLER, rule->reason,
				   "add evidence that has this claim, or correct its name");
	else
		coco_check_detail(r, "no evidence of this kind");
}

/* all: also subjects that are known not to be authentic. */
static void judge_all(const struct coco_policy *p, struct coco_result *r, bool all)
{
	for (size_t s = 0; s < r->n_subjects; s++)
		if (!all && coco_result_rejected(r, (int)s))
			not_looked_at(r, s);
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct coco_policy_rule *rule = &p->rules[i];
		bool found = false;

		for (size_t s = 0; s < r->n_subjects; s++) {
			if (!applies(rule, &r->subjects[s]))
				continue;
			found = true;
			if ((all || !coco_result_rejected(r, (int)s)) &&
			    when_holds(rule, &r->subjects[s]))
				judge_claim(p, rule, r, (int)s);
		}
		if (!found)
			nobody(r, rule);
	}
	for (size_t s = 0; s < r->n_subjects; s++)
		if (all || !coco_result_rejected(r, (int)s))
			uncovered(p, r, (int)s);
}

void coco_policy_judge(const struct coco_policy *p, struct coco_result *r)
{
	judge_all(p, r, false);
}

void coco_policy_try(const struct coco_policy *p, struct coco_result *r)
{
	judge_all(p, r, true);
}
