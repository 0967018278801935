/*
 * bench_clock.h - what the programs that measure share: a clock that only goes
 * forward, and the median of what it said.
 */
#ifndef COCO_BENCH_CLOCK_H
#define COCO_BENCH_CLOCK_H

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

static inline double coco_bench_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds since some moment. */
static inline double coco_bench_now(void)
{
	return coco_bench_clock(CLOCK_MONOTONIC);
}

/* Seconds of processor time that this process took, which others do not lengthen much. */
static inline double coco_bench_cpu(void)
{
	return coco_bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static inline int coco_bench_compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of n > 0 figures, which are sorted on the way. */
static inline double coco_bench_median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), coco_bench_compare);
	return v[n / 2];
}

#endif
