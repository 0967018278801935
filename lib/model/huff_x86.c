/*
 * huff_x86.c - finding bytes outside a set, with x86 vectors.
 *
 * A set of bytes as a 16 x 16 bit table: the low half of a byte selects one byte of each of
 * two shuffles (for a high half below and above 8), the high half selects the bit in it.
 *
 * The caller checks coco_cpu_features().  Source: Intel Intrinsics Guide.
 */
#include "lib/model/huff_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

struct rows {
	uint8_t below[16], above[16];
};

static struct rows make_rows(const uint8_t member[256])
{
	struct rows r = { { 0 }, { 0 } };

	for (unsigned i = 0; i < 128; i++) {
		if (member[i])
			r.below[i & 15] |= (uint8_t)(1u << (i >> 4));
		if (member[128 + i])
			r.above[i & 15] |= (uint8_t)(1u << (i >> 4));
	}
	return r;
}

/* Bit k for high halves k and k + 8. */
#define BIT_LO 0x8040201008040201

__attribute__((target("avx2")))
size_t coco_huff_missing_avx2(const uint8_t *p, size_t n, const uint8_t member[256])
{
	const struct rows r = make_rows(member);
	const __m256i below = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)r.below));
	const __m256i above = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)r.above));
	const __m256i bit = _mm256_set1_epi64x((long long)BIT_LO);
	const __m256i low = _mm256_set1_epi8(15);
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i x = _mm256_loadu_si256((const void *)(p + i));
		__m256i lo = _mm256_and_si256(x, low);
		__m256i hi = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
		__m256i row = _mm256_blendv_epi8(_mm256_shuffle_epi8(below, lo),
						 _mm256_shuffle_epi8(above, lo), x);
		__m256i got = _mm256_and_si256(row, _mm256_shuffle_epi8(bit, hi));

		if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(got, _mm256_setzero_si256())))
			break;
	}
	return i;
}

__attribute__((target("avx512f,avx512bw")))
size_t coco_huff_missing_avx512(const uint8_t *p, size_t n, const uint8_t member[256])
{
	const struct rows r = make_rows(member);
	const __m512i below = _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)r.below));
	const __m512i above = _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)r.above));
	const __m512i bit = _mm512_set1_epi64((long long)BIT_LO);
	const __m512i low = _mm512_set1_epi8(15);
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i x = _mm512_loadu_si512((const void *)(p + i));
		__m512i lo = _mm512_and_si512(x, low);
		__m512i hi = _mm512_and_si512(_mm512_srli_epi16(x, 4), low);
		__m512i row = _mm512_mask_shuffle_epi8(_mm512_shuffle_epi8(below, lo),
						       _mm512_movepi8_mask(x), above, lo);

		if (~_mm512_test_epi8_mask(row, _mm512_shuffle_epi8(bit, hi)))
			break;
	}
	return i;
}

#else
/* ISO C wants a declaration in every file. */
struct coco_huff;
#endif
