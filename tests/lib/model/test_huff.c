/*
 * test_huff.c - literals-only zstd frames: ours read by libzstd, libzstd's read by ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "lib/model/huff.h"
#include "tests/support/weights.h"

#define MAX COCO_HUFF_MAX

static struct coco_huff *h;
static ZSTD_CCtx *cctx;
static ZSTD_DCtx *dctx;
static struct weights rng = { 0x777 };

static uint8_t *alloc(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	assert_non_null(p);
	return p;
}

static int setup(void **state)
{
	(void)state;
	h = coco_huff_new();
	cctx = ZSTD_createCCtx();
	dctx = ZSTD_createDCtx();
	if (!h || !cctx || !dctx)
		return -1;
	ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(cctx, ZSTD_c_targetLength, 131072);
	ZSTD_CCtx_setParameter(cctx, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	coco_huff_free(h);
	coco_huff_free(NULL);
	ZSTD_freeCCtx(cctx);
	ZSTD_freeDCtx(dctx);
	return 0;
}

/* ---- distributions ---- */

/* Symbols 0 to `symbols` - 1 in random order, the i-th with weight about ratio^i. */
static void geometric(uint8_t *p, size_t n, unsigned symbols, double ratio)
{
	uint8_t order[256];
	double limit[256], sum = 0, x = 1;

	for (unsigned i = 0; i < 256; i++)
		order[i] = (uint8_t)i;
	for (unsigned i = 255; i; i--) {
		unsigned j = (unsigned)(weights_rnd(&rng) % (i + 1));
		uint8_t t = order[i];

		order[i] = order[j];
		order[j] = t;
	}
	for (unsigned i = 0; i < symbols; i++, x *= ratio)
		limit[i] = sum += x;
	for (size_t i = 0; i < n; i++) {
		double v = (double)(weights_rnd(&rng) >> 11) / 9007199254740992.0 * sum;
		unsigned s = 0;

		while (s + 1 < symbols && v >= limit[s])
			s++;
		p[i] = order[s];
	}
}

static void exponents(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(weights_bits(weights_normal(&rng, 0.02)) >> 23);
}

/* ---- ours to libzstd and to ours ---- */

/* Size of the frame, n if the encoder declines. */
static size_t check(const uint8_t *src, size_t n)
{
	uint8_t *dst = alloc(n), *back = alloc(n), *exact;
	size_t len = 4711;

	if (coco_huff_encode(h, src, n, dst, n, &len)) {
		assert_int_equal(len, 4711);
		free(dst);
		free(back);
		return n;
	}
	assert_true(len <= n);
	exact = alloc(len);
	memcpy(exact, dst, len);
	memset(back, 0x5a, n);

	size_t r = ZSTD_decompressDCtx(dctx, back, n, exact, len);

	if (ZSTD_isError(r))
		print_message("libzstd: %s\n", ZSTD_getErrorName(r));
	assert_int_equal(r, n);
	assert_memory_equal(back, src, n);
	memset(back, 0x5a, n);

	int rc = coco_huff_decode(h, exact, len, back, n);

	assert_int_equal(rc, len > n / 2);
	if (!rc)
		assert_memory_equal(back, src, n);
	/* One byte less of room, and it declines without a write beyond. */
	size_t other = 0;
	uint8_t *small = alloc(len - 1);

	assert_int_equal(coco_huff_encode(h, src, n, small, len - 1, &other), 1);
	free(small);
	free(exact);
	free(dst);
	free(back);
	return len;
}

static void test_huff_distributions(void **state)
{
	static const unsigned symbols[] = { 2, 3, 5, 16, 100, 128, 129, 130, 200, 255, 256 };
	static const double ratios[] = { 0.1, 0.5, 0.7, 0.9, 0.97, 1 };
	static const size_t sizes[] = { 1024, 1025, 5000, 65535, 65791, 65792, 131072, 131073,
					131072 + 100, 400000 };
	uint8_t *p = alloc(MAX);
	unsigned coded = 0;

	(void)state;
	for (size_t s = 0; s < sizeof(symbols) / sizeof(symbols[0]); s++) {
		for (size_t r = 0; r < sizeof(ratios) / sizeof(ratios[0]); r++) {
			for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
				geometric(p, sizes[n], symbols[s], ratios[r]);
				coded += check(p, sizes[n]) < sizes[n];
			}
		}
	}
	print_message("%u of %u coded\n", coded, 11 * 6 * 10);
	assert_true(coded > 540);
	free(p);
}

static void test_huff_exponents(void **state)
{
	uint8_t *p = alloc(MAX);

	(void)state;
	exponents(p, MAX);

	size_t len = check(p, MAX), r;
	uint8_t *dst = alloc(ZSTD_compressBound(MAX));

	r = ZSTD_compress2(cctx, dst, ZSTD_compressBound(MAX), p, MAX);
	print_message("exponents: %.3f %%, libzstd %.3f %%\n", 100.0 * (double)len / MAX,
		      100.0 * (double)r / MAX);
	/* The sample and the single tree cost less than 2/1000. */
	assert_true(len < r + r / 500);
	/* A rare byte anywhere, unseen by the sample. */
	for (size_t at = 1; at < MAX; at = at * 3 + 1) {
		uint8_t was = p[at];

		p[at] = (uint8_t)(200 + at % 7);
		assert_true(check(p, MAX) < len + len / 100);
		p[at] = was;
	}
	/* Constant blocks between others, at the start, and noise in one. */
	memset(p, 7, 131072);
	memset(p + 5 * 131072, 9, 131072);
	check(p, MAX);
	geometric(p + 6 * 131072, 131072, 256, 1);
	check(p, MAX);
	memset(p, 7, MAX);
	assert_in_range(check(p, MAX), 1, 100);
	free(dst);
	free(p);
}

static void test_huff_declines(void **state)
{
	uint8_t *p = alloc(MAX + 1), *dst = alloc(MAX + 1);
	size_t len = 0;

	(void)state;
	geometric(p, MAX, 256, 1);
	assert_int_equal(check(p, MAX), MAX);
	memset(p, 0, MAX + 1);
	assert_int_equal(coco_huff_encode(h, p, 1023, dst, MAX, &len), 1);
	assert_int_equal(coco_huff_encode(h, p, 0, dst, MAX, &len), 1);
	assert_int_equal(coco_huff_encode(h, p, MAX + 1, dst, MAX, &len), 1);
	assert_int_equal(coco_huff_encode(h, p, MAX, dst, 8, &len), 1);
	free(p);
	free(dst);
}

/* ---- libzstd to ours ---- */

static void test_huff_reads_libzstd(void **state)
{
	uint8_t *p = alloc(MAX), *dst = alloc(ZSTD_compressBound(MAX)), *back = alloc(MAX);
	unsigned taken = 0, all = 0;

	(void)state;
	for (unsigned round = 0; round < 150; round++) {
		size_t n = 300 + (size_t)(weights_rnd(&rng) % (round % 5 ? 20000 : 600000));
		unsigned symbols = 2 + (unsigned)(weights_rnd(&rng) % 255);

		geometric(p, n, symbols, 0.5 + 0.5 * (double)(weights_rnd(&rng) % 1000) / 1000);

		size_t len = ZSTD_compress2(cctx, dst, ZSTD_compressBound(MAX), p, n);
		uint8_t *exact = alloc(len);

		assert_false(ZSTD_isError(len));
		memcpy(exact, dst, len);
		all++;
		if (!coco_huff_decode(h, exact, len, back, n)) {
			taken++;
			assert_memory_equal(back, p, n);
		}
		free(exact);
	}
	print_message("read %u of %u\n", taken, all);
	assert_true(taken > all / 8);
	free(p);
	free(dst);
	free(back);
}

/* Flipped bits and truncation: whatever we accept, libzstd accepts with the same bytes. */
static void test_huff_hostile(void **state)
{
	size_t n = 6000, len;
	uint8_t *p = alloc(n), *dst = alloc(n), *ours = alloc(n), *theirs = alloc(n);
	unsigned accepted = 0;

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		geometric(p, n, kind < 2 ? 30 : 250, kind & 1 ? 0.8 : 0.6);
		assert_int_equal(coco_huff_encode(h, p, n, dst, n, &len), 0);
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = alloc(cut);

			memcpy(exact, dst, cut);
			assert_int_equal(coco_huff_decode(h, exact, cut, ours, n), 1);
			free(exact);
		}
		for (size_t bit = 0; bit < 8 * len; bit++) {
			uint8_t *exact = alloc(len);

			memcpy(exact, dst, len);
			exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (!coco_huff_decode(h, exact, len, ours, n)) {
				accepted++;
				assert_int_equal(ZSTD_decompressDCtx(dctx, theirs, n, exact, len),
						 n);
				assert_memory_equal(ours, theirs, n);
			}
			free(exact);
		}
		assert_int_equal(coco_huff_decode(h, dst, len, ours, n - 1), 1);
		assert_int_equal(coco_huff_decode(h, dst, len, ours, n), 0);
	}
	print_message("%u flips still valid, as in libzstd\n", accepted);
	free(p);
	free(dst);
	free(ours);
	free(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_huff_distributions),
		cmocka_unit_test(test_huff_exponents),
		cmocka_unit_test(test_huff_declines),
		cmocka_unit_test(test_huff_reads_libzstd),
		cmocka_unit_test(test_huff_hostile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
