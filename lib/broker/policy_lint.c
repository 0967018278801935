/*
 * policy_lint.c - judging a policy (see policy_lint.h).
 */
#include "lib/broker/policy_lint.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/broker/policy_lint_priv.h"

const char *coco_lint_kind_name(enum coco_lint_kind kind)
{
	static const char *const names[COCO_LINT_KINDS] = { "unknown", "resource policy",
							    "attestation policy" };

	return names[kind];
}

void coco_lint_free(struct coco_lint *l)
{
	coco_outcomes_free(&l->found);
	memset(l, 0, sizeof(*l));
}

void coco_lint_undecided(struct coco_linter *l, unsigned line, const char *what)
{
	l->ret->undecided = true;
	coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.undecided",
		     "cannot decide: %s", what);
	coco_outcome_place(&l->ret->found, "line %u", line);
	coco_outcome_next(&l->ret->found, "write it in a plainer form, or judge it by hand");
}

/* ---- tables ------------------------------------------------------------------------- */

static int compare(const struct coco_rego_token *a, const struct coco_rego_token *b)
{
	size_t n = coco_min_size(a->n, b->n);
	int r = memcmp(a->p, b->p, n);

	return r != 0 ? r : (a->n > b->n) - (a->n < b->n);
}

struct entry {
	struct coco_rego_token name;
	uint32_t rule;
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int r = compare(&x->name, &y->name);

	return r != 0 ? r : (x->rule > y->rule) - (x->rule < y->rule);
}

static int find(const void *key, const void *entry)
{
	const struct entry *e = entry;

	return compare(key, &e->name);
}

/* Sorted by name; the first of each name stands for it, the others hang on next. */
static size_t gather(struct coco_linter *l, struct entry *list)
{
	size_t n = 0;
	size_t kept = 0;

	for (size_t i = 0; i < l->m.n; i++)
		if (!l->m.rule[i].is_default)
			list[n++] = (struct entry){ l->m.rule[i].name, (uint32_t)i };
	if (n > 1)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && compare(&list[i].name, &list[i - 1].name) == 0)
			l->next[list[i - 1].rule] = list[i].rule + 1;
	}
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare(&list[i].name, &list[kept - 1].name) != 0)
			list[kept++] = list[i];
	return kept;
}

int coco_linter_index(struct coco_linter *l, struct coco_diag *diag)
{
	size_t n_tokens = l->m.tokens.n + 1;
	size_t n_rules = l->m.n + 1;
	struct entry *list = coco_zalloc(n_rules, sizeof(*list));
	size_t n;

	l->refers = coco_zalloc(n_tokens, sizeof(*l->refers));
	l->next = coco_zalloc(n_rules, sizeof(*l->next));
	l->seen = coco_zalloc(2 * n_rules, sizeof(*l->seen));
	l->shown = coco_zalloc(n_rules, sizeof(*l->shown));
	if (list == NULL || l->refers == NULL || l->next == NULL || l->seen == NULL ||
	    l->shown == NULL) {
		coco_free(list);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a policy of %zu rules", l->m.n);
	}
	n = gather(l, list);
	for (size_t i = 0; n > 0 && i < l->m.tokens.n; i++) {
		const struct entry *e = NULL;

		if (l->m.tokens.v[i].type == COCO_REGO_WORD)
			e = bsearch(&l->m.tokens.v[i], list, n, sizeof(*list), find);
		l->refers[i] = e != NULL ? e->rule + 1 : 0;
	}
	coco_free(list);
	return 0;
}

void coco_linter_free(struct coco_linter *l)
{
	coco_free(l->refers);
	coco_free(l->next);
	coco_free(l->seen);
	coco_free(l->shown);
	coco_rego_module_free(&l->m);
}

/* ---- judging --------------------------------------------------------------------------- */

static bool has_rule(const struct coco_rego_module *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (coco_rego_is(&m->rule[i].name, name))
			return true;
	return false;
}

static bool has_claims(const struct coco_rego_module *m)
{
	return has_rule(m, "executables") || has_rule(m, "hardware") ||
	       has_rule(m, "configuration") || has_rule(m, "trust_claims");
}

static void check_package(struct coco_linter *l)
{
	const struct coco_rego_range *p = &l->m.package;

	if (p->to - p->from == 1 && coco_rego_is(&l->m.tokens.v[p->from], "policy"))
		return;
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.package",
		     "the package is not policy: the broker finds no rule");
	coco_outcome_place(&l->ret->found, "line %u", l->m.tokens.v[0].line);
	coco_outcome_next(&l->ret->found, "package policy");
}

static int judge(struct coco_linter *l, struct coco_view text, struct coco_diag *diag)
{
	int r = coco_linter_index(l, diag);

	if (r != 0)
		return r;
	bool claims = has_claims(&l->m);
	bool allow = has_rule(&l->m, "allow") || !claims;

	l->ret->kind = claims ? COCO_LINT_ATTESTATION : COCO_LINT_RESOURCE;
	check_package(l);
	if (l->m.unknown != 0)
		coco_lint_undecided(l, l->m.unknown, "a form of rule that is not known");
	if (allow)
		coco_lint_allow(l);
	if (claims)
		coco_lint_claims(l);
	coco_lint_words(l, text);
	r = coco_lint_names(l, diag);
	if (r == 0)
		r = coco_lint_tags(l, diag);
	return r;
}

/* Whether the text is Rego: its first word is "package". */
static bool is_rego(struct coco_view text)
{
	size_t i = 0;

	while (i < text.n && strchr(" \t\r\n#", text.p[i]) != NULL && text.p[i] != '\0') {
		if (text.p[i] == '#')
			while (i < text.n && text.p[i] != '\n')
				i++;
		else
			i++;
	}
	return text.n - i > 7 && memcmp(text.p + i, "package", 7) == 0 &&
	       (text.p[i + 7] == ' ' || text.p[i + 7] == '\t');
}

static void lint_unknown(struct coco_lint *ret)
{
	ret->undecided = true;
	coco_outcome(&ret->found, COCO_OUTCOME_WARN, "policy.undecided",
		     "cannot decide: this is no policy in Rego");
	coco_outcome_next(&ret->found, "a policy begins with its package");
}

int coco_policy_lint(const struct coco_run *run, struct coco_lint *ret, struct coco_view text,
		     const struct coco_lint_with *with, struct coco_diag *diag)
{
	struct coco_lint found = { .kind = COCO_LINT_UNKNOWN };
	struct coco_linter l = { .run = run, .with = with, .ret = &found };
	int r = 0;

	/* other kinds of policies are told apart here */
	if (is_rego(text)) {
		r = coco_rego_module(&l.m, text, diag);
		if (r == 0)
			r = judge(&l, text, diag);
		coco_linter_free(&l);
	} else {
		lint_unknown(&found);
	}
	if (r == 0)
		r = coco_outcomes_finish(&found.found, diag);
	if (r != 0)
		coco_lint_free(&found);
	else
		*ret = found;
	return r;
}
