/*
 * lanes.c - many streams at once on every core (see lanes.h).
 */
#include "lib/model/lanes.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "formats/core/mem.h"
#include "lib/core/pool.h"

enum { IDLE_NS = 50000 };

struct engine {
	const struct coco_run *run;
	const struct coco_lane_ops *ops;
	void *ctx;
	struct coco_lane_item *items;
	size_t n;
	size_t n_serial;      /* serial items stand first */
	unsigned jobs;
	unsigned lanes;       /* at most this many on one worker */
	unsigned serial_share; /* serial items that one worker takes */
	pthread_mutex_t lock; /* guards the two positions below */
	size_t next_serial;
	size_t next;
	_Atomic bool stop;
};

struct lane {
	void *state;
	bool busy;
	bool serial;
};

struct worker {
	struct engine *e;
	unsigned id;
	struct lane lane[COCO_LANES_MAX];
	unsigned n_made;      /* lanes that have a state */
	unsigned n_busy;
	unsigned n_serial;
	struct coco_sha256_job jobs[2 * COCO_LANES_MAX];
};

static int by_size(const void *a, const void *b)
{
	const struct coco_lane_item *x = a;
	const struct coco_lane_item *y = b;

	if (x->serial != y->serial)
		return x->serial ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	/* equal ones in the order in which the caller made them */
	return x->rank < y->rank ? -1 : 1;
}

/* The next item for this worker, or NULL when it should take none now. */
static struct coco_lane_item *take(struct worker *w, bool idle)
{
	struct engine *e = w->e;
	struct coco_lane_item *item = NULL;

	pthread_mutex_lock(&e->lock);
	if (e->next_serial < e->n_serial && w->n_busy == w->n_serial &&
	    w->n_serial < e->serial_share)
		item = &e->items[e->next_serial++];
	else if ((w->n_serial == 0 || idle) && e->next < e->n)
		item = &e->items[e->next++];
	pthread_mutex_unlock(&e->lock);
	return item;
}

static int fill(struct worker *w, bool idle, struct coco_diag *diag)
{
	struct engine *e = w->e;

	for (unsigned i = 0; i < e->lanes; i++) {
		struct lane *l = &w->lane[i];

		if (l->busy)
			continue;
		struct coco_lane_item *item = take(w, idle);
		if (item == NULL)
			return 0;
		if (i >= w->n_made) {
			int r = e->ops->lane_new(e->ctx, w->id, &l->state, diag);

			if (r != 0)
				return r;
			w->n_made = i + 1;
		}
		l->busy = true;
		l->serial = item->serial;
		w->n_busy++;
		w->n_serial += item->serial ? 1 : 0;
		int r = e->ops->begin(e->ctx, l->state, item->arg, diag);
		if (r != 0)
			return r;
		/* one lane of other work is enough while serial ones wait */
		if (idle)
			return 0;
	}
	return 0;
}

static int step_all(struct worker *w, bool *ret_idle, struct coco_diag *diag)
{
	struct engine *e = w->e;
	size_t n = 0;

	*ret_idle = true;
	for (unsigned i = 0; i < w->n_made; i++) {
		struct lane *l = &w->lane[i];
		size_t k = 0;
		bool idle = false;

		if (!l->busy)
			continue;
		int r = e->ops->step(e->ctx, l->state, &w->jobs[n], &k, &idle, diag);
		if (r != 0)
			return r;
		n += k;
		if (!idle)
			*ret_idle = false;
	}
	coco_sha256_update_many(w->jobs, n);
	for (unsigned i = 0; i < w->n_made; i++) {
		struct lane *l = &w->lane[i];
		bool done = false;

		if (!l->busy)
			continue;
		int r = e->ops->after(e->ctx, l->state, &done, diag);
		if (r != 0)
			return r;
		if (done) {
			l->busy = false;
			w->n_busy--;
			w->n_serial -= l->serial ? 1 : 0;
		}
	}
	return 0;
}

static int work(struct worker *w, struct coco_diag *diag)
{
	struct engine *e = w->e;
	bool idle = false;

	for (;;) {
		int r = coco_run_check(e->run, diag);

		if (r == 0 && atomic_load_explicit(&e->stop, memory_order_relaxed))
			r = coco_fail(diag, COCO_E_CANCELLED, "stopped: another worker failed");
		if (r == 0)
			r = fill(w, idle, diag);
		if (r != 0)
			return r;
		if (w->n_busy == 0)
			return 0;
		r = step_all(w, &idle, diag);
		if (r != 0)
			return r;
		/* everything here waits for another worker: leave it the processor */
		if (idle)
			nanosleep(&(struct timespec){ .tv_nsec = IDLE_NS }, NULL);
	}
}

static int worker_main(void *ctx, unsigned id, struct coco_diag *diag)
{
	struct engine *e = ctx;
	struct worker *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a worker");
	w->e = e;
	w->id = id;
	int r = work(w, diag);
	if (r != 0)
		atomic_store(&e->stop, true);
	for (unsigned i = 0; i < w->n_made; i++) {
		if (w->lane[i].busy)
			e->ops->abandon(e->ctx, w->lane[i].state);
		e->ops->lane_free(e->ctx, w->lane[i].state);
	}
	coco_free(w);
	return r;
}

int coco_lanes_run(const struct coco_run *run, struct coco_lane_item *items, size_t n,
		   unsigned lanes, const struct coco_lane_ops *ops, void *ctx,
		   struct coco_diag *diag)
{
	struct engine e = { .run = run, .ops = ops, .ctx = ctx, .items = items, .n = n };

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		items[i].rank = i;
	qsort(items, n, sizeof(*items), by_size);
	while (e.n_serial < n && items[e.n_serial].serial)
		e.n_serial++;
	e.next = e.n_serial;
	e.jobs = run->jobs < n ? run->jobs : (unsigned)n;
	/* spread evenly, so that no worker is left with nothing */
	size_t share = (n - e.n_serial + e.jobs - 1) / e.jobs;
	e.lanes = lanes < COCO_LANES_MAX ? lanes : COCO_LANES_MAX;
	e.serial_share = (unsigned)((e.n_serial + e.jobs - 1) / e.jobs);
	if (e.serial_share > e.lanes)
		e.serial_share = e.lanes;
	if (share < e.lanes)
		e.lanes = share > 0 ? (unsigned)share : 1;
	if (e.lanes < e.serial_share + 1 && e.n_serial > 0)
		e.lanes = e.serial_share + 1 < COCO_LANES_MAX ? e.serial_share + 1 : COCO_LANES_MAX;
	pthread_mutex_init(&e.lock, NULL);
	int r = coco_pool_run(e.jobs, worker_main, &e, diag);
	pthread_mutex_destroy(&e.lock);
	return r;
}
