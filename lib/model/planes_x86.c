/*
 * planes_x86.c - byte planes with AVX2 and AVX-512BW.
 *
 * Packing and unpacking instructions work within 128-bit lanes, so every direction has one
 * permutation across lanes besides the arithmetic of planes.h.  VBMI was considered: its
 * two-source byte permutation is slower than pack and permute on current processors.
 *
 * The caller checks coco_cpu_features().  Source: Intel Intrinsics Guide.
 */
#include "lib/model/planes_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE static inline __attribute__((always_inline))

/* ---- AVX2 ---- */

AVX2 INLINE __m256i y_load(const uint8_t *p)
{
	return _mm256_loadu_si256((const void *)p);
}

AVX2 INLINE void y_store(uint8_t *p, __m256i v)
{
	_mm256_storeu_si256((void *)p, v);
}

/* a where mask is set, else b. */
AVX2 INLINE __m256i y_select(__m256i mask, __m256i a, __m256i b)
{
	return _mm256_or_si256(_mm256_and_si256(mask, a), _mm256_andnot_si256(mask, b));
}

/* The low bytes of 32 words whose high bytes are 0. */
AVX2 INLINE __m256i y_pack(__m256i a, __m256i b)
{
	return _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
}

AVX2 INLINE __m256i y_lo16(__m256i w)
{
	__m256i sign = _mm256_and_si256(_mm256_srli_epi16(w, 8), _mm256_set1_epi16(0x80));

	return _mm256_or_si256(_mm256_and_si256(w, _mm256_set1_epi16(0x7f)), sign);
}

AVX2 INLINE __m256i y_hi16(__m256i w)
{
	return _mm256_and_si256(_mm256_srli_epi16(w, 7), _mm256_set1_epi16(0xff));
}

/* Words from x = hi << 8 | lo. */
AVX2 INLINE __m256i y_word16(__m256i x)
{
	__m256i sign = _mm256_and_si256(_mm256_slli_epi16(x, 8), _mm256_set1_epi16(-0x8000));
	__m256i low = _mm256_and_si256(x, _mm256_set1_epi16(0x7f));
	__m256i exp = _mm256_and_si256(_mm256_srli_epi16(x, 1), _mm256_set1_epi16(0x7f80));

	return _mm256_or_si256(_mm256_or_si256(sign, low), exp);
}

AVX2 size_t coco_planes16_split_avx2(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *lo)
{
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i a = y_load(src + 2 * i), b = y_load(src + 2 * i + 32);

		y_store(hi + i, y_pack(y_hi16(a), y_hi16(b)));
		y_store(lo + i, y_pack(y_lo16(a), y_lo16(b)));
	}
	return i;
}

AVX2 size_t coco_planes16_join_avx2(const uint8_t *hi, const uint8_t *lo, size_t n, uint8_t *dst)
{
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i h = _mm256_permute4x64_epi64(y_load(hi + i), 0xd8);
		__m256i l = _mm256_permute4x64_epi64(y_load(lo + i), 0xd8);

		y_store(dst + 2 * i, y_word16(_mm256_unpacklo_epi8(l, h)));
		y_store(dst + 2 * i + 32, y_word16(_mm256_unpackhi_epi8(l, h)));
	}
	return i;
}

/*
 * 32-bit words: the exponent moves to the top byte and the sign to bit 23, which leaves
 * four whole bytes to transpose.  y_gather brings the bytes of equal weight together
 * within each lane: four dwords, one per plane; it is its own inverse.
 */
AVX2 INLINE __m256i y_turn32(__m256i w)
{
	__m256i exp = _mm256_slli_epi32(w, 1);
	__m256i low = y_select(_mm256_set1_epi32(0x7fffff), w, _mm256_srli_epi32(w, 8));

	return y_select(_mm256_set1_epi32(-0x1000000), exp, low);
}

AVX2 INLINE __m256i y_turn32_back(__m256i x)
{
	__m256i exp = _mm256_srli_epi32(x, 1);
	__m256i top = y_select(_mm256_set1_epi32(0x7f800000), exp, _mm256_slli_epi32(x, 8));

	return y_select(_mm256_set1_epi32(0x7fffff), x, top);
}

AVX2 INLINE __m256i y_gather(__m256i x)
{
	const __m256i order = _mm256_set_epi64x(0x0f0b07030e0a0602, 0x0d0905010c080400,
						0x0f0b07030e0a0602, 0x0d0905010c080400);

	return _mm256_shuffle_epi8(x, order);
}

AVX2 size_t coco_planes32_split_avx2(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *rest)
{
	const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		const uint8_t *p = src + 4 * i;
		__m256i a = y_gather(y_turn32(y_load(p)));
		__m256i b = y_gather(y_turn32(y_load(p + 32)));
		__m256i c = y_gather(y_turn32(y_load(p + 64)));
		__m256i d = y_gather(y_turn32(y_load(p + 96)));
		__m256i ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d);
		__m256i p0 = _mm256_unpacklo_epi64(ab, cd), p1 = _mm256_unpackhi_epi64(ab, cd);

		ab = _mm256_unpackhi_epi32(a, b);
		cd = _mm256_unpackhi_epi32(c, d);

		__m256i p2 = _mm256_unpacklo_epi64(ab, cd), p3 = _mm256_unpackhi_epi64(ab, cd);

		y_store(rest + i, _mm256_permutevar8x32_epi32(p0, order));
		y_store(rest + n + i, _mm256_permutevar8x32_epi32(p1, order));
		y_store(rest + 2 * n + i, _mm256_permutevar8x32_epi32(p2, order));
		y_store(hi + i, _mm256_permutevar8x32_epi32(p3, order));
	}
	return i;
}

AVX2 size_t coco_planes32_join_avx2(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
				    const uint8_t *p2, size_t n, uint8_t *dst)
{
	const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i a = _mm256_permutevar8x32_epi32(y_load(p0 + i), order);
		__m256i b = _mm256_permutevar8x32_epi32(y_load(p1 + i), order);
		__m256i c = _mm256_permutevar8x32_epi32(y_load(p2 + i), order);
		__m256i d = _mm256_permutevar8x32_epi32(y_load(hi + i), order);
		__m256i ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d);
		uint8_t *q = dst + 4 * i;

		y_store(q, y_turn32_back(y_gather(_mm256_unpacklo_epi64(ab, cd))));
		y_store(q + 32, y_turn32_back(y_gather(_mm256_unpackhi_epi64(ab, cd))));
		ab = _mm256_unpackhi_epi32(a, b);
		cd = _mm256_unpackhi_epi32(c, d);
		y_store(q + 64, y_turn32_back(y_gather(_mm256_unpacklo_epi64(ab, cd))));
		y_store(q + 96, y_turn32_back(y_gather(_mm256_unpackhi_epi64(ab, cd))));
	}
	return i;
}

/* ---- AVX-512 ---- */

AVX512 INLINE __m512i z_load(const uint8_t *p)
{
	return _mm512_loadu_si512((const void *)p);
}

AVX512 INLINE void z_store(uint8_t *p, __m512i v)
{
	_mm512_storeu_si512((void *)p, v);
}

/* a where mask is set, else b. */
AVX512 INLINE __m512i z_select(__m512i mask, __m512i a, __m512i b)
{
	return _mm512_ternarylogic_epi32(mask, a, b, 0xca);
}

AVX512 INLINE __m512i z_pack(__m512i a, __m512i b)
{
	const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);

	return _mm512_permutexvar_epi64(order, _mm512_packus_epi16(a, b));
}

AVX512 INLINE __m512i z_lo16(__m512i w)
{
	__m512i x = z_select(_mm512_set1_epi16(0x7f), w, _mm512_srli_epi16(w, 8));

	return _mm512_and_si512(x, _mm512_set1_epi16(0xff));
}

AVX512 INLINE __m512i z_hi16(__m512i w)
{
	return _mm512_and_si512(_mm512_srli_epi16(w, 7), _mm512_set1_epi16(0xff));
}

AVX512 INLINE __m512i z_word16(__m512i x)
{
	__m512i low = z_select(_mm512_set1_epi16(0x7f), x, _mm512_slli_epi16(x, 8));

	return z_select(_mm512_set1_epi16(0x7f80), _mm512_srli_epi16(x, 1), low);
}

AVX512 size_t coco_planes16_split_avx512(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *lo)
{
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i a = z_load(src + 2 * i), b = z_load(src + 2 * i + 64);

		z_store(hi + i, z_pack(z_hi16(a), z_hi16(b)));
		z_store(lo + i, z_pack(z_lo16(a), z_lo16(b)));
	}
	return i;
}

AVX512 size_t coco_planes16_join_avx512(const uint8_t *hi, const uint8_t *lo, size_t n,
					uint8_t *dst)
{
	const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i h = _mm512_permutexvar_epi64(order, z_load(hi + i));
		__m512i l = _mm512_permutexvar_epi64(order, z_load(lo + i));

		z_store(dst + 2 * i, z_word16(_mm512_unpacklo_epi8(l, h)));
		z_store(dst + 2 * i + 64, z_word16(_mm512_unpackhi_epi8(l, h)));
	}
	return i;
}

AVX512 INLINE __m512i z_gather(__m512i x)
{
	const __m512i order = _mm512_broadcast_i32x4(
		_mm_set_epi64x(0x0f0b07030e0a0602, 0x0d0905010c080400));

	return _mm512_shuffle_epi8(x, order);
}

/* A 4 x 4 transposition of dwords: rows are dwords k of all lanes, then lanes k. */
AVX512 INLINE __m512i z_transpose(__m512i x)
{
	const __m512i order =
		_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

	return _mm512_permutexvar_epi32(order, x);
}

/* 16 words become four 16-byte pieces of planes, lowest plane first; and back. */
AVX512 INLINE __m512i z_split32(__m512i w)
{
	__m512i low = z_select(_mm512_set1_epi32(0x7fffff), w, _mm512_srli_epi32(w, 8));
	__m512i x = z_select(_mm512_set1_epi32(-0x1000000), _mm512_slli_epi32(w, 1), low);

	return z_transpose(z_gather(x));
}

AVX512 INLINE __m512i z_join32(__m512i v)
{
	__m512i x = z_gather(z_transpose(v));
	__m512i top = z_select(_mm512_set1_epi32(0x7f800000), _mm512_srli_epi32(x, 1),
			       _mm512_slli_epi32(x, 8));

	return z_select(_mm512_set1_epi32(0x7fffff), x, top);
}

AVX512 size_t coco_planes32_split_avx512(const uint8_t *src, size_t n, uint8_t *hi,
					 uint8_t *rest)
{
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		const uint8_t *p = src + 4 * i;
		__m512i a = z_split32(z_load(p)), b = z_split32(z_load(p + 64));
		__m512i c = z_split32(z_load(p + 128)), d = z_split32(z_load(p + 192));
		__m512i ab = _mm512_shuffle_i32x4(a, b, 0x44);
		__m512i cd = _mm512_shuffle_i32x4(c, d, 0x44);

		z_store(rest + i, _mm512_shuffle_i32x4(ab, cd, 0x88));
		z_store(rest + n + i, _mm512_shuffle_i32x4(ab, cd, 0xdd));
		ab = _mm512_shuffle_i32x4(a, b, 0xee);
		cd = _mm512_shuffle_i32x4(c, d, 0xee);
		z_store(rest + 2 * n + i, _mm512_shuffle_i32x4(ab, cd, 0x88));
		z_store(hi + i, _mm512_shuffle_i32x4(ab, cd, 0xdd));
	}
	return i;
}

AVX512 size_t coco_planes32_join_avx512(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
					const uint8_t *p2, size_t n, uint8_t *dst)
{
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i a = z_load(p0 + i), b = z_load(p1 + i);
		__m512i c = z_load(p2 + i), d = z_load(hi + i);
		__m512i ab = _mm512_shuffle_i32x4(a, b, 0x44);
		__m512i cd = _mm512_shuffle_i32x4(c, d, 0x44);
		uint8_t *q = dst + 4 * i;

		z_store(q, z_join32(_mm512_shuffle_i32x4(ab, cd, 0x88)));
		z_store(q + 64, z_join32(_mm512_shuffle_i32x4(ab, cd, 0xdd)));
		ab = _mm512_shuffle_i32x4(a, b, 0xee);
		cd = _mm512_shuffle_i32x4(c, d, 0xee);
		z_store(q + 128, z_join32(_mm512_shuffle_i32x4(ab, cd, 0x88)));
		z_store(q + 192, z_join32(_mm512_shuffle_i32x4(ab, cd, 0xdd)));
	}
	return i;
}

#else
/* ISO C wants a declaration in every file. */
extern const int coco_planes_no_x86;
#endif
