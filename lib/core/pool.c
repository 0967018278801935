/*
 * pool.c - worker threads (see pool.h).
 */
#include "lib/core/pool.h"

#include <pthread.h>

#include "formats/core/mem.h"

struct worker {
	pthread_t thread;
	bool started;
	coco_pool_fn *fn;
	void *ctx;
	unsigned id;
	int code;
	struct coco_diag diag;
};

static void *thread_main(void *arg)
{
	struct worker *w = arg;

	w->code = w->fn(w->ctx, w->id, &w->diag);
	return NULL;
}

/* The failure to report: the first real one, else the first cancellation. */
static const struct worker *first_failure(const struct worker *w, unsigned n)
{
	const struct worker *found = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (w[i].code == 0)
			continue;
		if (found == NULL ||
		    (found->code == COCO_E_CANCELLED && w[i].code != COCO_E_CANCELLED))
			found = &w[i];
	}
	return found;
}

int coco_pool_run(unsigned jobs, coco_pool_fn *fn, void *ctx, struct coco_diag *diag)
{
	if (jobs <= 1)
		return fn(ctx, 0, diag);
	struct worker *w = coco_zalloc(jobs, sizeof(*w));
	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %u workers", jobs);
	for (unsigned i = 0; i < jobs; i++) {
		w[i].fn = fn;
		w[i].ctx = ctx;
		w[i].id = i;
		/* a thread that cannot be started is work for the others */
		if (i > 0)
			w[i].started = pthread_create(&w[i].thread, NULL, thread_main, &w[i]) == 0;
	}
	thread_main(&w[0]);
	for (unsigned i = 1; i < jobs; i++)
		if (w[i].started)
			pthread_join(w[i].thread, NULL);
	const struct worker *bad = first_failure(w, jobs);
	int code = bad != NULL ? bad->code : 0;
	if (bad != NULL && diag != NULL && diag->code == 0)
		*diag = bad->diag;
	coco_free(w);
	return code;
}

struct each {
	const struct coco_run *run;
	size_t n;
	_Atomic size_t next;
	_Atomic bool stop;
	int (*fn)(void *ctx, size_t item, struct coco_diag *diag);
	void *ctx;
};

static int each_worker(void *ctx, unsigned id COCO_UNUSED, struct coco_diag *diag)
{
	struct each *e = ctx;

	while (!atomic_load(&e->stop)) {
		size_t i = atomic_fetch_add(&e->next, 1);

		if (i >= e->n)
			break;
		int r = coco_run_check(e->run, diag);
		if (r == 0)
			r = e->fn(e->ctx, i, diag);
		if (r != 0) {
			atomic_store(&e->stop, true);
			return r;
		}
	}
	return 0;
}

int coco_pool_each(const struct coco_run *run, size_t n,
		   int (*fn)(void *ctx, size_t item, struct coco_diag *diag), void *ctx,
		   struct coco_diag *diag)
{
	struct each e = { .run = run, .n = n, .fn = fn, .ctx = ctx };
	unsigned jobs = run->jobs;

	if (n < jobs)
		jobs = n > 0 ? (unsigned)n : 1;
	return coco_pool_run(jobs, each_worker, &e, diag);
}
