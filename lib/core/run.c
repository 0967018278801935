/*
 * run.c - cancellation, progress and log of a long operation (see run.h).
 */
#include "lib/core/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int coco_run_check(const struct coco_run *run, struct coco_diag *diag)
{
	if (run->cancel != NULL && *run->cancel != 0)
		return coco_fail(diag, COCO_E_CANCELLED, "interrupted");
	return 0;
}

static void begin(const struct coco_run *run, const char *phase, uint64_t total, bool items)
{
	if (run->progress == NULL)
		return;
	atomic_store(&run->progress->done, 0);
	atomic_store(&run->progress->total, total);
	atomic_store(&run->progress->items, items);
	atomic_store(&run->progress->phase, phase);
}

void coco_run_phase(const struct coco_run *run, const char *phase, uint64_t total)
{
	begin(run, phase, total, false);
}

void coco_run_phase_items(const struct coco_run *run, const char *phase, uint64_t total)
{
	begin(run, phase, total, true);
}

void coco_log(const struct coco_run *run, int level, const char *fmt, ...)
{
	char raw[768];
	char text[1024];
	va_list ap;

	if (run->log == NULL)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	coco_escape(text, sizeof(text), raw, strlen(raw));
	run->log(run->log_ctx, level, text);
}
