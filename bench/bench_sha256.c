/*
 * bench_sha256.c - throughput of every SHA-256 kernel against OpenSSL on the same bytes.
 *
 * usage: bench_sha256 [KiB per stream [rounds]].  Prints GB/s (10^9 bytes) as the median
 * of the rounds, and the ratio to one OpenSSL EVP stream over the same bytes, measured
 * in turn with it.
 */
#include "lib/crypto/sha256.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_clock.h"

#define MAX_STREAMS 32
#define MAX_ROUNDS  101

static void run_openssl(const uint8_t *p, size_t streams, size_t each)
{
	static uint8_t out[32];

	for (size_t i = 0; i < streams; i++)
		EVP_Digest(p + i * each, each, out, NULL, EVP_sha256(), NULL);
}

static void run_ours(enum coco_sha256_kernel k, const uint8_t *p, size_t streams, size_t each)
{
	static struct coco_sha256 ctx[MAX_STREAMS];
	static struct coco_sha256_job jobs[MAX_STREAMS];
	uint8_t out[32];

	for (size_t i = 0; i < streams; i++) {
		coco_sha256_init(&ctx[i]);
		jobs[i] = (struct coco_sha256_job){ &ctx[i], p + i * each, each };
	}
	coco_sha256_update_many_with(k, jobs, streams);
	for (size_t i = 0; i < streams; i++)
		coco_sha256_final(&ctx[i], out);
}

int main(int argc, char **argv)
{
	static const size_t counts[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 24, 32 };
	size_t each = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) * 1024;
	int rounds = argc > 2 ? atoi(argv[2]) : 15;
	uint8_t *p = aligned_alloc(4096, MAX_STREAMS * each + 4096);

	if (!p || rounds < 1 || rounds > MAX_ROUNDS)
		return 1;
	for (size_t i = 0; i < MAX_STREAMS * each; i++)
		p[i] = (uint8_t)(i * 2654435761u >> 13);
	printf("%zu KiB per stream, median of %d\nstreams  openssl", each / 1024, rounds);
	for (int k = 0; k < COCO_SHA256_KERNELS; k++)
		printf("  %14s", coco_sha256_kernel_label((enum coco_sha256_kernel)k));
	printf("\n");
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		static double t[COCO_SHA256_KERNELS + 1][MAX_ROUNDS];
		size_t bytes = counts[c] * each;
		size_t reps = bytes < 1u << 22 ? (1u << 22) / bytes : 1;

		for (int r = 0; r < rounds; r++) {
			for (int k = -1; k < COCO_SHA256_KERNELS; k++) {
				double start = coco_bench_now();

				for (size_t i = 0; i < reps; i++) {
					if (k < 0)
						run_openssl(p, counts[c], each);
					else
						run_ours((enum coco_sha256_kernel)k, p,
							 counts[c], each);
				}
				t[k + 1][r] = coco_bench_now() - start;
			}
		}
		double base = 1e-9 * (double)(bytes * reps) /
			      coco_bench_median(t[0], (size_t)rounds);

		printf("%7zu  %7.3f", counts[c], base);
		for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
			double v = 1e-9 * (double)(bytes * reps) /
				   coco_bench_median(t[k + 1], (size_t)rounds);

			if (coco_sha256_kernel_available((enum coco_sha256_kernel)k))
				printf("  %6.3f (%4.2fx)", v, v / base);
			else
				printf("  %14s", "-");
		}
		printf("\n");
	}
	free(p);
	return 0;
}
