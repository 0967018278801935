/*
 * sha256_x86.c - SHA-256 block kernels with x86 vectors: many streams side by side.
 *
 * A register holds the same 32-bit word of 8 or 16 streams, and the rounds are the plain
 * ones of the standard.  A block of every stream is loaded straight from its place and
 * transposed in registers; there is no copy.  AVX-512 has rotations and three-input logic,
 * which halve the instructions of AVX2.  Software prefetch was tried and gains nothing.
 *
 * Each function carries its own target attribute; the caller checks coco_cpu_features().
 * Source: FIPS 180-4 section 6.2.2, Intel Intrinsics Guide.
 */
#include "lib/crypto/sha256_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2     __attribute__((target("avx2")))
#define AVX512   __attribute__((target("avx512f,avx512bw")))
#define AVX512VL __attribute__((target("avx2,avx512f,avx512vl")))
#define INLINE   static inline __attribute__((always_inline))

/* ---- one word of each stream per lane ---- */

/*
 * Both vector kernels are these macros over a few operations of their width.  w is an
 * array of 16 vectors, v the eight working variables.  ROUNDS16 does rounds t to t + 15;
 * with NEXT as its last argument each word is first replaced by the one 16 rounds later.
 */
#define NEXT(op, w, i)                                                                       \
	((w)[i] = op##_add(op##_add((w)[i], op##_sigma0((w)[((i) + 1) & 15])),               \
			   op##_add((w)[((i) + 9) & 15], op##_sigma1((w)[((i) + 14) & 15]))))
#define SAME(op, w, i) ((void)0)

#define LANE_ROUND(op, a, b, c, d, e, f, g, h, w, i, t, SCHED)                               \
	do {                                                                                 \
		SCHED(op, w, i);                                                             \
		h = op##_add(h, op##_add((w)[i], op##_set1(coco_sha256_k[(t) + (i)])));      \
		h = op##_add(h, op##_ch(e, f, g));                                           \
		h = op##_add(h, op##_sum1(e));                                               \
		d = op##_add(d, h);                                                          \
		h = op##_add(h, op##_add(op##_maj(a, b, c), op##_sum0(a)));                  \
	} while (0)

#define LANE_ROUNDS8(op, v, w, i, t, SCHED)                                                  \
	do {                                                                                 \
		LANE_ROUND(op, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], w, i, t,      \
			   SCHED);                                                           \
		LANE_ROUND(op, v[7], v[0], v[1], v[2], v[3], v[4], v[5], v[6], w, (i) + 1, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[6], v[7], v[0], v[1], v[2], v[3], v[4], v[5], w, (i) + 2, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[5], v[6], v[7], v[0], v[1], v[2], v[3], v[4], w, (i) + 3, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[4], v[5], v[6], v[7], v[0], v[1], v[2], v[3], w, (i) + 4, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[3], v[4], v[5], v[6], v[7], v[0], v[1], v[2], w, (i) + 5, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[2], v[3], v[4], v[5], v[6], v[7], v[0], v[1], w, (i) + 6, t, \
			   SCHED);                                                           \
		LANE_ROUND(op, v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[0], w, (i) + 7, t, \
			   SCHED);                                                           \
	} while (0)

#define LANE_ROUNDS16(op, v, w, t, SCHED)                                                    \
	do {                                                                                 \
		LANE_ROUNDS8(op, v, w, 0, t, SCHED);                                         \
		LANE_ROUNDS8(op, v, w, 8, t, SCHED);                                         \
	} while (0)

/* ---- AVX-512F and BW, 16 streams ---- */

AVX512 INLINE __m512i z_add(__m512i a, __m512i b)
{
	return _mm512_add_epi32(a, b);
}

AVX512 INLINE __m512i z_set1(uint32_t k)
{
	return _mm512_set1_epi32((int)k);
}

AVX512 INLINE __m512i z_xor3(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

AVX512 INLINE __m512i z_ch(__m512i e, __m512i f, __m512i g)
{
	return _mm512_ternarylogic_epi32(e, f, g, 0xca);
}

AVX512 INLINE __m512i z_maj(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
}

AVX512 INLINE __m512i z_sum0(__m512i a)
{
	return z_xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
}

AVX512 INLINE __m512i z_sum1(__m512i e)
{
	return z_xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
}

AVX512 INLINE __m512i z_sigma0(__m512i w)
{
	return z_xor3(_mm512_ror_epi32(w, 7), _mm512_ror_epi32(w, 18), _mm512_srli_epi32(w, 3));
}

AVX512 INLINE __m512i z_sigma1(__m512i w)
{
	return z_xor3(_mm512_ror_epi32(w, 17), _mm512_ror_epi32(w, 19),
		      _mm512_srli_epi32(w, 10));
}

AVX512 INLINE __m512i z_bswap(__m512i x)
{
	const __m512i swap = _mm512_broadcast_i32x4(
		_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));

	return _mm512_shuffle_epi8(x, swap);
}

/*
 * Four streams (i to i + 3 of each group of four) at 32-bit granularity: afterwards the
 * 128-bit lane j of row r holds word 4j + r of the four streams.
 */
AVX512 INLINE void z_transpose4(__m512i x[16], int i)
{
	__m512i a = _mm512_unpacklo_epi32(x[i], x[i + 1]);
	__m512i b = _mm512_unpackhi_epi32(x[i], x[i + 1]);
	__m512i c = _mm512_unpacklo_epi32(x[i + 2], x[i + 3]);
	__m512i d = _mm512_unpackhi_epi32(x[i + 2], x[i + 3]);

	x[i] = _mm512_unpacklo_epi64(a, c);
	x[i + 1] = _mm512_unpackhi_epi64(a, c);
	x[i + 2] = _mm512_unpacklo_epi64(b, d);
	x[i + 3] = _mm512_unpackhi_epi64(b, d);
}

/* Rows r, 4 + r, 8 + r, 12 + r: a 4 x 4 transposition of their 128-bit lanes. */
AVX512 INLINE void z_transpose128(__m512i x[16], int r)
{
	__m512i a = _mm512_shuffle_i32x4(x[r], x[4 + r], 0x44);
	__m512i b = _mm512_shuffle_i32x4(x[r], x[4 + r], 0xee);
	__m512i c = _mm512_shuffle_i32x4(x[8 + r], x[12 + r], 0x44);
	__m512i d = _mm512_shuffle_i32x4(x[8 + r], x[12 + r], 0xee);

	x[r] = z_bswap(_mm512_shuffle_i32x4(a, c, 0x88));
	x[4 + r] = z_bswap(_mm512_shuffle_i32x4(a, c, 0xdd));
	x[8 + r] = z_bswap(_mm512_shuffle_i32x4(b, d, 0x88));
	x[12 + r] = z_bswap(_mm512_shuffle_i32x4(b, d, 0xdd));
}

AVX512 INLINE void z_load4(__m512i w[16], const uint8_t *const p[16], int i, size_t at)
{
	w[i] = _mm512_loadu_si512((const void *)(p[i] + at));
	w[i + 1] = _mm512_loadu_si512((const void *)(p[i + 1] + at));
	w[i + 2] = _mm512_loadu_si512((const void *)(p[i + 2] + at));
	w[i + 3] = _mm512_loadu_si512((const void *)(p[i + 3] + at));
	z_transpose4(w, i);
}

AVX512 INLINE void z_load(__m512i w[16], const uint8_t *const p[16], size_t at)
{
	z_load4(w, p, 0, at);
	z_load4(w, p, 4, at);
	z_load4(w, p, 8, at);
	z_load4(w, p, 12, at);
	z_transpose128(w, 0);
	z_transpose128(w, 1);
	z_transpose128(w, 2);
	z_transpose128(w, 3);
}

/* Adds the chaining value kept in rows and keeps the sum there. */
AVX512 INLINE void z_chain(__m512i v[8], uint32_t rows[8][16], int j)
{
	v[j] = z_add(v[j], _mm512_load_si512(rows[j]));
	_mm512_store_si512(rows[j], v[j]);
}

AVX512 void coco_sha256_blocks_avx512x16(uint32_t *const h[16], const uint8_t *const p[16],
					 size_t blocks)
{
	uint32_t rows[8][16] __attribute__((aligned(64)));
	__m512i v[8], w[16];

	for (int i = 0; i < 16; i++) {
		for (int j = 0; j < 8; j++)
			rows[j][i] = h[i][j];
	}
	v[0] = _mm512_load_si512(rows[0]);
	v[1] = _mm512_load_si512(rows[1]);
	v[2] = _mm512_load_si512(rows[2]);
	v[3] = _mm512_load_si512(rows[3]);
	v[4] = _mm512_load_si512(rows[4]);
	v[5] = _mm512_load_si512(rows[5]);
	v[6] = _mm512_load_si512(rows[6]);
	v[7] = _mm512_load_si512(rows[7]);
	for (size_t at = 0; blocks; blocks--, at += 64) {
		z_load(w, p, at);
		LANE_ROUNDS16(z, v, w, 0, SAME);
		for (int t = 16; t < 64; t += 16)
			LANE_ROUNDS16(z, v, w, t, NEXT);
		z_chain(v, rows, 0);
		z_chain(v, rows, 1);
		z_chain(v, rows, 2);
		z_chain(v, rows, 3);
		z_chain(v, rows, 4);
		z_chain(v, rows, 5);
		z_chain(v, rows, 6);
		z_chain(v, rows, 7);
	}
	for (int i = 0; i < 16; i++) {
		for (int j = 0; j < 8; j++)
			h[i][j] = rows[j][i];
	}
}

/* ---- AVX2, 8 streams ---- */

AVX2 INLINE __m256i y_add(__m256i a, __m256i b)
{
	return _mm256_add_epi32(a, b);
}

AVX2 INLINE __m256i y_set1(uint32_t k)
{
	return _mm256_set1_epi32((int)k);
}

AVX2 INLINE __m256i y_xor(__m256i a, __m256i b)
{
	return _mm256_xor_si256(a, b);
}

AVX2 INLINE __m256i y_ror(__m256i x, int n)
{
	return y_xor(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - n));
}

AVX2 INLINE __m256i y_ch(__m256i e, __m256i f, __m256i g)
{
	return y_xor(_mm256_and_si256(y_xor(f, g), e), g);
}

AVX2 INLINE __m256i y_maj(__m256i a, __m256i b, __m256i c)
{
	return y_xor(_mm256_and_si256(y_xor(a, b), y_xor(b, c)), b);
}

AVX2 INLINE __m256i y_sum0(__m256i a)
{
	return y_xor(y_xor(y_ror(a, 2), y_ror(a, 13)), y_ror(a, 22));
}

AVX2 INLINE __m256i y_sum1(__m256i e)
{
	return y_xor(y_xor(y_ror(e, 6), y_ror(e, 11)), y_ror(e, 25));
}

AVX2 INLINE __m256i y_sigma0(__m256i w)
{
	return y_xor(y_xor(y_ror(w, 7), y_ror(w, 18)), _mm256_srli_epi32(w, 3));
}

AVX2 INLINE __m256i y_sigma1(__m256i w)
{
	return y_xor(y_xor(y_ror(w, 17), y_ror(w, 19)), _mm256_srli_epi32(w, 10));
}

AVX2 INLINE __m256i y_load(const uint8_t *p, size_t at)
{
	const __m256i swap = _mm256_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203,
					       0x0c0d0e0f08090a0b, 0x0405060700010203);

	return _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)(p + at)), swap);
}

/* Four streams: afterwards 128-bit lane j of x[r] holds word 4j + r of the four. */
AVX2 INLINE void y_load4(__m256i x[4], const uint8_t *const p[4], size_t at)
{
	__m256i a = y_load(p[0], at), b = y_load(p[1], at);
	__m256i c = y_load(p[2], at), d = y_load(p[3], at);
	__m256i ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d);

	x[0] = _mm256_unpacklo_epi64(ab, cd);
	x[1] = _mm256_unpackhi_epi64(ab, cd);
	ab = _mm256_unpackhi_epi32(a, b);
	cd = _mm256_unpackhi_epi32(c, d);
	x[2] = _mm256_unpacklo_epi64(ab, cd);
	x[3] = _mm256_unpackhi_epi64(ab, cd);
}

/* 32 bytes of each of the eight streams become the eight vectors at w. */
AVX2 INLINE void y_load8(__m256i *w, const uint8_t *const p[8], size_t at)
{
	__m256i x[4], y[4];

	y_load4(x, p, at);
	y_load4(y, p + 4, at);
	w[0] = _mm256_permute2x128_si256(x[0], y[0], 0x20);
	w[1] = _mm256_permute2x128_si256(x[1], y[1], 0x20);
	w[2] = _mm256_permute2x128_si256(x[2], y[2], 0x20);
	w[3] = _mm256_permute2x128_si256(x[3], y[3], 0x20);
	w[4] = _mm256_permute2x128_si256(x[0], y[0], 0x31);
	w[5] = _mm256_permute2x128_si256(x[1], y[1], 0x31);
	w[6] = _mm256_permute2x128_si256(x[2], y[2], 0x31);
	w[7] = _mm256_permute2x128_si256(x[3], y[3], 0x31);
}

AVX2 INLINE void y_chain(__m256i v[8], uint32_t rows[8][8], int j)
{
	v[j] = y_add(v[j], _mm256_load_si256((const void *)rows[j]));
	_mm256_store_si256((void *)rows[j], v[j]);
}

AVX2 void coco_sha256_blocks_avx2x8(uint32_t *const h[8], const uint8_t *const p[8],
				    size_t blocks)
{
	uint32_t rows[8][8] __attribute__((aligned(32)));
	__m256i v[8], w[16];

	for (int i = 0; i < 8; i++) {
		for (int j = 0; j < 8; j++)
			rows[j][i] = h[i][j];
	}
	v[0] = _mm256_load_si256((const void *)rows[0]);
	v[1] = _mm256_load_si256((const void *)rows[1]);
	v[2] = _mm256_load_si256((const void *)rows[2]);
	v[3] = _mm256_load_si256((const void *)rows[3]);
	v[4] = _mm256_load_si256((const void *)rows[4]);
	v[5] = _mm256_load_si256((const void *)rows[5]);
	v[6] = _mm256_load_si256((const void *)rows[6]);
	v[7] = _mm256_load_si256((const void *)rows[7]);
	for (size_t at = 0; blocks; blocks--, at += 64) {
		y_load8(w, p, at);
		y_load8(w + 8, p, at + 32);
		LANE_ROUNDS16(y, v, w, 0, SAME);
		for (int t = 16; t < 64; t += 16)
			LANE_ROUNDS16(y, v, w, t, NEXT);
		y_chain(v, rows, 0);
		y_chain(v, rows, 1);
		y_chain(v, rows, 2);
		y_chain(v, rows, 3);
		y_chain(v, rows, 4);
		y_chain(v, rows, 5);
		y_chain(v, rows, 6);
		y_chain(v, rows, 7);
	}
	for (int i = 0; i < 8; i++) {
		for (int j = 0; j < 8; j++)
			h[i][j] = rows[j][i];
	}
}

/* ---- AVX-512VL, 8 streams: the AVX2 layout with rotations and three-way logic ---- */

AVX512VL INLINE __m256i q_add(__m256i a, __m256i b)
{
	return _mm256_add_epi32(a, b);
}

AVX512VL INLINE __m256i q_set1(uint32_t k)
{
	return _mm256_set1_epi32((int)k);
}

AVX512VL INLINE __m256i q_xor3(__m256i a, __m256i b, __m256i c)
{
	return _mm256_ternarylogic_epi32(a, b, c, 0x96);
}

AVX512VL INLINE __m256i q_ch(__m256i e, __m256i f, __m256i g)
{
	return _mm256_ternarylogic_epi32(e, f, g, 0xca);
}

AVX512VL INLINE __m256i q_maj(__m256i a, __m256i b, __m256i c)
{
	return _mm256_ternarylogic_epi32(a, b, c, 0xe8);
}

AVX512VL INLINE __m256i q_sum0(__m256i a)
{
	return q_xor3(_mm256_ror_epi32(a, 2), _mm256_ror_epi32(a, 13), _mm256_ror_epi32(a, 22));
}

AVX512VL INLINE __m256i q_sum1(__m256i e)
{
	return q_xor3(_mm256_ror_epi32(e, 6), _mm256_ror_epi32(e, 11), _mm256_ror_epi32(e, 25));
}

AVX512VL INLINE __m256i q_sigma0(__m256i w)
{
	return q_xor3(_mm256_ror_epi32(w, 7), _mm256_ror_epi32(w, 18), _mm256_srli_epi32(w, 3));
}

AVX512VL INLINE __m256i q_sigma1(__m256i w)
{
	return q_xor3(_mm256_ror_epi32(w, 17), _mm256_ror_epi32(w, 19),
		      _mm256_srli_epi32(w, 10));
}

AVX512VL void coco_sha256_blocks_avx512x8(uint32_t *const h[8], const uint8_t *const p[8],
					  size_t blocks)
{
	uint32_t rows[8][8] __attribute__((aligned(32)));
	__m256i v[8], w[16];

	for (int i = 0; i < 8; i++) {
		for (int j = 0; j < 8; j++)
			rows[j][i] = h[i][j];
	}
	v[0] = _mm256_load_si256((const void *)rows[0]);
	v[1] = _mm256_load_si256((const void *)rows[1]);
	v[2] = _mm256_load_si256((const void *)rows[2]);
	v[3] = _mm256_load_si256((const void *)rows[3]);
	v[4] = _mm256_load_si256((const void *)rows[4]);
	v[5] = _mm256_load_si256((const void *)rows[5]);
	v[6] = _mm256_load_si256((const void *)rows[6]);
	v[7] = _mm256_load_si256((const void *)rows[7]);
	for (size_t at = 0; blocks; blocks--, at += 64) {
		y_load8(w, p, at);
		y_load8(w + 8, p, at + 32);
		LANE_ROUNDS16(q, v, w, 0, SAME);
		for (int t = 16; t < 64; t += 16)
			LANE_ROUNDS16(q, v, w, t, NEXT);
		y_chain(v, rows, 0);
		y_chain(v, rows, 1);
		y_chain(v, rows, 2);
		y_chain(v, rows, 3);
		y_chain(v, rows, 4);
		y_chain(v, rows, 5);
		y_chain(v, rows, 6);
		y_chain(v, rows, 7);
	}
	for (int i = 0; i < 8; i++) {
		for (int j = 0; j < 8; j++)
			h[i][j] = rows[j][i];
	}
}

#else
/* ISO C wants a declaration in every file. */
extern const uint32_t coco_sha256_k[64];
#endif
