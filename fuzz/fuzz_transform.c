/*
 * fuzz_transform.c - libFuzzer target: decode hostile pieces, and round trips of any bytes.
 *
 * Has to cover: coco_transform_decode, coco_transform_encode, coco_transform_probe.
 * Input: byte 0 transform, byte 1 mode, bytes 2 to 4 output length, then the piece.
 * Mode even: decode as it is.  Mode odd: encode, decode, compare.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/transform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *copy(const uint8_t *p, size_t n)
{
	uint8_t *q = malloc(n ? n : 1);

	if (!q)
		abort();
	memcpy(q, p, n);
	return q;
}

static void round_trip(struct coco_transform_ctx *ctx, enum coco_transform t,
		       const uint8_t *p, size_t n)
{
	uint8_t *src = copy(p, n), *dst = copy(p, n), *back = copy(p, n);
	size_t len = 0;
	int rc = coco_transform_encode(ctx, t, src, n, dst, n, &len);

	if (rc == 0) {
		memset(back, 0x55, n);
		if (len >= n || coco_transform_decode(ctx, t, dst, len, back, n) ||
		    memcmp(back, src, n))
			abort();
	} else if (rc < 0 && n && t <= COCO_TRANSFORM_FP32) {
		abort();
	}

	const struct coco_transform_sample sample = { src, n };

	if (coco_transform_probe(ctx, (enum coco_transform_hint)(n % 5), &sample, 1) >
	    COCO_TRANSFORM_FP32)
		abort();
	free(src);
	free(dst);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct coco_transform_ctx *ctx;

	if (!ctx)
		ctx = coco_transform_ctx_new();
	if (!ctx || size < 5)
		return 0;

	enum coco_transform t = (enum coco_transform)(data[0] % 6);
	size_t n = (data[2] | (size_t)data[3] << 8 | (size_t)data[4] << 16) %
		   (COCO_TRANSFORM_PIECE_MAX + 2);

	if (data[1] & 1) {
		round_trip(ctx, t, data + 5, size - 5);
		return 0;
	}

	uint8_t *src = copy(data + 5, size - 5), *dst = malloc(n ? n : 1);

	if (!dst)
		abort();
	if (coco_transform_decode(ctx, t, src, size - 5, dst, n) > 0)
		abort();
	free(src);
	free(dst);
	return 0;
}
