/*
 * broker_apply.c - does what a plan says (see broker_apply.h).
 */
#include "lib/broker/broker_apply.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "lib/core/pool.h"

struct applier {
	const struct coco_plan *plan;
	const struct coco_plan_source *src;
	struct coco_ledger *ledger;
	const struct coco_apply_options *options;
	const struct coco_run *run;
	struct coco_run whole;       /* for single operations: what was begun is ended */
	size_t from, to;             /* items that several connections share */
	_Atomic size_t next;
	_Atomic bool stop;
	pthread_mutex_t lock;        /* ledger and result */
	struct coco_apply_result *result;
};

/* ---- the ledger ----------------------------------------------------------------- */

/* value: what is declared; NULL with a removal. */
static int record(struct applier *a, enum coco_ledger_action action,
		  const struct coco_plan_item *item, const struct coco_secret *value,
		  struct coco_diag *diag)
{
	const struct coco_item_id id = { item->type, item->name };
	const struct coco_backend_info *info = a->src->info;
	struct coco_ledger_entry e = { .action = action };
	int r = 0;

	snprintf(e.broker, sizeof(e.broker), "%s", a->src->broker);
	snprintf(e.type, sizeof(e.type), "%s", coco_item_type_name(item->type));
	snprintf(e.name, sizeof(e.name), "%s", item->name);
	if (info->oldest == info->newest && info->oldest != COCO_TRUSTEE_UNKNOWN)
		snprintf(e.trustee, sizeof(e.trustee), "%s", coco_trustee_name(info->oldest));
	if (item->wanted != SIZE_MAX) {
		const struct coco_wanted *w = &a->src->declared->v[item->wanted];

		e.has_expires = w->has_expires;
		e.expires = w->expires;
	}
	pthread_mutex_lock(&a->lock);
	if (value != NULL)
		r = coco_ledger_digest(a->ledger, &id,
				       coco_view_of(coco_secret_expose(value), value->n), e.digest,
				       diag);
	if (r == 0)
		r = coco_ledger_append(a->ledger, a->run, &e, diag);
	if (r == 0) {
		a->result->registered += action == COCO_LEDGER_PUT;
		a->result->found += action == COCO_LEDGER_FOUND;
		a->result->removed += action == COCO_LEDGER_REMOVE;
	}
	pthread_mutex_unlock(&a->lock);
	return r;
}

/* ---- one item ------------------------------------------------------------------- */

static bool shows(const struct coco_plan_source *src, enum coco_item_type type)
{
	switch (type) {
	case COCO_ITEM_RESOURCE:
		return src->info->directory;
	case COCO_ITEM_ATTESTATION_POLICY:
		return src->info->directory && src->info->reads_policies;
	case COCO_ITEM_RESOURCE_POLICY:
		return src->info->reads_policies;
	case COCO_ITEM_REFERENCE_VALUE:
		return src->info->reads_reference_values;
	}
	return false;
}

static bool same_json(const struct coco_secret *a, const struct coco_secret *b)
{
	struct coco_view v[2] = { coco_view_of(coco_secret_expose(a), a->n),
				  coco_view_of(coco_secret_expose(b), b->n) };
	struct coco_wr wr[2];
	struct coco_json doc;
	struct coco_jw jw;
	bool same = true;

	for (size_t i = 0; i < 2; i++) {
		coco_wr_init(&wr[i], COCO_BACKEND_VALUE);
		if (coco_json_parse(&doc, v[i], COCO_BACKEND_VALUE, NULL) != 0) {
			same = false;
			continue;
		}
		struct coco_jv root = coco_json_root(&doc);
		coco_jw_init(&jw, &wr[i], false);
		coco_jw_value(&jw, &root);
		same = same && wr[i].code == 0;
		coco_json_free(&doc);
	}
	same = same && wr[0].n == wr[1].n && memcmp(wr[0].p, wr[1].p, wr[0].n) == 0;
	coco_wr_free(&wr[0]);
	coco_wr_free(&wr[1]);
	return same;
}

static int read_back(struct applier *a, struct coco_backend *b, const struct coco_item_id *id,
		     const struct coco_secret *value, struct coco_diag *diag)
{
	struct coco_secret now = { 0 };
	struct coco_diag why = { 0 };

	if (!shows(a->src, id->type))
		return 0;
	int r = coco_backend_get(b, &a->whole, id, &now, &why);
	if (r == COCO_E_BROKER_UNREADABLE || r == COCO_E_BROKER_RELEASE)
		return 0;
	if (r != 0 && r != COCO_E_BROKER_ABSENT) {
		if (diag != NULL)
			*diag = why;
		return r;
	}
	bool same = r == 0 && (id->type == COCO_ITEM_REFERENCE_VALUE ? same_json(&now, value) :
			       now.n == value->n && memcmp(now.p, value->p, now.n) == 0);
	coco_secret_free(&now);
	if (same)
		return 0;
	return coco_fail(diag, COCO_E_BROKER_DRIFT, "%s%s%s was registered, and the broker shows "
			 "something else", coco_item_type_name(id->type),
			 id->name[0] != '\0' ? " " : "", id->name);
}

static bool is_network(int code)
{
	return -code / 1000 == COCO_CLASS_NET;
}

static int do_put(struct applier *a, struct coco_backend *b, const struct coco_plan_item *item,
		  struct coco_diag *diag)
{
	const struct coco_wanted *w = &a->src->declared->v[item->wanted];
	const struct coco_item_id id = { item->type, item->name };
	struct coco_secret value = { 0 };
	int r;

	if (item->type == COCO_ITEM_REFERENCE_VALUE && item->seen == COCO_SEEN_HIDDEN &&
	    !a->options->prune) {
		coco_diag_hint(diag, "name the release with --trustee-version, or give --prune to "
			       "replace it unseen");
		return coco_fail(diag, COCO_E_BROKER_RELEASE, "reference value %s cannot be read, "
				 "and writing it could drop what others registered", item->name);
	}
	r = coco_wanted_value(w, a->src->key_flags, &value, diag);
	if (r != 0)
		return r;
	const struct coco_secret *sent = item->merged.p != NULL ? &item->merged : &value;
	r = coco_backend_put(b, &a->whole, &id, sent, diag);
	if (r == 0)
		r = record(a, COCO_LEDGER_PUT, item, &value, diag);
	else if (is_network(r) && record(a, COCO_LEDGER_UNSURE, item, &value, NULL) != 0)
		coco_diag_cause(diag, "the ledger could not be written either");
	if (r == 0)
		r = read_back(a, b, &id, sent, diag);
	coco_secret_free(&value);
	return r;
}

static int do_found(struct applier *a, const struct coco_plan_item *item, struct coco_diag *diag)
{
	struct coco_secret value = { 0 };
	int r = coco_wanted_value(&a->src->declared->v[item->wanted], a->src->key_flags, &value,
				  diag);

	if (r == 0)
		r = record(a, COCO_LEDGER_FOUND, item, &value, diag);
	coco_secret_free(&value);
	return r;
}

/* No broker has a way to remove a reference value; an empty list allows nothing. */
static int empty_value(struct applier *a, const struct coco_item_id *id, struct coco_diag *diag)
{
	struct coco_secret value = { 0 };
	int r = coco_secret_from(&value, "[]", 2, diag);

	if (r == 0)
		r = coco_backend_put(a->src->backend, &a->whole, id, &value, diag);
	if (r == 0)
		r = read_back(a, a->src->backend, id, &value, diag);
	coco_secret_free(&value);
	return r;
}

static int do_remove(struct applier *a, const struct coco_plan_item *item, struct coco_diag *diag)
{
	const struct coco_item_id id = { item->type, item->name };
	struct coco_diag why = { 0 };

	if (!item->possible || !a->options->prune) {
		a->result->left++;
		return 0;
	}
	int r = item->type == COCO_ITEM_REFERENCE_VALUE && !a->src->info->directory ?
		empty_value(a, &id, &why) :
		coco_backend_remove(a->src->backend, &a->whole, &id, &why);
	if (r == 0 || r == COCO_E_BROKER_ABSENT)
		return record(a, COCO_LEDGER_REMOVE, item, NULL, diag);
	if (diag != NULL)
		*diag = why;
	return r;
}

static int do_item(struct applier *a, struct coco_backend *b, const struct coco_plan_item *item,
		   struct coco_diag *diag)
{
	int r = coco_run_check(a->run, diag);

	if (r != 0)
		return r;
	switch (item->state) {
	case COCO_PLAN_ADDED:
	case COCO_PLAN_CHANGED:
	case COCO_PLAN_UNKNOWN:
		r = do_put(a, b, item, diag);
		break;
	case COCO_PLAN_UNCHANGED:
		r = item->recorded ? 0 : do_found(a, item, diag);
		break;
	case COCO_PLAN_REMOVED:
		r = do_remove(a, item, diag);
		break;
	case COCO_PLAN_HELD:
	case COCO_PLAN_STATES:
		break;
	}
	if (r == 0)
		coco_run_advance(a->run, 1);
	return r;
}

/* ---- several connections -------------------------------------------------------- */

static int work(void *ctx, unsigned id, struct coco_diag *diag)
{
	struct applier *a = ctx;
	struct coco_backend *b = a->src->backend;
	int r = id != 0 ? a->options->connect(a->options->ctx, &b, diag) : 0;

	while (r == 0 && !atomic_load(&a->stop)) {
		size_t i = atomic_fetch_add(&a->next, 1);

		if (i >= a->to)
			break;
		r = do_item(a, b, &a->plan->v[i], diag);
	}
	if (r != 0)
		atomic_store(&a->stop, true);
	if (id != 0 && b != a->src->backend)
		coco_backend_free(b);
	return r;
}

static unsigned connections(const struct applier *a)
{
	size_t n = a->run->jobs;

	if (a->options->connect == NULL || n == 0)
		return 1;
	if (n > COCO_APPLY_CONNECTIONS)
		n = COCO_APPLY_CONNECTIONS;
	return (unsigned)(n < a->to - a->from ? n : a->to - a->from);
}

static int apply_all(struct applier *a, struct coco_diag *diag)
{
	const struct coco_plan *plan = a->plan;
	size_t i = 0;
	int r = 0;

	coco_run_phase_items(a->run, "registering", plan->n);
	for (; r == 0 && i < plan->n && plan->v[i].type != COCO_ITEM_RESOURCE; i++)
		if (plan->v[i].state != COCO_PLAN_REMOVED)
			r = do_item(a, a->src->backend, &plan->v[i], diag);
	a->from = i;
	while (i < plan->n && plan->v[i].type == COCO_ITEM_RESOURCE &&
	       plan->v[i].state != COCO_PLAN_REMOVED)
		i++;
	a->to = i;
	atomic_store(&a->next, a->from);
	if (r == 0 && a->to > a->from)
		r = coco_pool_run(connections(a), work, a, diag);
	for (i = 0; r == 0 && i < plan->n; i++)
		if (plan->v[i].state == COCO_PLAN_REMOVED)
			r = do_item(a, a->src->backend, &plan->v[i], diag);
	return r;
}

int coco_apply(const struct coco_plan *plan, const struct coco_plan_source *src,
	       struct coco_ledger *ledger, const struct coco_apply_options *options,
	       const struct coco_run *run, struct coco_apply_result *ret, struct coco_diag *diag)
{
	struct applier a = {
		.plan = plan, .src = src, .ledger = ledger, .options = options, .run = run,
		.whole = *run, .lock = PTHREAD_MUTEX_INITIALIZER, .result = ret,
	};

	memset(ret, 0, sizeof(*ret));
	a.whole.cancel = NULL;
	int r = apply_all(&a, diag);
	/* what was done is durable, also when the rest was not */
	int synced = coco_ledger_sync(ledger, r == 0 ? diag : NULL);
	pthread_mutex_destroy(&a.lock);
	return r != 0 ? r : synced;
}
