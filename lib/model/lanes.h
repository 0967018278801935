/*
 * lanes.h - many streams at once on every core.
 *
 * A digest of one stream is serial, but independent streams can be hashed
 * together in vector lanes. Each worker keeps several streams ("lanes") in
 * flight, moves every one a step forward, and hashes what the steps produced
 * in one call. Packing, opening and verifying are all streams.
 */
#ifndef COCO_LANES_H
#define COCO_LANES_H

#include "lib/core/run.h"
#include "lib/crypto/sha256.h"

enum { COCO_LANES_MAX = 16 };

/* A piece of work: one stream from start to end. */
struct coco_lane_item {
	uint64_t bytes;   /* for the order: longest first */
	bool serial;      /* a digest that nothing can split: started before all others and
			     alone with its like on a worker */
	void *arg;
	size_t rank;      /* set by coco_lanes_run */
};

/* What one lane does. state is the lane's own memory, made once per worker and lane. */
struct coco_lane_ops {
	/* Memory of a lane; freed by lane_free (on failure by itself). worker: 0..jobs-1. */
	int (*lane_new)(void *ctx, unsigned worker, void **ret_state, struct coco_diag *diag);
	void (*lane_free)(void *ctx, void *state);
	/* Starts an item on a lane. */
	int (*begin)(void *ctx, void *state, void *arg, struct coco_diag *diag);
	/*
	 * Moves one piece forward: reads, transforms, seals; names up to two
	 * ranges to be hashed (contexts distinct from all other lanes'). The
	 * ranges stay valid until after(). *ret_idle: nothing could be done yet.
	 */
	int (*step)(void *ctx, void *state, struct coco_sha256_job jobs[2], size_t *ret_jobs,
		    bool *ret_idle, struct coco_diag *diag);
	/* After the hashing: writes, finishes; *ret_done ends the item. */
	int (*after)(void *ctx, void *state, bool *ret_done, struct coco_diag *diag);
	/* An item was given up (failure elsewhere, interruption). */
	void (*abandon)(void *ctx, void *state);
};

/*
 * coco_lanes_run - runs all items on run->jobs workers with up to lanes
 * lanes each; returns the first failure. Items are reordered in place.
 */
int coco_lanes_run(const struct coco_run *run, struct coco_lane_item *items, size_t n,
		   unsigned lanes, const struct coco_lane_ops *ops, void *ctx,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
