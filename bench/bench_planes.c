/*
 * bench_planes.c - throughput of the byte-plane kernels against memcpy of the same bytes.
 *
 * usage: bench_planes [KiB [rounds]].  GB/s (10^9 bytes of words), median of the rounds.
 */
#include "lib/model/planes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_clock.h"

#define MAX_ROUNDS 101
#define OPS        5

static void run(int op, enum coco_planes_kernel k, uint8_t *src, size_t n, uint8_t *planes)
{
	switch (op) {
	case 0:
		memcpy(planes, src, n);
		break;
	case 1:
		coco_planes16_split_with(k, src, n / 2, planes, planes + n / 2);
		break;
	case 2:
		coco_planes16_join_with(k, planes, planes + n / 2, n / 2, src);
		break;
	case 3:
		coco_planes32_split_with(k, src, n / 4, planes, planes + n / 4);
		break;
	default:
		coco_planes32_join_with(k, planes, planes + n / 4, planes + n / 2,
					planes + n / 4 * 3, n / 4, src);
		break;
	}
}

int main(int argc, char **argv)
{
	static const char *const names[OPS] = { "memcpy", "split16", "join16", "split32",
						"join32" };
	static const char *const kernels[COCO_PLANES_KERNELS] = { "auto", "generic", "avx2",
								  "avx512" };
	size_t n = (argc > 1 ? strtoul(argv[1], NULL, 10) : 256) * 1024;
	int rounds = argc > 2 ? atoi(argv[2]) : 15;
	uint8_t *src = aligned_alloc(4096, n), *planes = aligned_alloc(4096, n);
	static double t[MAX_ROUNDS];

	if (!src || !planes || rounds < 1 || rounds > MAX_ROUNDS)
		return 1;
	for (size_t i = 0; i < n; i++)
		src[i] = planes[i] = (uint8_t)(i * 2654435761u >> 13);
	printf("%zu KiB, median of %d, GB/s\n%-8s", n / 1024, rounds, "");
	for (int op = 0; op < OPS; op++)
		printf(" %8s", names[op]);
	printf("\n");
	for (int k = 0; k < COCO_PLANES_KERNELS; k++) {
		size_t reps = n < 1u << 24 ? (1u << 24) / n : 1;

		if (!coco_planes_kernel_available((enum coco_planes_kernel)k))
			continue;
		printf("%-8s", kernels[k]);
		for (int op = 0; op < OPS; op++) {
			for (int r = 0; r < rounds; r++) {
				double start = coco_bench_now();

				for (size_t i = 0; i < reps; i++)
					run(op, (enum coco_planes_kernel)k, src, n, planes);
				t[r] = coco_bench_now() - start;
			}
			qsort(t, (size_t)rounds, sizeof(*t), coco_bench_compare);
			printf(" %8.2f", (double)(n * reps) / t[rounds / 2] * 1e-9);
		}
		printf("\n");
	}
	free(src);
	free(planes);
	return 0;
}
