/*
 * bench_verity.c - dm-verity in memory against two bounds of the same cores:
 * libcrypto's SHA-256 of one stream per core, and our own lanes of many
 * streams without tree, salt or files. In turn within each round; prints
 * "name GB/s" per line, the median.
 *
 * usage: bench_verity [JOBS [MiB [ROUNDS]]]
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_clock.h"
#include "lib/core/pool.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/verity_tree.h"

enum { LANES = 16, STEP = 4096, MAX_ROUNDS = 51, WHATS = 3 };

struct job {
	const unsigned char *p;
	size_t n;              /* bytes for each thread */
};

static int by_libcrypto(void *ctx, unsigned id, struct coco_diag *diag)
{
	const struct job *j = ctx;
	unsigned char digest[EVP_MAX_MD_SIZE];

	(void)diag;
	if (EVP_Digest(j->p + id * j->n, j->n, digest, NULL, EVP_sha256(), NULL) != 1)
		abort();
	return 0;
}

static int by_lanes(void *ctx, unsigned id, struct coco_diag *diag)
{
	const struct job *j = ctx;
	const unsigned char *p = j->p + id * j->n;
	struct coco_sha256 state[LANES];
	struct coco_sha256_job job[LANES];

	(void)diag;
	for (size_t i = 0; i < LANES; i++)
		coco_sha256_init(&state[i]);
	for (size_t at = 0; at < j->n / LANES; at += STEP) {
		for (size_t i = 0; i < LANES; i++)
			job[i] = (struct coco_sha256_job){
				&state[i], p + i * (j->n / LANES) + at, STEP };
		coco_sha256_update_many(job, LANES);
	}
	return 0;
}

static void by_verity(const struct job *j, unsigned jobs)
{
	const struct coco_run run = { .jobs = jobs };
	struct coco_verity_work w = {
		.params = { .alg = COCO_VERITY_SHA256, .type = 1, .data_block = 4096,
			    .hash_block = 4096, .n_salt = 32, .salt = { 1, 2, 3 } },
		.out = -1, .data.size = COCO_DISK_UNKNOWN,
	};
	struct coco_verity_found f;

	if (coco_disk_bytes(&w.data.disk, coco_view_of(j->p, j->n * jobs), NULL) != 0 ||
	    coco_verity_tree(&run, &w, &f, NULL) != 0)
		abort();
	coco_disk_close(w.data.disk);
}

static double measure(int what, struct job *j, unsigned jobs)
{
	double start = coco_bench_now();

	if (what == 0 && coco_pool_run(jobs, by_libcrypto, j, NULL) != 0)
		abort();
	if (what == 1 && coco_pool_run(jobs, by_lanes, j, NULL) != 0)
		abort();
	if (what == 2)
		by_verity(j, jobs);
	return (double)j->n * jobs / 1e9 / (coco_bench_now() - start);
}

int main(int argc, char **argv)
{
	static const char *const names[WHATS] = { "sha-256", "sha-256-lanes", "verity" };
	static double rates[WHATS][MAX_ROUNDS];
	unsigned jobs = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2;
	size_t mib = argc > 2 ? strtoul(argv[2], NULL, 10) : 512;
	unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5;
	struct job j = { .n = mib * 1048576 / (jobs != 0 ? jobs : 1) / 1048576 * 1048576 };

	if (jobs == 0 || j.n == 0 || rounds == 0 || rounds > MAX_ROUNDS)
		return 2;
	unsigned char *p = malloc(j.n * jobs);
	if (p == NULL)
		return 1;
	for (size_t i = 0; i < j.n * jobs; i++)
		p[i] = (unsigned char)(i * 2654435761U >> 13);
	j.p = p;
	for (int what = 0; what < WHATS; what++)
		(void)measure(what, &j, jobs);   /* warm up */
	for (unsigned r = 0; r < rounds; r++)
		for (int what = 0; what < WHATS; what++)
			rates[what][r] = measure(what, &j, jobs);
	for (int what = 0; what < WHATS; what++) {
		qsort(rates[what], rounds, sizeof(double), coco_bench_compare);
		printf("%s %.3f\n", names[what], rates[what][rounds / 2]);
	}
	free(p);
	return 0;
}
