/*
 * broker_plan.c - what would have to be done at a broker (see broker_plan.h).
 */
#include "lib/broker/broker_plan.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/broker_disable.h"
#include "lib/broker/refval_merge.h"

const char *coco_plan_state_name(enum coco_plan_state state)
{
	static const char *const names[COCO_PLAN_STATES] = {
		[COCO_PLAN_UNCHANGED] = "unchanged",
		[COCO_PLAN_ADDED] = "added",
		[COCO_PLAN_CHANGED] = "changed",
		[COCO_PLAN_REMOVED] = "removed",
		[COCO_PLAN_UNKNOWN] = "unknown",
		[COCO_PLAN_HELD] = "held",
	};

	return (size_t)state < COCO_ARRAY_LEN(names) ? names[state] : "?";
}

const char *coco_plan_seen_name(enum coco_plan_seen seen)
{
	static const char *const names[] = {
		[COCO_SEEN_HIDDEN] = "not shown",
		[COCO_SEEN_SAME] = "same",
		[COCO_SEEN_DIFFERENT] = "different",
		[COCO_SEEN_ABSENT] = "absent",
	};

	return (size_t)seen < COCO_ARRAY_LEN(names) ? names[seen] : "?";
}

void coco_plan_free(struct coco_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		coco_free(plan->v[i].name);
		coco_secret_free(&plan->v[i].merged);
	}
	coco_free(plan->v);
	memset(plan, 0, sizeof(*plan));
}

struct planner {
	const struct coco_plan_source *src;
	const struct coco_run *run;
	struct coco_plan *plan;
	size_t *held;          /* the ledger's last entries, by type and name */
	size_t n_held;
	bool *wanted;          /* of held: it is declared */
	bool disabled;
	struct coco_diag *diag;
};

/* ---- the ledger ----------------------------------------------------------------- */

/* Index in held of an item, or SIZE_MAX. */
static size_t find_held(const struct planner *p, const struct coco_item_id *id)
{
	const char *type = coco_item_type_name(id->type);
	size_t low = 0;
	size_t high = p->n_held;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct coco_ledger_entry *e = coco_ledger_at(p->src->ledger, p->held[mid]);
		int c = strcmp(e->type, type);

		if (c == 0)
			c = strcmp(e->name, id->name);
		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

/* What the ledger says: entry, recorded; *ret_vague: its digest cannot be compared. */
static int ask_ledger(struct planner *p, const struct coco_item_id *id, struct coco_view value,
		      struct coco_plan_item *item, bool *ret_vague)
{
	const struct coco_ledger *l = p->src->ledger;
	char digest[COCO_LEDGER_DIGEST];
	size_t i = find_held(p, id);

	item->entry = SIZE_MAX;
	*ret_vague = false;
	if (i == SIZE_MAX)
		return 0;
	p->wanted[i] = true;
	item->entry = p->held[i];
	const struct coco_ledger_entry *e = coco_ledger_at(l, item->entry);
	*ret_vague = e->action == COCO_LEDGER_UNSURE || !coco_ledger_comparable(l, item->entry);
	if (*ret_vague)
		return 0;
	int r = coco_ledger_digest(l, id, value, digest, p->diag);
	item->recorded = r == 0 && strcmp(digest, e->digest) == 0;
	return r;
}

/* ---- the broker ----------------------------------------------------------------- */

static bool can_read(const struct coco_plan_source *src, enum coco_item_type type)
{
	if (src->offline)
		return false;
	switch (type) {
	case COCO_ITEM_RESOURCE:
		return src->info->directory;
	case COCO_ITEM_RESOURCE_POLICY:
		return src->info->reads_policies;
	case COCO_ITEM_ATTESTATION_POLICY:
		return src->info->directory && src->info->reads_policies;
	case COCO_ITEM_REFERENCE_VALUE:
		return src->info->reads_reference_values;
	}
	return false;
}

static struct coco_view bytes_of(const struct coco_secret *s)
{
	return coco_view_of(coco_secret_expose(s), s->n);
}

static int compare_values(struct planner *p, struct coco_view current, struct coco_view wanted,
			  struct coco_plan_item *item)
{
	struct coco_refval_change change;
	struct coco_wr wr;
	bool same = false;

	coco_wr_init(&wr, COCO_BACKEND_VALUE);
	int r = coco_refval_merge(current, wanted, p->src->prune, &wr, &change, &same, p->diag);
	if (r == 0 && !same)
		r = coco_secret_from(&item->merged, wr.p, wr.n, p->diag);
	coco_wr_free(&wr);
	if (r != 0)
		return r;
	item->foreign = change.foreign;
	if (current.n != 0)
		item->seen = same ? COCO_SEEN_SAME : COCO_SEEN_DIFFERENT;
	return 0;
}

/* What the broker shows: item->seen, and what a reference value is to become. */
static int ask_broker(struct planner *p, const struct coco_item_id *id, struct coco_view value,
		      struct coco_plan_item *item)
{
	struct coco_secret current = { 0 };
	struct coco_diag why = { 0 };
	int r = 0;

	item->seen = COCO_SEEN_HIDDEN;
	if (can_read(p->src, id->type)) {
		r = coco_backend_get(p->src->backend, p->run, id, &current, &why);
		item->seen = COCO_SEEN_ABSENT;
		if (r == COCO_E_BROKER_UNREADABLE || r == COCO_E_BROKER_RELEASE) {
			item->seen = COCO_SEEN_HIDDEN;
			r = 0;
		} else if (r == COCO_E_BROKER_ABSENT) {
			r = 0;
		} else if (r != 0) {
			if (p->diag != NULL)
				*p->diag = why;
			return r;
		}
	}
	if (id->type == COCO_ITEM_REFERENCE_VALUE)
		r = compare_values(p, bytes_of(&current), value, item);
	else if (current.p != NULL)
		item->seen = current.n == value.n && memcmp(current.p, value.p, value.n) == 0 ?
			     COCO_SEEN_SAME : COCO_SEEN_DIFFERENT;
	coco_secret_free(&current);
	return r;
}

/* ---- what follows --------------------------------------------------------------- */

static void judge(struct coco_plan_item *item, bool vague)
{
	bool listed = item->entry != SIZE_MAX;

	switch (item->seen) {
	case COCO_SEEN_SAME:
		item->state = COCO_PLAN_UNCHANGED;
		item->note = !item->recorded ? "the ledger does not have it" : NULL;
		return;
	case COCO_SEEN_ABSENT:
		item->state = COCO_PLAN_ADDED;
		item->note = listed ? "somebody else removed it" : NULL;
		return;
	case COCO_SEEN_DIFFERENT:
		item->state = COCO_PLAN_CHANGED;
		item->note = item->recorded ? "somebody else changed it" :
			     !listed ? "the broker has another one, not from here" : NULL;
		return;
	case COCO_SEEN_HIDDEN:
		break;
	}
	if (listed && vague) {
		item->state = COCO_PLAN_UNKNOWN;
		item->note = "the ledger cannot tell what the broker has";
	} else if (listed) {
		item->state = item->recorded ? COCO_PLAN_UNCHANGED : COCO_PLAN_CHANGED;
	} else {
		item->state = COCO_PLAN_ADDED;
	}
}

static struct coco_plan_item *append(struct planner *p, enum coco_item_type type,
				     const char *name)
{
	struct coco_plan *plan = p->plan;

	if (!coco_grow((void **)&plan->v, &plan->cap, plan->n, sizeof(*plan->v), SIZE_MAX / 512))
		return NULL;
	struct coco_plan_item *item = &plan->v[plan->n];
	*item = (struct coco_plan_item){ .type = type, .wanted = SIZE_MAX, .entry = SIZE_MAX };
	item->name = coco_strdup(name);
	if (item->name == NULL)
		return NULL;
	plan->n++;
	return item;
}

static int plan_wanted(struct planner *p, size_t i)
{
	const struct coco_wanted *w = &p->src->declared->v[i];
	const struct coco_item_id id = { w->type, w->name };
	struct coco_plan_item *item = append(p, w->type, w->name);
	struct coco_secret value = { 0 };
	bool vague = false;

	if (item == NULL)
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "no memory for a plan");
	item->wanted = i;
	int r = coco_run_check(p->run, p->diag);
	if (r == 0 && !(p->src->no_digests && w->type == COCO_ITEM_RESOURCE &&
			!can_read(p->src, w->type)))
		r = coco_wanted_value(w, p->src->key_flags, &value, p->diag);
	if (r == 0)
		r = ask_ledger(p, &id, bytes_of(&value), item, &vague);
	if (r == 0)
		r = ask_broker(p, &id, bytes_of(&value), item);
	item->size = value.n;
	coco_secret_free(&value);
	if (r != 0)
		return r;
	judge(item, vague);
	if (p->disabled && w->type == COCO_ITEM_RESOURCE_POLICY) {
		item->state = COCO_PLAN_HELD;
		item->note = "keys are disabled";
	}
	return 0;
}

static bool type_of(const char *name, enum coco_item_type *ret)
{
	for (int i = COCO_ITEM_RESOURCE; i <= COCO_ITEM_REFERENCE_VALUE; i++) {
		*ret = (enum coco_item_type)i;
		if (strcmp(coco_item_type_name(*ret), name) == 0)
			return true;
	}
	return false;
}

/* What the ledger has and nobody declares any more. */
static int plan_removal(struct planner *p, size_t i)
{
	const struct coco_ledger_entry *e = coco_ledger_at(p->src->ledger, p->held[i]);
	const struct coco_backend_info *info = p->src->info;
	enum coco_item_type type;

	if (!type_of(e->type, &type))
		return 0;
	struct coco_plan_item *item = append(p, type, e->name);
	if (item == NULL)
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "no memory for a plan");
	item->state = COCO_PLAN_REMOVED;
	item->entry = p->held[i];
	if (type == COCO_ITEM_RESOURCE)
		item->possible = info->deletes_resources;
	else if (type == COCO_ITEM_REFERENCE_VALUE)
		item->possible = info->directory || info->reads_reference_values;
	if (type == COCO_ITEM_RESOURCE_POLICY || type == COCO_ITEM_ATTESTATION_POLICY)
		item->note = "stays: without it the broker uses a policy of its own";
	else if (!item->possible)
		item->note = "stays: this broker cannot remove it";
	else if (!p->src->prune)
		item->note = "stays without --prune";
	else if (type == COCO_ITEM_REFERENCE_VALUE && !info->directory)
		item->note = "becomes an empty list, which allows nothing: no broker removes it";
	return 0;
}

static int make(struct planner *p)
{
	const struct coco_plan_source *src = p->src;
	struct coco_disabled disabled;
	int r = coco_ledger_held(src->ledger, src->broker, &p->held, &p->n_held, p->diag);

	if (r != 0)
		return r;
	p->wanted = coco_zalloc(p->n_held + 1, sizeof(*p->wanted));
	if (p->wanted == NULL)
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "no memory for a plan");
	r = coco_disabled_find(src->ledger, src->broker, &disabled, p->diag);
	if (r != 0)
		return r;
	p->disabled = disabled.n != 0;
	coco_disabled_free(&disabled);
	coco_run_phase_items(p->run, "comparing", src->declared->n);
	for (size_t i = 0; r == 0 && i < src->declared->n; i++) {
		r = plan_wanted(p, i);
		coco_run_advance(p->run, 1);
	}
	for (size_t i = 0; r == 0 && i < p->n_held; i++)
		if (!p->wanted[i])
			r = plan_removal(p, i);
	for (size_t i = 0; i < p->plan->n; i++)
		p->plan->count[p->plan->v[i].state]++;
	return r;
}

int coco_plan_make(struct coco_plan *ret, const struct coco_plan_source *src,
		   const struct coco_run *run, struct coco_diag *diag)
{
	struct coco_plan plan = { .n = 0 };
	struct planner p = { .src = src, .run = run, .plan = &plan, .diag = diag };
	int r = make(&p);

	coco_free(p.held);
	coco_free(p.wanted);
	if (r != 0)
		coco_plan_free(&plan);
	else
		*ret = plan;
	return r;
}

size_t coco_plan_pending(const struct coco_plan *plan, bool prune)
{
	size_t n = plan->count[COCO_PLAN_ADDED] + plan->count[COCO_PLAN_CHANGED] +
		   plan->count[COCO_PLAN_UNKNOWN] + plan->count[COCO_PLAN_HELD];

	for (size_t i = 0; prune && i < plan->n; i++)
		n += plan->v[i].state == COCO_PLAN_REMOVED && plan->v[i].possible;
	return n;
}
