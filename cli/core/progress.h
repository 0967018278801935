/*
 * progress.h - the thread that shows how far a command is (cli-ux 7).
 */
#ifndef COCO_PROGRESS_H
#define COCO_PROGRESS_H

#include <pthread.h>

#include "cli/core/out.h"

enum { COCO_PROGRESS_SAMPLES = 32 };

/* What is known at one moment, for rendering. */
struct coco_progress_state {
	const char *phase;
	uint64_t done;
	uint64_t total;     /* 0: unknown */
	uint64_t rate;      /* per second, 0 while unknown */
	bool items;         /* things are counted, not bytes */
};

struct coco_display {
	struct coco_console *con;
	const struct coco_progress *progress;
	int mode;                       /* enum coco_progress_mode, never AUTO */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	const char *phase;              /* the one of the samples */
	bool started;
	uint64_t start;                 /* milliseconds, when the first phase was seen */
	uint64_t told_at;               /* plain: when the last line was written */
	unsigned told_percent;
	unsigned n_samples;
	unsigned next_sample;
	struct {
		uint64_t ms;
		uint64_t done;
	} sample[COCO_PROGRESS_SAMPLES];
};

/* coco_display_mode - what AUTO means for this console. */
int coco_display_mode(const struct coco_console *con, int mode);

/*
 * coco_display_start - shows progress until coco_display_stop; a display that
 * cannot start (no thread) shows nothing, which is no error. stop clears the
 * bar, waits for the thread and is fine when none was started.
 */
void coco_display_start(struct coco_display *d, struct coco_console *con,
			const struct coco_progress *progress, int mode);
void coco_display_stop(struct coco_display *d);

/*
 * coco_display_tick - one look at the progress at now_ms (any origin): draws
 * what is due. The thread calls it ten times a second; tests call it alone.
 */
void coco_display_tick(struct coco_display *d, uint64_t now_ms);

/* Rendering, for tests: "hashing  42%  1.2/3.4 GiB  512.00 MiB/s  ETA 0:12". */
void coco_progress_line(char *ret, size_t cap, const struct coco_progress_state *s,
			unsigned width);
size_t coco_progress_json(char *ret, size_t cap, const struct coco_progress_state *s);

#endif
