/*
 * policy_lint_claims.c - attestation policies, reference values and texts that all
 * policies have (see policy_lint.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/broker/policy_lint_priv.h"
#include "lib/broker/refval.h"

enum { NAMES = 4096, RESOURCES = 1 << 14 };

static const struct coco_rego_token *tok(const struct coco_linter *l, size_t i)
{
	return &l->m.tokens.v[i];
}

static bool is_claim(const struct coco_rego_token *name)
{
	static const char *const claims[] = { "executables", "hardware", "configuration",
					      "file_system", "instance_identity",
					      "runtime_opaque", "storage_opaque",
					      "sourced_data" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(claims); i++)
		if (coco_rego_is(name, claims[i]))
			return true;
	return false;
}

/* 2 to 31 affirms; 1: a number that does not; 0: no number. */
static unsigned affirms(const struct coco_linter *l, const struct coco_rego_range *value)
{
	char text[8];

	if (value->to - value->from != 1 || tok(l, value->from)->type != COCO_REGO_NUMBER ||
	    tok(l, value->from)->n >= sizeof(text))
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)tok(l, value->from)->n, tok(l, value->from)->p);
	unsigned long v = strtoul(text, NULL, 10);
	return v >= 2 && v <= 31 ? 2 : 1;
}

static void fail(struct coco_linter *l, const struct coco_rego_rule *rule, const char *id,
		 const char *text, const char *next)
{
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, id, "%.*s: %s", (int)rule->name.n,
		     rule->name.p, text);
	coco_outcome_place(&l->ret->found, "line %u", rule->name.line);
	coco_outcome_next(&l->ret->found, "%s", next);
}

/* Claims that sample evidence has affirmed without any reference value. */
struct sample {
	bool executables;
	bool hardware;
	unsigned line;
};

static void check_sample(struct coco_linter *l, size_t i, struct sample *sample)
{
	const struct coco_rego_rule *rule = &l->m.rule[i];

	if (!coco_lint_mentions(l, i, "sample", false) ||
	    coco_lint_mentions(l, i, "query_reference_value", false) ||
	    coco_lint_mentions(l, i, "reference", false))
		return;
	sample->executables |= coco_rego_is(&rule->name, "executables");
	sample->hardware |= coco_rego_is(&rule->name, "hardware");
	sample->line = rule->name.line;
}

static void check_claim(struct coco_linter *l, size_t i, struct sample *sample)
{
	const struct coco_rego_rule *rule = &l->m.rule[i];
	unsigned worth = affirms(l, &rule->value);

	if (worth == 0) {
		coco_lint_undecided(l, rule->name.line, "the value of a trust claim");
		return;
	}
	if (worth == 1)
		return;
	if (rule->is_default)
		fail(l, rule, "policy.claim.default", "affirmed for every evidence",
		     "let the default be 33, 97 or 36");
	else if (!rule->has_body)
		fail(l, rule, "policy.claim.unconditional", "affirmed for every evidence",
		     "compare claims with reference values");
	else
		check_sample(l, i, sample);
}

/* With both claims sample evidence is affirmed; with less it takes a value that is registered. */
static void tell_sample(struct coco_linter *l, const struct sample *sample)
{
	bool both = sample->executables && sample->hardware;

	if (sample->line == 0)
		return;
	coco_outcome(&l->ret->found, both ? COCO_OUTCOME_FAIL : COCO_OUTCOME_WARN,
		     "policy.claim.sample", both
			     ? "sample evidence, which anybody can make, is affirmed"
			     : "sample evidence has a claim affirmed without any value");
	coco_outcome_place(&l->ret->found, "line %u", sample->line);
	coco_outcome_next(&l->ret->found, "leave the sample attester to tests");
}

void coco_lint_claims(struct coco_linter *l)
{
	struct sample sample = { .line = 0 };
	bool together = false;

	for (size_t i = 0; i < l->m.n; i++) {
		together |= coco_rego_is(&l->m.rule[i].name, "trust_claims");
		if (is_claim(&l->m.rule[i].name))
			check_claim(l, i, &sample);
	}
	tell_sample(l, &sample);
	if (!together && l->with->release >= 20) {
		coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.claim.together",
			     "there is no rule trust_claims, which this release reads");
		coco_outcome_next(&l->ret->found, "gather the claims in trust_claims, as policy "
				  "generate does");
	}
}

/* ---- reference values ------------------------------------------------------------------ */

/* The name that is asked for at token i; false: it is no such place, or none that is known. */
static bool asked(struct coco_linter *l, size_t i, const struct coco_rego_token **ret)
{
	const struct coco_rego_token *t = tok(l, i);
	size_t n = l->m.tokens.n;

	if (coco_rego_is(t, "query_reference_value")) {
		if (i + 3 < n && coco_rego_is(t + 1, "(") && coco_rego_is(t + 3, ")") &&
		    t[2].type == COCO_REGO_STRING) {
			*ret = t + 2;
			return true;
		}
		coco_lint_undecided(l, t->line, "which reference value is asked for");
		return false;
	}
	if (!coco_rego_is(t, "reference") || i < 2 || !coco_rego_is(t - 1, ".") ||
	    !coco_rego_is(t - 2, "data") || i + 2 >= n)
		return false;
	if ((coco_rego_is(t + 1, ".") && t[2].type == COCO_REGO_WORD) ||
	    (coco_rego_is(t + 1, "[") && t[2].type == COCO_REGO_STRING)) {
		*ret = t + 2;
		return true;
	}
	coco_lint_undecided(l, t->line, "which reference value is asked for");
	return false;
}

/* A name of the policy, or of the set for some verifier. */
struct name {
	const char *p;
	size_t n;
	unsigned line;
	bool used;
};

struct names {
	struct name *v;
	size_t n;
	size_t cap;
};

static int add_name(struct names *list, const char *p, size_t n, unsigned line,
		    struct coco_diag *diag)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].n == n && memcmp(list->v[i].p, p, n) == 0)
			return 0;
	if (list->n >= NAMES)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d names", NAMES);
	if (!coco_grow((void **)&list->v, &list->cap, list->n, sizeof(*list->v), NAMES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "names of reference values");
	list->v[list->n++] = (struct name){ .p = p, .n = n, .line = line };
	return 0;
}

/* Marks the names that value i of the set has at any verifier; true when one is asked for. */
static bool use(const struct coco_linter *l, size_t i, struct names *list)
{
	bool used = false;

	for (int tee = COCO_REF_PLAIN; tee <= COCO_REF_AZ_TDX; tee++) {
		struct coco_refmap map;

		if (!coco_refmap_out(&l->with->set->v[i], (enum coco_ref_tee)tee,
				     l->with->release, &map))
			continue;
		for (size_t k = 0; k < list->n; k++) {
			struct name *name = &list->v[k];

			if (name->n != strlen(map.name) || memcmp(name->p, map.name, name->n) != 0)
				continue;
			name->used = true;
			used = true;
		}
	}
	return used;
}

static void tell_names(struct coco_linter *l, struct names *list)
{
	const struct coco_refset *s = l->with->set;
	size_t n_used = 0;

	for (size_t i = 0; i < s->n; i++) {
		bool again = i > 0 && strcmp(s->v[i].name, s->v[i - 1].name) == 0;

		if (use(l, i, list) || again)
			continue;
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.reference.unused",
			     "%s has a value that the policy never asks for", s->v[i].name);
		coco_outcome_next(&l->ret->found, "compare it, as policy generate does");
	}
	for (size_t k = 0; k < list->n; k++)
		n_used += list->v[k].used ? 1 : 0;
	for (size_t k = 0; k < list->n; k++) {
		if (list->v[k].used)
			continue;
		coco_outcome(&l->ret->found,
			     n_used == 0 ? COCO_OUTCOME_FAIL : COCO_OUTCOME_WARN,
			     "policy.reference.missing",
			     "%.*s is asked for and has no value: the comparison never holds",
			     (int)list->v[k].n, list->v[k].p);
		coco_outcome_place(&l->ret->found, "line %u", list->v[k].line);
		coco_outcome_next(&l->ret->found, "register it, or leave out the platform");
	}
}

int coco_lint_names(struct coco_linter *l, struct coco_diag *diag)
{
	struct names list = { .n = 0 };
	const struct coco_rego_token *name;
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->m.tokens.n; i++)
		if (asked(l, i, &name))
			r = add_name(&list, name->p, name->n, name->line, diag);
	if (r == 0 && l->with->set != NULL && l->ret->kind == COCO_LINT_ATTESTATION)
		tell_names(l, &list);
	coco_free(list.v);
	return r;
}

/* ---- texts ------------------------------------------------------------------------------- */

void coco_lint_words(struct coco_linter *l, struct coco_view text)
{
	size_t at = 0;
	unsigned line = 1;
	size_t found = l->with->words != NULL ? coco_words_find(l->with->words, text, &at) : 0;

	if (found == 0)
		return;
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n' ? 1 : 0;
	coco_outcome(&l->ret->found, COCO_OUTCOME_FAIL, "policy.word",
		     "word %zu of the confidential list is in it", found);
	coco_outcome_place(&l->ret->found, "line %u", line);
	coco_outcome_next(&l->ret->found, "use an opaque name: operators and metrics see it");
}

struct resource {
	struct coco_resource_id id;
	unsigned line;
};

/* "r/t/g" in one string, or ["r", "t", "g"]. */
static bool resource_at(const struct coco_linter *l, size_t i, struct resource *ret)
{
	const struct coco_rego_token *t = tok(l, i);
	char text[COCO_RESOURCE_URI_MAX];
	int n;

	ret->line = t->line;
	if (t->type == COCO_REGO_STRING && t->n < sizeof(text))
		return coco_resource_id_parse(&ret->id, t->p, t->n, NULL) == 0;
	if (!coco_rego_is(t, "[") || i + 6 >= l->m.tokens.n || t[1].type != COCO_REGO_STRING ||
	    t[3].type != COCO_REGO_STRING || t[5].type != COCO_REGO_STRING ||
	    !coco_rego_is(t + 2, ",") || !coco_rego_is(t + 4, ",") || !coco_rego_is(t + 6, "]"))
		return false;
	n = snprintf(text, sizeof(text), "%.*s/%.*s/%.*s", (int)t[1].n, t[1].p, (int)t[3].n, t[3].p,
		     (int)t[5].n, t[5].p);
	return n > 0 && (size_t)n < sizeof(text) &&
	       coco_resource_id_parse(&ret->id, text, (size_t)n, NULL) == 0;
}

static int by_tag(const void *a, const void *b)
{
	const struct resource *x = a;
	const struct resource *y = b;
	int r = strcmp(x->id.tag, y->id.tag);

	if (r == 0)
		r = strcmp(x->id.repo, y->id.repo);
	if (r == 0)
		r = strcmp(x->id.type, y->id.type);
	return r != 0 ? r : (x->line > y->line) - (x->line < y->line);
}

static void tell_tags(struct coco_linter *l, const struct resource *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct coco_resource_id *a = &v[i - 1].id;
		const struct coco_resource_id *b = &v[i].id;

		if (strcmp(a->tag, b->tag) != 0 ||
		    (strcmp(a->repo, b->repo) == 0 && strcmp(a->type, b->type) == 0))
			continue;
		coco_outcome(&l->ret->found, COCO_OUTCOME_WARN, "policy.tags",
			     "%.60s/%.60s and %.60s/%.60s have the same tag", a->repo, a->type,
			     b->repo, b->type);
		coco_outcome_place(&l->ret->found, "lines %u and %u", v[i - 1].line, v[i].line);
		coco_outcome_next(&l->ret->found, "cloud back ends use the tag alone: "
				  "give each its own");
	}
}

int coco_lint_tags(struct coco_linter *l, struct coco_diag *diag)
{
	struct resource *list = NULL;
	struct resource one;
	size_t n = 0;
	size_t cap = 0;

	for (size_t i = 0; i < l->m.tokens.n; i++) {
		if (!resource_at(l, i, &one))
			continue;
		if (!coco_grow((void **)&list, &cap, n, sizeof(*list), RESOURCES)) {
			coco_free(list);
			return coco_fail(diag, n >= RESOURCES ? COCO_E_LIMIT_COUNT
							      : COCO_E_LIMIT_MEMORY,
					 "the resources of a policy");
		}
		list[n++] = one;
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), by_tag);
	tell_tags(l, list, n);
	coco_free(list);
	return 0;
}
