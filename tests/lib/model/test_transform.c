/*
 * test_transform.c - piece transforms: round trips, sizes, the probe, and hostile input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/transform.h"
#include "tests/support/weights.h"

#define MAX COCO_TRANSFORM_PIECE_MAX

static struct coco_transform_ctx *ctx;
static struct weights rng = { 0x2345 };

static const enum coco_transform all[] = {
	COCO_TRANSFORM_ZSTD,
	COCO_TRANSFORM_BF16,
	COCO_TRANSFORM_FP16,
	COCO_TRANSFORM_FP32,
};
#define ALL (sizeof(all) / sizeof(all[0]))

static int setup(void **state)
{
	(void)state;
	ctx = coco_transform_ctx_new();
	return ctx ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	coco_transform_ctx_free(ctx);
	coco_transform_ctx_free(NULL);
	return 0;
}

static uint8_t *alloc(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	assert_non_null(p);
	return p;
}

/* ---- kinds of data ---- */

enum kind {
	ZERO,
	RANDOM,
	TEXT,
	BF16,
	FP16,
	FP32,
	FP32_OF_BF16,
	FP16_OF_BF16,
	ROWS_TWICE,
	HALF_ZERO,
	SPARSE_BF16,
	FP8_LIKE,
	ONE_SYMBOL_HI,
	KINDS
};

static void fill(enum kind kind, uint8_t *p, size_t n)
{
	static const char words[] = "the model weights are packed into pieces and then sealed ";
	uint8_t *buf = alloc(n + 8);

	switch (kind) {
	case ZERO:
		memset(buf, 0, n);
		break;
	case RANDOM:
	case KINDS:
		for (size_t i = 0; i < n; i++)
			buf[i] = (uint8_t)(weights_rnd(&rng) >> 32);
		break;
	case TEXT:
		for (size_t i = 0; i < n; i++)
			buf[i] = (uint8_t)words[(i + i / 500) % (sizeof(words) - 1)];
		break;
	case BF16:
		weights_fill_bf16(&rng, buf, (n + 1) / 2, 0.02);
		break;
	case FP16:
		weights_fill_fp16(&rng, buf, (n + 1) / 2, 0.02);
		break;
	case FP32:
		weights_fill_fp32(&rng, buf, (n + 3) / 4, 0.02);
		break;
	case FP32_OF_BF16:
		weights_fill_fp32(&rng, buf, (n + 3) / 4, 0.02);
		for (size_t i = 0; i < n; i++)
			buf[i] = i % 4 < 2 ? 0 : buf[i];
		break;
	case FP16_OF_BF16:
		weights_fill_fp16(&rng, buf, (n + 1) / 2, 0.02);
		for (size_t i = 0; i < n; i += 2)
			buf[i] &= 0xf8;
		break;
	case ROWS_TWICE:
		weights_fill_bf16(&rng, buf, (n + 1) / 2, 0.02);
		for (size_t i = 8192; i < n; i++)
			buf[i] = buf[i - 8192];
		break;
	case HALF_ZERO:
		weights_fill_bf16(&rng, buf, (n + 1) / 2, 0.02);
		memset(buf, 0, n / 2);
		break;
	case SPARSE_BF16:
		weights_fill_bf16(&rng, buf, (n + 1) / 2, 0.02);
		for (size_t i = 0; i + 1 < n; i += 2) {
			if (weights_rnd(&rng) >> 63)
				buf[i] = buf[i + 1] = 0;
		}
		break;
	case FP8_LIKE:
		for (size_t i = 0; i < n; i++)
			buf[i] = (uint8_t)(weights_bits(weights_normal(&rng, 0.02)) >> 20);
		break;
	case ONE_SYMBOL_HI:
		for (size_t i = 0; i < n; i++)
			buf[i] = i % 2 ? 0x3f : (uint8_t)(weights_rnd(&rng) >> 57);
		break;
	}
	memcpy(p, buf, n);
	free(buf);
}

/* ---- round trips ---- */

/* Stored size, n when the piece is kept as it is; all buffers are exact allocations. */
static size_t round_trip(enum coco_transform t, const uint8_t *src, size_t n)
{
	uint8_t *dst = alloc(n);
	size_t len = 12345;
	int rc = coco_transform_encode(ctx, t, src, n, dst, n, &len);

	if (rc == 1) {
		assert_int_equal(len, 12345);
		free(dst);
		return n;
	}
	assert_int_equal(rc, 0);
	assert_in_range(len, 1, n - n / 64 - 1);

	uint8_t *stored = alloc(len), *back = alloc(n);

	memcpy(stored, dst, len);
	assert_int_equal(coco_transform_decode(ctx, t, stored, len, back, n), 0);
	assert_memory_equal(back, src, n);

	/* Encoding is deterministic, and a smaller buffer that still fits changes nothing. */
	size_t again = 0;
	uint8_t *exact = alloc(len + 1024);

	rc = coco_transform_encode(ctx, t, src, n, exact, len + 1024 < n ? len + 1024 : n, &again);
	if (rc == 0) {
		assert_int_equal(again, len);
		assert_memory_equal(exact, stored, len);
	}
	free(exact);
	free(dst);
	free(stored);
	free(back);
	return len;
}

static void test_transform_round_trips(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 64, 65, 1000, 4095, 4096, 8191, 8192, 8193,
					65536, 65537, 131072, 131075, 262144, 1000003, MAX };
	uint8_t *src = alloc(MAX);

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			uint8_t *exact = alloc(sizes[s]);

			fill((enum kind)kind, exact, sizes[s]);
			for (size_t t = 0; t < ALL; t++)
				round_trip(all[t], exact, sizes[s]);
			free(exact);
		}
	}
	free(src);
}

static void test_transform_every_length(void **state)
{
	uint8_t *src = alloc(700);

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		fill((enum kind)kind, src, 700);
		for (size_t n = 1; n <= 300; n++) {
			for (size_t t = 0; t < ALL; t++)
				round_trip(all[t], src + n % 5, n);
		}
	}
	free(src);
}

/* Promised sizes, in 1/1000 of the piece. */
static void test_transform_sizes(void **state)
{
	static const struct {
		enum kind kind;
		enum coco_transform transform;
		unsigned most;
	} want[] = {
		{ ZERO, COCO_TRANSFORM_ZSTD, 1 },
		{ ZERO, COCO_TRANSFORM_BF16, 1 },
		{ ZERO, COCO_TRANSFORM_FP32, 1 },
		{ BF16, COCO_TRANSFORM_BF16, 665 },
		{ FP16, COCO_TRANSFORM_FP16, 846 },
		{ FP32, COCO_TRANSFORM_FP32, 835 },
		{ FP32_OF_BF16, COCO_TRANSFORM_FP32, 335 },
		{ FP16_OF_BF16, COCO_TRANSFORM_FP16, 665 },
		{ ROWS_TWICE, COCO_TRANSFORM_BF16, 15 },
		{ HALF_ZERO, COCO_TRANSFORM_BF16, 400 },
		{ SPARSE_BF16, COCO_TRANSFORM_BF16, 480 },
		{ FP8_LIKE, COCO_TRANSFORM_ZSTD, 850 },
		{ TEXT, COCO_TRANSFORM_ZSTD, 50 },
		{ ONE_SYMBOL_HI, COCO_TRANSFORM_BF16, 510 },
	};
	uint8_t *src = alloc(MAX);

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		fill(want[i].kind, src, MAX);

		size_t len = round_trip(want[i].transform, src, MAX);

		print_message("kind %2d as %s: %.2f %%\n", want[i].kind,
			      coco_transform_name(want[i].transform), 100.0 * (double)len / MAX);
		assert_true(len * 1000 <= (size_t)want[i].most * MAX);
	}
	fill(RANDOM, src, MAX);
	for (size_t t = 0; t < ALL; t++)
		assert_int_equal(round_trip(all[t], src, MAX), MAX);
	free(src);
}

static void test_transform_arguments(void **state)
{
	uint8_t a[16] = { 0 }, b[16] = { 1 };
	size_t len = 7;

	(void)state;
	assert_int_equal(coco_transform_encode(ctx, COCO_TRANSFORM_NONE, a, 16, b, 16, &len), 1);
	assert_int_equal(coco_transform_encode(ctx, COCO_TRANSFORM_ZSTD, a, 0, b, 16, &len),
			 COCO_TRANSFORM_E_ARGUMENT);
	assert_int_equal(coco_transform_encode(ctx, COCO_TRANSFORM_ZSTD, a, MAX + 1, b, 16, &len),
			 COCO_TRANSFORM_E_ARGUMENT);
	assert_int_equal(coco_transform_encode(ctx, (enum coco_transform)5, a, 16, b, 16, &len),
			 COCO_TRANSFORM_E_ARGUMENT);
	assert_int_equal(coco_transform_encode(ctx, COCO_TRANSFORM_BF16, a, 16, b, 0, &len), 1);
	assert_int_equal(len, 7);
	assert_int_equal(coco_transform_decode(ctx, COCO_TRANSFORM_NONE, a, 16, b, 16), 0);
	assert_memory_equal(a, b, 16);
	assert_int_equal(coco_transform_decode(ctx, COCO_TRANSFORM_NONE, a, 15, b, 16),
			 COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(coco_transform_decode(ctx, (enum coco_transform)5, a, 16, b, 16),
			 COCO_TRANSFORM_E_ARGUMENT);
	for (size_t t = 0; t < ALL; t++) {
		assert_int_equal(coco_transform_decode(ctx, all[t], a, 0, b, 16),
				 COCO_TRANSFORM_E_FORMAT);
		assert_int_equal(coco_transform_decode(ctx, all[t], a, 16, b, 0),
				 COCO_TRANSFORM_E_ARGUMENT);
		assert_int_equal(coco_transform_decode(ctx, all[t], a, 16, b, MAX + 1),
				 COCO_TRANSFORM_E_ARGUMENT);
	}
}

/* Less room than needed gives 1 and never a write beyond it. */
static void test_transform_small_buffer(void **state)
{
	size_t n = 20000, full = 0;
	uint8_t *src = alloc(n), *dst = alloc(n);

	(void)state;
	fill(BF16, src, n);
	for (size_t t = 0; t < ALL; t++) {
		if (coco_transform_encode(ctx, all[t], src, n, dst, n, &full))
			continue;
		for (size_t cap = 0; cap < full; cap += 1 + cap / 7) {
			uint8_t *exact = alloc(cap);
			size_t len = 0;

			assert_int_equal(coco_transform_encode(ctx, all[t], src, n, exact, cap,
							       &len), 1);
			free(exact);
		}
	}
	free(src);
	free(dst);
}

/* ---- hostile input ---- */

static int decode_copy(enum coco_transform t, const uint8_t *src, size_t n_src, size_t n_dst)
{
	uint8_t *in = alloc(n_src), *out = alloc(n_dst);

	memcpy(in, src, n_src);

	int rc = coco_transform_decode(ctx, t, in, n_src, out, n_dst);

	free(in);
	free(out);
	return rc;
}

static void hostile(enum coco_transform t, enum kind kind, size_t n)
{
	uint8_t *src = alloc(n), *dst = alloc(n + 1);
	size_t len;

	fill(kind, src, n);
	if (coco_transform_encode(ctx, t, src, n, dst, n, &len)) {
		free(src);
		free(dst);
		return;
	}
	/* Truncated at every length, one byte too long, and another size than stored. */
	for (size_t cut = 0; cut < len; cut += 1 + (cut > 64 ? len / 200 : 0))
		assert_int_equal(decode_copy(t, dst, cut, n), COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(decode_copy(t, dst, len - 1, n), COCO_TRANSFORM_E_FORMAT);
	dst[len] = 0;
	assert_int_equal(decode_copy(t, dst, len + 1, n), COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(decode_copy(t, dst, len, n - 1), COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(decode_copy(t, dst, len, n + 1), COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(decode_copy(t, dst, len, MAX), COCO_TRANSFORM_E_FORMAT);
	assert_int_equal(decode_copy(t, dst, len, 1), COCO_TRANSFORM_E_FORMAT);
	/* Flipped bits may decode to something else, but only to n bytes. */
	for (size_t i = 0; i < len; i += 1 + (i > 64 ? len / 100 : 0)) {
		for (unsigned b = 0; b < 8; b++) {
			dst[i] ^= (uint8_t)(1u << b);

			int rc = decode_copy(t, dst, len, n);

			assert_true(rc == 0 || rc == COCO_TRANSFORM_E_FORMAT);
			dst[i] ^= (uint8_t)(1u << b);
		}
	}
	assert_int_equal(decode_copy(t, dst, len, n), 0);
	/* The other transforms must survive it as well. */
	for (size_t i = 0; i < ALL; i++)
		decode_copy(all[i], dst, len, n);
	free(src);
	free(dst);
}

static void test_transform_hostile(void **state)
{
	static const size_t sizes[] = { 300, 5000, 20003, 140001 };

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (size_t t = 0; t < ALL; t++) {
			hostile(all[t], BF16, sizes[s]);
			hostile(all[t], FP32_OF_BF16, sizes[s]);
			hostile(all[t], ZERO, sizes[s]);
			hostile(all[t], TEXT, sizes[s]);
		}
	}
}

static void test_transform_noise_input(void **state)
{
	uint8_t *in = alloc(4096);

	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t n = (size_t)(weights_rnd(&rng) % 4096);
		size_t out = 1 + (size_t)(weights_rnd(&rng) % 8192);

		fill(RANDOM, in, n);
		if (n > 20 && i % 2) {
			/* A plausible header before the noise. */
			memset(in, 0, 17);
			in[4] = (uint8_t)(n / 2);
			memcpy(in + 9, "\x28\xb5\x2f\xfd\x20", 5);
		}
		for (size_t t = 0; t < ALL; t++)
			decode_copy(all[t], in, n, out);
	}
	free(in);
}

/* ---- probe ---- */

static enum coco_transform probe(enum coco_transform_hint hint, enum kind kind)
{
	uint8_t *p[3];
	struct coco_transform_sample samples[3];

	for (size_t i = 0; i < 3; i++) {
		p[i] = alloc(65536);
		fill(kind, p[i], 65536);
		samples[i] = (struct coco_transform_sample){ p[i], 65536 };
	}

	enum coco_transform t = coco_transform_probe(ctx, hint, samples, 3);

	assert_int_equal(coco_transform_probe(ctx, hint, samples, 3), t);
	for (size_t i = 0; i < 3; i++)
		free(p[i]);
	return t;
}

static void test_transform_probe(void **state)
{
	(void)state;
	assert_int_equal(probe(COCO_TRANSFORM_HINT_BF16, BF16), COCO_TRANSFORM_BF16);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_FP16, FP16), COCO_TRANSFORM_FP16);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_FP32, FP32), COCO_TRANSFORM_FP32);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_FP32, FP32_OF_BF16), COCO_TRANSFORM_FP32);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_UNKNOWN, BF16), COCO_TRANSFORM_BF16);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_UNKNOWN, FP16), COCO_TRANSFORM_BF16);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_UNKNOWN, FP32), COCO_TRANSFORM_FP32);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_UNKNOWN, TEXT), COCO_TRANSFORM_ZSTD);
	assert_int_equal(probe(COCO_TRANSFORM_HINT_OTHER, FP8_LIKE), COCO_TRANSFORM_ZSTD);
	for (int h = 0; h <= COCO_TRANSFORM_HINT_OTHER; h++) {
		assert_int_equal(probe((enum coco_transform_hint)h, RANDOM), COCO_TRANSFORM_NONE);
		assert_int_not_equal(probe((enum coco_transform_hint)h, ZERO),
				     COCO_TRANSFORM_NONE);
	}
	assert_int_equal(coco_transform_probe(ctx, COCO_TRANSFORM_HINT_UNKNOWN, NULL, 0),
			 COCO_TRANSFORM_NONE);
}

static void test_transform_names(void **state)
{
	(void)state;
	assert_string_equal(coco_transform_name(COCO_TRANSFORM_NONE), "none");
	assert_string_equal(coco_transform_name(COCO_TRANSFORM_FP32), "fp32");
	assert_string_equal(coco_transform_name((enum coco_transform)9), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transform_round_trips),
		cmocka_unit_test(test_transform_every_length),
		cmocka_unit_test(test_transform_sizes),
		cmocka_unit_test(test_transform_arguments),
		cmocka_unit_test(test_transform_small_buffer),
		cmocka_unit_test(test_transform_hostile),
		cmocka_unit_test(test_transform_noise_input),
		cmocka_unit_test(test_transform_probe),
		cmocka_unit_test(test_transform_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
