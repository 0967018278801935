/*
 * pool.h - the one place that starts threads.
 */
#ifndef COCO_POOL_H
#define COCO_POOL_H

#include "lib/core/run.h"

/* One worker: id is 0..jobs-1. Returns 0 or reports into its own diag. */
typedef int coco_pool_fn(void *ctx, unsigned id, struct coco_diag *diag);

/*
 * coco_pool_run - runs fn on jobs threads (the caller's is one of them) and
 * waits for all. The first failure by worker id, preferring one that is not
 * COCO_E_CANCELLED, is returned and copied to diag. Workers that should end
 * when another one failed share a flag in ctx.
 */
int coco_pool_run(unsigned jobs, coco_pool_fn *fn, void *ctx, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_pool_each - runs fn(ctx, item, diag) for items 0..n-1, each once, on up
 * to run->jobs threads in increasing order of start; stops early on failure
 * or cancellation.
 */
int coco_pool_each(const struct coco_run *run, size_t n,
		   int (*fn)(void *ctx, size_t item, struct coco_diag *diag), void *ctx,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
