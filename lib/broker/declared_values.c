/*
 * declared_values.c - the reference values of a declaration as the items that
 * a broker's release wants (see declared.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/declared_priv.h"
#include "lib/broker/refval.h"
#include "lib/broker/refval_merge.h"

/* What is not valid now is a finding, and is not registered. */
static void judge_validity(struct coco_gather *g, const struct coco_refset *s, size_t from,
			   const char *file)
{
	char when[COCO_RFC3339_TEXT];

	for (size_t i = from; i < s->n; i++) {
		const struct coco_refvalue *v = &s->v[i];

		if (coco_refset_holds(v, g->run->now))
			continue;
		bool over = v->has_after && g->run->now >= v->not_after;
		coco_outcome(g->list, COCO_OUTCOME_FAIL, "declaration.refval.expired",
			     over ? "%s%s%s expired at %s" : "%s%s%s holds only from %s on",
			     v->name, v->label[0] != '\0' ? " " : "", v->label,
			     coco_rfc3339_print(when, over ? v->not_after : v->not_before));
		coco_outcome_place(g->list, "%s", file);
		coco_outcome_next(g->list, "drop it with refval merge, and take it out of the "
				  "broker with broker apply --prune");
	}
}

static int load_set(struct coco_gather *g, enum coco_ref_tee tee, struct coco_refset *s)
{
	const struct coco_refval_source src = { .tee = tee };
	const struct coco_declaration *c = &g->d->d;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_values; i++) {
		uint8_t *text = NULL;
		size_t before = s->n;
		size_t n = 0;

		if (c->values[i].verifier != tee)
			continue;
		r = coco_gather_file(g, c->values[i].file, COCO_MRECORD_MAX, &text, &n);
		if (r == 0)
			r = coco_refval_read(g->run, s, coco_view_of(text, n), &src, g->diag);
		if (r != 0)
			coco_diag_source(g->diag, "%s", c->values[i].file);
		else
			judge_validity(g, s, before, c->values[i].file);
		coco_free(text);
	}
	return r;
}

static struct coco_wanted *find(struct coco_declared *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].type == COCO_ITEM_REFERENCE_VALUE && strcmp(d->v[i].name, name) == 0)
			return &d->v[i];
	return NULL;
}

static void note_end(struct coco_wanted *w, const struct coco_refval_entry *e)
{
	if (e->has_after && (!w->has_expires || e->not_after < w->expires)) {
		w->has_expires = true;
		w->expires = e->not_after;
	}
}

/* Two verifiers may have a name in common: their lists are one. */
static int merge_entry(struct coco_gather *g, struct coco_wanted *w,
		       const struct coco_refval_entry *e)
{
	struct coco_refval_change change;
	struct coco_secret value = { 0 };
	struct coco_wr wr;
	bool same = false;

	coco_wr_init(&wr, COCO_BACKEND_VALUE);
	int r = coco_refval_merge(coco_view_of(coco_secret_expose(&w->value), w->value.n),
				  coco_view_of(e->value, strlen(e->value)), false, &wr, &change,
				  &same, g->diag);
	if (r == 0 && change.replaced)
		r = coco_fail(g->diag, COCO_E_REFVAL_SINGLE, "%s has more than one value, and "
			      "Trustee compares with one", e->name);
	if (r == 0)
		r = coco_secret_from(&value, wr.p, wr.n, g->diag);
	coco_wr_free(&wr);
	if (r != 0)
		return r;
	coco_secret_free(&w->value);
	w->value = value;
	return 0;
}

static int add_entry(struct coco_gather *g, const struct coco_refval_entry *e)
{
	struct coco_wanted *w = find(g->d, e->name);
	int r = 0;

	if (w != NULL) {
		r = merge_entry(g, w, e);
	} else {
		r = coco_gather_item(g, COCO_ITEM_REFERENCE_VALUE, e->name, &w);
		if (r == 0)
			r = coco_secret_from(&w->value, e->value, strlen(e->value), g->diag);
	}
	if (r == 0)
		note_end(w, e);
	return r;
}

static unsigned minor(enum coco_trustee release)
{
	unsigned n = (unsigned)release - COCO_TRUSTEE_V0_10 + 10;

	return n < COCO_REF_FIRST ? COCO_REF_FIRST : n > COCO_REF_LAST ? COCO_REF_LAST : n;
}

static bool same_entries(const struct coco_refval_entries *a, const struct coco_refval_entries *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, b->v[i].name) != 0 ||
		    strcmp(a->v[i].value, b->v[i].value) != 0)
			return false;
	return true;
}

/* The values must not depend on which of the possible releases answers. */
static int compare_releases(struct coco_gather *g, const struct coco_refset *s,
			    enum coco_ref_tee tee, const struct coco_refval_entries *newest)
{
	const struct coco_run silent = { .jobs = 1, .now = g->run->now };
	struct coco_refval_entries oldest = { .n = 0 };
	unsigned release = minor(g->info->oldest);

	if (release == minor(g->info->newest))
		return 0;
	int r = coco_refval_entries(&silent, s, tee, release, &oldest, NULL);
	bool same = r == 0 && same_entries(&oldest, newest);
	coco_refval_entries_free(&oldest);
	if (same)
		return 0;
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(g->diag, r, "no memory for reference values");
	coco_diag_hint(g->diag, "say which with --trustee-version, or trustee_version in [broker]");
	return coco_fail(g->diag, COCO_E_BROKER_RELEASE, "reference values are written in another "
			 "way for %s than for %s, and the broker may be either",
			 coco_trustee_name(g->info->oldest), coco_trustee_name(g->info->newest));
}

static int gather_verifier(struct coco_gather *g, enum coco_ref_tee tee)
{
	struct coco_refval_entries list = { .n = 0 };
	struct coco_refset s = { .n = 0 };
	int r = load_set(g, tee, &s);

	if (r == 0 && s.n != 0)
		r = coco_refval_entries(g->run, &s, tee, minor(g->info->newest), &list, g->diag);
	/* all have expired: that is said already */
	if (r == COCO_E_REFVAL_NONE && coco_outcomes_worst(g->list) == COCO_OUTCOME_FAIL) {
		coco_diag_init(g->diag);
		r = 0;
	}
	if (r == 0 && list.n != 0)
		r = compare_releases(g, &s, tee, &list);
	for (size_t i = 0; r == 0 && i < list.n; i++)
		r = add_entry(g, &list.v[i]);
	coco_refval_entries_free(&list);
	coco_refset_free(&s);
	return r;
}

int coco_gather_values(struct coco_gather *g)
{
	static const enum coco_ref_tee tees[] = { COCO_REF_PLAIN, COCO_REF_AZ_SNP,
						  COCO_REF_AZ_TDX };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(tees); i++)
		r = gather_verifier(g, tees[i]);
	return r;
}
