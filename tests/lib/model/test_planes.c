/*
 * test_planes.c - byte planes: all 16-bit words, every kernel, every short length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/planes.h"
#include "tests/support/weights.h"

#define WORDS 65536u

static struct weights rng = { 0x1234567 };

static enum coco_planes_kernel kernel(int k)
{
	return (enum coco_planes_kernel)k;
}

static uint8_t *alloc(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	assert_non_null(p);
	return p;
}

static uint8_t *alloc_random(size_t n)
{
	uint8_t *p = alloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(weights_rnd(&rng) >> 32);
	return p;
}

static void test_planes16_every_word(void **state)
{
	uint8_t *src = alloc(2 * WORDS), *hi = alloc(WORDS), *lo = alloc(WORDS);
	uint8_t *back = alloc(2 * WORDS);

	(void)state;
	for (unsigned w = 0; w < WORDS; w++) {
		src[2 * w] = (uint8_t)w;
		src[2 * w + 1] = (uint8_t)(w >> 8);
	}
	for (int k = 0; k < COCO_PLANES_KERNELS; k++) {
		memset(hi, 0xaa, WORDS);
		memset(lo, 0xaa, WORDS);
		memset(back, 0xaa, 2 * WORDS);
		coco_planes16_split_with(kernel(k), src, WORDS, hi, lo);
		for (unsigned w = 0; w < WORDS; w++) {
			assert_int_equal(hi[w], w >> 7 & 0xff);
			assert_int_equal(lo[w], (w & 0x7f) | (w >> 15) << 7);
		}
		coco_planes16_join_with(kernel(k), hi, lo, WORDS, back);
		assert_memory_equal(back, src, 2 * WORDS);
	}
	free(src);
	free(hi);
	free(lo);
	free(back);
}

/* Each length in exact allocations, each buffer at its own misalignment. */
static void test_planes16_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 300; n++) {
		size_t o = n % 5;
		uint8_t *src = alloc_random(2 * n + o), *want_hi = alloc(n), *want_lo = alloc(n);

		coco_planes16_split_with(COCO_PLANES_GENERIC, src + o, n, want_hi, want_lo);
		for (int k = 0; k < COCO_PLANES_KERNELS; k++) {
			uint8_t *hi = alloc(n + 1), *lo = alloc(n + 2), *back = alloc(2 * n + 3);

			coco_planes16_split_with(kernel(k), src + o, n, hi + 1, lo + 2);
			assert_memory_equal(hi + 1, want_hi, n);
			assert_memory_equal(lo + 2, want_lo, n);
			coco_planes16_join_with(kernel(k), hi + 1, lo + 2, n, back + 3);
			assert_memory_equal(back + 3, src + o, 2 * n);
			free(hi);
			free(lo);
			free(back);
		}
		free(src);
		free(want_hi);
		free(want_lo);
	}
}

static void check32(const uint8_t *src, size_t n)
{
	for (int k = 0; k < COCO_PLANES_KERNELS; k++) {
		uint8_t *hi = alloc(n + 1), *rest = alloc(3 * n + 2), *back = alloc(4 * n + 3);
		const uint8_t *p0 = rest + 2, *p1 = p0 + n, *p2 = p1 + n;

		coco_planes32_split_with(kernel(k), src, n, hi + 1, rest + 2);
		for (size_t i = 0; i < n; i++) {
			uint32_t w = src[4 * i] | (uint32_t)src[4 * i + 1] << 8 |
				     (uint32_t)src[4 * i + 2] << 16 |
				     (uint32_t)src[4 * i + 3] << 24;

			assert_int_equal(hi[i + 1], w >> 23 & 0xff);
			assert_int_equal(p0[i], w & 0xff);
			assert_int_equal(p1[i], w >> 8 & 0xff);
			assert_int_equal(p2[i], (w >> 16 & 0x7f) | (w >> 31) << 7);
		}
		coco_planes32_join_with(kernel(k), hi + 1, p0, p1, p2, n, back + 3);
		assert_memory_equal(back + 3, src, 4 * n);
		free(hi);
		free(rest);
		free(back);
	}
}

static void test_planes32_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 300; n++) {
		size_t o = n % 5;
		uint8_t *src = alloc_random(4 * n + o);

		check32(src + o, n);
		free(src);
	}
}

/* Single bits tell which source bit goes where; then many random words. */
static void test_planes32_bits(void **state)
{
	uint8_t src[4 * 64] = { 0 };
	uint8_t *random = alloc_random(4 * WORDS);

	(void)state;
	for (unsigned b = 0; b < 32; b++) {
		src[4 * b + b / 8] = (uint8_t)(1u << b % 8);
		memset(src + 4 * (32 + b), 0xff, 4);
		src[4 * (32 + b) + b / 8] ^= (uint8_t)(1u << b % 8);
	}
	check32(src, 64);
	check32(random, WORDS);
	free(random);
}

static void test_planes_auto(void **state)
{
	uint8_t *src = alloc_random(4 * 1000), *back = alloc(4 * 1000), *planes = alloc(4 * 1000);

	(void)state;
	coco_planes16_split(src, 2000, planes, planes + 2000);
	coco_planes16_join(planes, planes + 2000, 2000, back);
	assert_memory_equal(back, src, 4000);
	coco_planes32_split(src, 1000, planes, planes + 1000);
	coco_planes32_join(planes, planes + 1000, planes + 2000, planes + 3000, 1000, back);
	assert_memory_equal(back, src, 4000);
	assert_true(coco_planes_kernel_available(COCO_PLANES_GENERIC));
	assert_false(coco_planes_kernel_available(COCO_PLANES_KERNELS));
	free(src);
	free(back);
	free(planes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planes16_every_word),
		cmocka_unit_test(test_planes16_every_length),
		cmocka_unit_test(test_planes32_every_length),
		cmocka_unit_test(test_planes32_bits),
		cmocka_unit_test(test_planes_auto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
