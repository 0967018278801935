/*
 * sha256_x86.c - SHA-256 block kernels for x86-64.
 *
 * Two families.  The SHA extensions run two rounds per instruction but each waits for the
 * one before, so two streams are mixed instruction by instruction.  AVX2 and AVX-512 hold
 * one 32-bit word of 8 or 16 streams per register and do plain rounds; a block of every
 * stream is loaded straight from its place and transposed in registers.
 *
 * Each function carries its own target attribute; the caller checks coco_cpu_features().
 * Source: FIPS 180-4 section 6.2.2, Intel Intrinsics Guide, Intel SDM volume 2.
 */
#include "lib/crypto/sha256_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define SHANI  __attribute__((target("sha,sse4.1,ssse3")))
#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE static inline __attribute__((always_inline))

/* ---- SHA extensions ---- */

/*
 * The working variables as SHA256RNDS2 wants them: abef holds F, E, B, A and cdgh holds
 * H, G, D, C, lowest lane first; m holds 16 words of the message schedule.
 */
struct ni {
	__m128i abef, cdgh;
	__m128i m[4];
};

SHANI INLINE void ni_load_state(struct ni *s, const uint32_t h[8])
{
	__m128i abcd = _mm_loadu_si128((const void *)h);
	__m128i efgh = _mm_loadu_si128((const void *)(h + 4));
	__m128i badc = _mm_shuffle_epi32(abcd, 0xb1);
	__m128i hgfe = _mm_shuffle_epi32(efgh, 0x1b);

	s->abef = _mm_alignr_epi8(badc, hgfe, 8);
	s->cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

SHANI INLINE void ni_store_state(const struct ni *s, uint32_t h[8])
{
	__m128i abef = _mm_shuffle_epi32(s->abef, 0x1b);
	__m128i ghcd = _mm_shuffle_epi32(s->cdgh, 0xb1);

	_mm_storeu_si128((void *)h, _mm_blend_epi16(abef, ghcd, 0xf0));
	_mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(ghcd, abef, 8));
}

/* Words 4i to 4i + 3 of the block at p, in native byte order. */
SHANI INLINE __m128i ni_load(const uint8_t *p, int i)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const void *)(p + 16 * i)), swap);
}

SHANI INLINE __m128i ni_k(int t)
{
	return _mm_load_si128((const void *)(coco_sha256_k + t));
}

/* The next four schedule words, written over the oldest four (m[0] of the four given). */
SHANI INLINE __m128i ni_next(__m128i m0, __m128i m1, __m128i m2, __m128i m3)
{
	__m128i x = _mm_sha256msg1_epu32(m0, m1);

	x = _mm_add_epi32(x, _mm_alignr_epi8(m3, m2, 4));
	return _mm_sha256msg2_epu32(x, m3);
}

/* Rounds t to t + 3 of one stream with the schedule words m. */
SHANI INLINE void ni_rounds(struct ni *s, __m128i m, int t)
{
	__m128i wk = _mm_add_epi32(m, ni_k(t));

	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

/* The same for two streams, mixed. */
SHANI INLINE void ni_rounds_pair(struct ni *s, struct ni *z, int i, int t)
{
	__m128i wk = _mm_add_epi32(s->m[i], ni_k(t));
	__m128i xk = _mm_add_epi32(z->m[i], ni_k(t));

	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
	z->cdgh = _mm_sha256rnds2_epu32(z->cdgh, z->abef, xk);
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0e));
	z->abef = _mm_sha256rnds2_epu32(z->abef, z->cdgh, _mm_shuffle_epi32(xk, 0x0e));
}

#define NI_NEXT(s, i)                                                                        \
	((s).m[i] = ni_next((s).m[i], (s).m[((i) + 1) & 3], (s).m[((i) + 2) & 3],            \
			    (s).m[((i) + 3) & 3]))

SHANI void coco_sha256_blocks_shani1(uint32_t h[8], const uint8_t *p, size_t blocks)
{
	struct ni s;

	ni_load_state(&s, h);
	for (; blocks; blocks--, p += 64) {
		__m128i abef = s.abef, cdgh = s.cdgh;

		s.m[0] = ni_load(p, 0);
		ni_rounds(&s, s.m[0], 0);
		s.m[1] = ni_load(p, 1);
		ni_rounds(&s, s.m[1], 4);
		s.m[2] = ni_load(p, 2);
		ni_rounds(&s, s.m[2], 8);
		s.m[3] = ni_load(p, 3);
		ni_rounds(&s, s.m[3], 12);
		for (int t = 16; t < 64; t += 16) {
			NI_NEXT(s, 0);
			ni_rounds(&s, s.m[0], t);
			NI_NEXT(s, 1);
			ni_rounds(&s, s.m[1], t + 4);
			NI_NEXT(s, 2);
			ni_rounds(&s, s.m[2], t + 8);
			NI_NEXT(s, 3);
			ni_rounds(&s, s.m[3], t + 12);
		}
		s.abef = _mm_add_epi32(s.abef, abef);
		s.cdgh = _mm_add_epi32(s.cdgh, cdgh);
	}
	ni_store_state(&s, h);
}

SHANI void coco_sha256_blocks_shani2(uint32_t h0[8], const uint8_t *p0, uint32_t h1[8],
				     const uint8_t *p1, size_t blocks)
{
	struct ni s, z;

	ni_load_state(&s, h0);
	ni_load_state(&z, h1);
	for (; blocks; blocks--, p0 += 64, p1 += 64) {
		__m128i abef0 = s.abef, cdgh0 = s.cdgh;
		__m128i abef1 = z.abef, cdgh1 = z.cdgh;

		s.m[0] = ni_load(p0, 0);
		z.m[0] = ni_load(p1, 0);
		s.m[1] = ni_load(p0, 1);
		z.m[1] = ni_load(p1, 1);
		ni_rounds_pair(&s, &z, 0, 0);
		s.m[2] = ni_load(p0, 2);
		z.m[2] = ni_load(p1, 2);
		ni_rounds_pair(&s, &z, 1, 4);
		s.m[3] = ni_load(p0, 3);
		z.m[3] = ni_load(p1, 3);
		ni_rounds_pair(&s, &z, 2, 8);
		/* The schedule runs one group of rounds ahead of its use. */
		for (int t = 12; t < 60; t += 16) {
			NI_NEXT(s, 0);
			NI_NEXT(z, 0);
			ni_rounds_pair(&s, &z, 3, t);
			NI_NEXT(s, 1);
			NI_NEXT(z, 1);
			ni_rounds_pair(&s, &z, 0, t + 4);
			NI_NEXT(s, 2);
			NI_NEXT(z, 2);
			ni_rounds_pair(&s, &z, 1, t + 8);
			NI_NEXT(s, 3);
			NI_NEXT(z, 3);
			ni_rounds_pair(&s, &z, 2, t + 12);
		}
		ni_rounds_pair(&s, &z, 3, 60);
		s.abef = _mm_add_epi32(s.abef, abef0);
		s.cdgh = _mm_add_epi32(s.cdgh, cdgh0);
		z.abef = _mm_add_epi32(z.abef, abef1);
		z.cdgh = _mm_add_epi32(z.cdgh, cdgh1);
	}
	ni_store_state(&s, h0);
	ni_store_state(&z, h1);
}

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

#else
/* ISO C wants a declaration in every file. */
extern const uint32_t coco_sha256_k[64];
#endif
