/*
 * run.h - what a caller gives to a long operation: how many threads, how to
 * stop it, where to report progress and decisions. The library itself has no
 * global state, no clock of its own and never prints.
 */
#ifndef COCO_RUN_H
#define COCO_RUN_H

#include <signal.h>
#include <stdatomic.h>

#include "formats/core/diag.h"

/* Updated by the library, read by whoever draws. Units are bytes, or things that are counted. */
struct coco_progress {
	_Atomic(const char *) phase;  /* static text, NULL before the start */
	_Atomic uint64_t done;
	_Atomic uint64_t total;       /* 0 while unknown */
	_Atomic bool items;           /* done and total count things */
};

struct coco_run {
	unsigned jobs;                        /* threads, at least 1 */
	int64_t now;                          /* seconds since 1970, UTC: --at or the clock */
	bool show_names;                      /* file names of a model may appear in messages */
	const volatile sig_atomic_t *cancel;  /* non-zero: stop soon; may be NULL */
	struct coco_progress *progress;       /* may be NULL */
	/* level 0 warning, 1 decision (-v), 2 detail (-vv); may be NULL; any thread */
	void (*log)(void *ctx, int level, const char *text);
	void *log_ctx;
};

/* coco_run_check - 0, or COCO_E_CANCELLED when the caller asked to stop. */
int coco_run_check(const struct coco_run *run, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_run_phase - starts a phase of total bytes (0: unknown). */
void coco_run_phase(const struct coco_run *run, const char *phase, uint64_t total);

/* coco_run_phase_items - likewise, of total things that are counted. */
void coco_run_phase_items(const struct coco_run *run, const char *phase, uint64_t total);

/* coco_run_advance - n more bytes or things of the phase are done. */
static inline void coco_run_advance(const struct coco_run *run, uint64_t n)
{
	if (run->progress != NULL)
		atomic_fetch_add_explicit(&run->progress->done, n, memory_order_relaxed);
}

/* coco_log - one line to the caller's log; never secrets, never model names. */
void coco_log(const struct coco_run *run, int level, const char *fmt, ...) COCO_PRINTF(3, 4);

#endif
