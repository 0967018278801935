/*
 * bench_transform.c - speed and size of the piece transforms against plain zstd -1.
 *
 * usage: bench_transform [pieces [rounds]].  Pieces of 1 MiB; GB/s are 10^9 bytes of
 * plaintext, one thread, median of the rounds; both columns are measured in turn.
 */
#include "lib/model/transform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "bench/bench_clock.h"
#include "tests/support/weights.h"

#define PIECE      COCO_TRANSFORM_PIECE_MAX
#define MAX_PIECES 4096
#define MAX_ROUNDS 101

static double gbps(double *t, int rounds, size_t bytes)
{
	qsort(t, (size_t)rounds, sizeof(*t), coco_bench_compare);
	return (double)bytes / t[rounds / 2] * 1e-9;
}

static void fill(int kind, uint8_t *p, size_t n)
{
	struct weights w = { 77 };

	switch (kind) {
	case 0:
	case 5:
		weights_fill_bf16(&w, p, n / 2, 0.02);
		break;
	case 1:
		weights_fill_fp16(&w, p, n / 2, 0.02);
		break;
	case 2:
	case 3:
		weights_fill_fp32(&w, p, n / 4, 0.02);
		break;
	case 4:
		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)(weights_bits(weights_normal(&w, 0.02)) >> 20);
		break;
	case 6:
		memset(p, 0, n);
		break;
	default:
		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)(weights_rnd(&w) >> 32);
		break;
	}
	for (size_t i = 0; kind == 3 && i < n; i += 4)
		p[i] = p[i + 1] = 0;
	for (size_t i = 0; kind == 5 && i < n; i += PIECE)
		memset(p + i, 0, PIECE / 2);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum coco_transform transform;
	} kinds[] = {
		{ "bf16 N(0,0.02)", COCO_TRANSFORM_BF16 },
		{ "fp16 N(0,0.02)", COCO_TRANSFORM_FP16 },
		{ "fp32 N(0,0.02)", COCO_TRANSFORM_FP32 },
		{ "fp32 from bf16", COCO_TRANSFORM_FP32 },
		{ "fp8-like bytes", COCO_TRANSFORM_ZSTD },
		{ "bf16, half zero", COCO_TRANSFORM_BF16 },
		{ "zeros as bf16", COCO_TRANSFORM_BF16 },
		{ "noise as bf16", COCO_TRANSFORM_BF16 },
		{ "noise as zstd", COCO_TRANSFORM_ZSTD },
	};
	static size_t len[MAX_PIECES];
	static double t[4][MAX_ROUNDS];
	size_t pieces = argc > 1 ? strtoul(argv[1], NULL, 10) : 8;
	int rounds = argc > 2 ? atoi(argv[2]) : 11;

	if (!pieces || pieces > MAX_PIECES || rounds < 1 || rounds > MAX_ROUNDS)
		return 1;

	uint8_t *src = malloc(pieces * PIECE), *dst = malloc(pieces * (PIECE + 8192));
	uint8_t *back = malloc(PIECE);
	struct coco_transform_ctx *ctx = coco_transform_ctx_new();
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_DCtx *d = ZSTD_createDCtx();

	if (!src || !dst || !back || !ctx || !c || !d)
		return 1;
	printf("%zu pieces of 1 MiB, median of %d, GB/s of plaintext\n", pieces, rounds);
	printf("%-16s %8s %8s %8s   %8s %8s %8s\n", "", "size", "encode", "decode", "zstd -1",
	       "encode", "decode");
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t ours = 0, theirs = 0;

		fill((int)k, src, pieces * PIECE);
		for (int r = 0; r < rounds; r++) {
			double at = coco_bench_now();

			ours = theirs = 0;
			for (size_t i = 0; i < pieces; i++) {
				len[i] = PIECE;
				if (coco_transform_encode(ctx, kinds[k].transform, src + i * PIECE,
							  PIECE, dst + i * (PIECE + 8192), PIECE,
							  &len[i]) < 0)
					return 1;
				ours += len[i];
			}
			t[0][r] = coco_bench_now() - at;
			at = coco_bench_now();
			for (size_t i = 0; i < pieces; i++) {
				const uint8_t *stored = dst + i * (PIECE + 8192);

				if (len[i] == PIECE)
					memcpy(back, src + i * PIECE, PIECE);
				else if (coco_transform_decode(ctx, kinds[k].transform, stored,
							       len[i], back, PIECE))
					return 1;
			}
			t[1][r] = coco_bench_now() - at;
			at = coco_bench_now();
			for (size_t i = 0; i < pieces; i++) {
				len[i] = ZSTD_compressCCtx(c, dst + i * (PIECE + 8192),
							   PIECE + 8192, src + i * PIECE, PIECE, 1);
				theirs += len[i];
			}
			t[2][r] = coco_bench_now() - at;
			at = coco_bench_now();
			for (size_t i = 0; i < pieces; i++)
				ZSTD_decompressDCtx(d, back, PIECE, dst + i * (PIECE + 8192),
						    len[i]);
			t[3][r] = coco_bench_now() - at;
		}
		printf("%-16s %7.2f%% %8.2f %8.2f   %7.2f%% %8.2f %8.2f\n", kinds[k].name,
		       100.0 * (double)ours / (double)(pieces * PIECE),
		       gbps(t[0], rounds, pieces * PIECE), gbps(t[1], rounds, pieces * PIECE),
		       100.0 * (double)theirs / (double)(pieces * PIECE),
		       gbps(t[2], rounds, pieces * PIECE), gbps(t[3], rounds, pieces * PIECE));
	}
	ZSTD_freeCCtx(c);
	ZSTD_freeDCtx(d);
	coco_transform_ctx_free(ctx);
	free(src);
	free(dst);
	free(back);
	return 0;
}
