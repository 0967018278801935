/*
 * policy_lint_shown.c - what a rule that holds has shown (see policy_lint_priv.h).
 */
#include <string.h>

#include "lib/broker/policy_lint_priv.h"

enum { DEPTH = 24 };   /* of rules that refer to each other */

#define STATUS "ear.status"

static const struct coco_rego_token *tok(const struct coco_linter *l, size_t i)
{
	return &l->m.tokens.v[i];
}

/* The first rule of the name that token i is; false: it is none. */
static bool first_rule(const struct coco_linter *l, size_t i, size_t *ret)
{
	if (l->refers[i] == 0)
		return false;
	*ret = l->refers[i] - 1;
	return true;
}

/* Whether token i begins a reference: no member of something. */
static bool is_head(const struct coco_linter *l, size_t i)
{
	return tok(l, i)->type == COCO_REGO_WORD &&
	       (i == 0 || !coco_rego_is(tok(l, i - 1), "."));
}

/* ---- one statement ------------------------------------------------------------------ */

struct seen {
	bool status;          /* "ear.status" */
	bool affirming;       /* "affirming" */
	bool worst;           /* "contraindicated" */
	bool equal;           /* == before or after one of them */
	bool unequal;
	bool cpu;             /* cpu0, or cpu */
	bool negated;
	bool every;
	bool with;
	bool inner;           /* it is part of a larger expression */
};

static bool is_sign_near(const struct coco_linter *l, const struct coco_rego_range *s, size_t i,
			 const char *sign)
{
	return (i > s->from && coco_rego_is(tok(l, i - 1), sign)) ||
	       (i + 1 < s->to && coco_rego_is(tok(l, i + 1), sign));
}

/* What makes an expression hold without what is in it: it is given a name, or denied. */
static bool is_loose(const struct coco_rego_token *t)
{
	return coco_rego_is(t, ":=") || coco_rego_is(t, "=") || coco_rego_is(t, "|") ||
	       coco_rego_is(t, "not");
}

static char bracket(const struct coco_rego_token *t)
{
	return t->type == COCO_REGO_SIGN && t->n == 1 ? *t->p : '\0';
}

static struct seen look(const struct coco_linter *l, const struct coco_rego_range *s)
{
	struct seen x = { .negated = coco_rego_is(tok(l, s->from), "not"),
			  .every = coco_rego_is(tok(l, s->from), "every") };
	bool submods = false;
	unsigned round = 0;
	unsigned curly = 0;

	for (size_t i = s->from; i < s->to; i++) {
		const struct coco_rego_token *t = tok(l, i);
		bool tier = coco_rego_text(t, "affirming") || coco_rego_text(t, "contraindicated");

		round += bracket(t) == '(' || bracket(t) == '[' ? 1 : 0;
		round -= bracket(t) == ')' || bracket(t) == ']' ? 1 : 0;
		curly += bracket(t) == '{' ? 1 : 0;
		curly -= bracket(t) == '}' ? 1 : 0;
		x.inner |= i > s->from && is_loose(t);
		x.inner |= tier && (round > 0 || curly > (x.every ? 1 : 0));
		submods |= coco_rego_is(t, "submods");
		x.status |= coco_rego_text(t, STATUS);
		x.affirming |= coco_rego_text(t, "affirming");
		x.worst |= coco_rego_text(t, "contraindicated");
		x.equal |= tier && is_sign_near(l, s, i, "==");
		x.unequal |= tier && is_sign_near(l, s, i, "!=");
		x.cpu |= coco_rego_is(t, "cpu0") || coco_rego_text(t, "cpu0") ||
			 coco_rego_text(t, "cpu");
		x.with |= coco_rego_is(t, "with");
	}
	x.inner |= x.every && !submods;
	return x;
}

/* "count(x) == count(input.submods)", with x the parts that are affirmed. */
static bool counts_all(const struct coco_linter *l, const struct coco_rego_range *s)
{
	static const char *const tail[] = { ")", "==", "count", "(", "input", ".", "submods", ")" };
	const struct coco_rego_rule *rule;
	struct coco_rego_range body;
	bool found = false;
	size_t first;

	if (s->to - s->from != 3 + COCO_ARRAY_LEN(tail) ||
	    !coco_rego_is(tok(l, s->from), "count") || !coco_rego_is(tok(l, s->from + 1), "("))
		return false;
	for (size_t i = 0; i < COCO_ARRAY_LEN(tail); i++)
		if (!coco_rego_is(tok(l, s->from + 3 + i), tail[i]))
			return false;
	if (!first_rule(l, s->from + 2, &first) || l->next[first] != 0)
		return false;
	rule = &l->m.rule[first];
	if (!rule->partial || !rule->has_body)
		return false;
	for (size_t at = rule->body.from; coco_rego_statement(&l->m, &rule->body, &at, &body);) {
		struct seen x = look(l, &body);

		found |= x.status && x.affirming && x.equal && !x.unequal && !x.negated &&
			 !x.inner && !x.with;
	}
	return found;
}

static enum coco_lint_shown weakest(struct coco_linter *l, size_t first, unsigned depth,
				    bool *ret_lost);

/* "not x", with x: some part has another status. */
static bool none_other(const struct coco_linter *l, size_t i)
{
	const struct coco_rego_rule *rule;
	struct coco_rego_range s;
	size_t first;
	size_t n = 0;
	bool found = false;

	if (!first_rule(l, i, &first) || l->next[first] != 0)
		return false;
	rule = &l->m.rule[first];
	if (rule->partial || rule->function || !rule->has_body)
		return false;
	for (size_t at = rule->body.from; coco_rego_statement(&l->m, &rule->body, &at, &s); n++) {
		struct seen x = look(l, &s);

		found |= x.status && x.affirming && x.unequal && !x.negated && !x.inner && !x.with;
	}
	return found && n <= 2;
}

static enum coco_lint_shown by_reference(struct coco_linter *l, const struct coco_rego_range *s,
					 unsigned depth, bool *ret_lost)
{
	size_t n = s->to - s->from;
	const struct coco_rego_token *t = tok(l, s->from);
	size_t first;

	if (coco_rego_is(t, "not"))
		return n == 2 && none_other(l, s->from + 1) ? COCO_SHOWN_LISTED
							    : COCO_SHOWN_NOTHING;
	/* "x", "x(...)", "x == true": it has to hold */
	bool call = n > 2 && coco_rego_is(t + 1, "(") &&
		    coco_rego_group(&l->m, s->from + 1) == s->to - 1;
	bool yes = n == 3 && coco_rego_is(t + 1, "==") && coco_rego_is(t + 2, "true");
	if ((n != 1 && !call && !yes) || !first_rule(l, s->from, &first))
		return COCO_SHOWN_NOTHING;
	return weakest(l, first, depth + 1, ret_lost);
}

static enum coco_lint_shown by_statement(struct coco_linter *l, const struct coco_rego_range *s,
					 unsigned depth, bool *ret_lost)
{
	struct seen x = look(l, s);

	if (x.with) {
		*ret_lost = true;
		return COCO_SHOWN_NOTHING;
	}
	if (counts_all(l, s))
		return COCO_SHOWN_ALL;
	if (!x.affirming && !x.worst)
		return by_reference(l, s, depth, ret_lost);
	if (x.worst && x.unequal && !x.affirming && !x.negated && !x.inner)
		return COCO_SHOWN_NOT_WORST;
	if (!x.status || !x.affirming || !x.equal || x.unequal || x.negated || x.inner) {
		*ret_lost = true;   /* it may be meant, but is not known */
		return COCO_SHOWN_NOTHING;
	}
	if (x.every)
		return COCO_SHOWN_ALL;
	return x.cpu ? COCO_SHOWN_CPU : COCO_SHOWN_SOME_PART;
}

/* ---- rules --------------------------------------------------------------------------- */

static enum coco_lint_shown by_range(struct coco_linter *l, const struct coco_rego_range *r,
				     unsigned depth, bool *ret_lost)
{
	enum coco_lint_shown best = COCO_SHOWN_NOTHING;
	struct coco_rego_range s;
	size_t at = r->from;

	while (coco_rego_statement(&l->m, r, &at, &s)) {
		enum coco_lint_shown shown = by_statement(l, &s, depth, ret_lost);

		if (shown > best)
			best = shown;
	}
	return best;
}

static enum coco_lint_shown by_rule(struct coco_linter *l, size_t i, unsigned depth,
				    bool *ret_lost)
{
	const struct coco_rego_rule *rule = &l->m.rule[i];
	enum coco_lint_shown value = COCO_SHOWN_NOTHING;
	enum coco_lint_shown body = COCO_SHOWN_NOTHING;

	/* a value other than true is an expression that has to hold too */
	if (rule->value.to - rule->value.from > 1)
		value = by_range(l, &rule->value, depth, ret_lost);
	if (rule->has_body)
		body = by_range(l, &rule->body, depth, ret_lost);
	return body > value ? body : value;
}

/* Whether a definition never makes its rule true. */
static bool is_false(const struct coco_linter *l, const struct coco_rego_rule *rule)
{
	return rule->value.to - rule->value.from == 1 &&
	       coco_rego_is(tok(l, rule->value.from), "false");
}

static enum coco_lint_shown weakest(struct coco_linter *l, size_t first, unsigned depth,
				    bool *ret_lost)
{
	enum coco_lint_shown worst = COCO_SHOWN_ALL;
	bool lost = depth > DEPTH;
	bool any = false;

	if (l->shown[first] != 0)
		return (enum coco_lint_shown)(l->shown[first] - 1);
	l->shown[first] = 1 + COCO_SHOWN_NOTHING;   /* what refers to itself shows nothing */
	for (uint32_t i = (uint32_t)first + 1; !lost && i != 0; i = l->next[i - 1]) {
		enum coco_lint_shown shown;

		if (is_false(l, &l->m.rule[i - 1]))
			continue;
		/* a set exists even when it is empty; a default holds when nothing does */
		shown = l->m.rule[i - 1].partial ? COCO_SHOWN_NOTHING
						 : by_rule(l, i - 1, depth, &lost);
		worst = shown < worst ? shown : worst;
		any = true;
	}
	if (!any)
		worst = COCO_SHOWN_NOTHING;
	*ret_lost |= lost;
	/* what was not understood is looked at again, so that everybody hears of it */
	l->shown[first] = lost ? 0 : (uint8_t)(1 + worst);
	return worst;
}

enum coco_lint_shown coco_lint_shown(struct coco_linter *l, size_t rule, bool *ret_lost)
{
	return by_rule(l, rule, 0, ret_lost);
}

/* ---- words ----------------------------------------------------------------------------- */

static bool mentions(struct coco_linter *l, size_t i, const char *text, bool denied,
		     unsigned depth);

static bool any_mentions(struct coco_linter *l, size_t first, const char *text, bool denied,
			 unsigned depth)
{
	for (uint32_t i = (uint32_t)first + 1; i != 0; i = l->next[i - 1])
		if (mentions(l, i - 1, text, denied, depth))
			return true;
	return false;
}

static bool statement_mentions(struct coco_linter *l, const struct coco_rego_range *s,
			       const char *text, bool denied, unsigned depth)
{
	bool no = coco_rego_is(tok(l, s->from), "not");
	size_t first;

	for (size_t i = s->from; i < s->to; i++)
		no |= coco_rego_is(tok(l, i), "!=");
	for (size_t i = s->from; i < s->to; i++) {
		const struct coco_rego_token *t = tok(l, i);

		if (no == denied && (coco_rego_is(t, text) || coco_rego_text(t, text)))
			return true;
		/* "not x" denies what x says */
		if (is_head(l, i) && first_rule(l, i, &first) &&
		    any_mentions(l, first, text, no ? !denied : denied, depth + 1))
			return true;
	}
	return false;
}

static bool range_mentions(struct coco_linter *l, const struct coco_rego_range *r,
			   const char *text, bool denied, unsigned depth)
{
	struct coco_rego_range s;
	size_t at = r->from;

	while (coco_rego_statement(&l->m, r, &at, &s))
		if (statement_mentions(l, &s, text, denied, depth))
			return true;
	return false;
}

static bool mentions(struct coco_linter *l, size_t i, const char *text, bool denied,
		     unsigned depth)
{
	uint32_t *seen = &l->seen[2 * i + (denied ? 1 : 0)];

	if (*seen == l->query || depth > DEPTH)
		return false;
	*seen = l->query;
	return range_mentions(l, &l->m.rule[i].value, text, denied, depth) ||
	       range_mentions(l, &l->m.rule[i].body, text, denied, depth);
}

bool coco_lint_mentions(struct coco_linter *l, size_t rule, const char *text, bool denied)
{
	l->query++;
	return mentions(l, rule, text, denied, 0);
}
