/*
 * sha256_shani.c - SHA-256 block kernels with the x86 SHA extensions.
 *
 * SHA256RNDS2 does two rounds but waits four cycles for the one before, and the unit takes
 * a new one every three: one stream leaves a quarter of it idle.  The second kernel mixes
 * two independent streams instruction by instruction, and computes the message schedule
 * one group of rounds ahead so that its latency is hidden as well.
 *
 * The caller checks coco_cpu_features().  Source: FIPS 180-4 section 6.2.2, Intel
 * Intrinsics Guide, Intel SDM volume 2 (SHA256RNDS2, SHA256MSG1, SHA256MSG2).
 */
#include "lib/crypto/sha256_impl.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define SHANI  __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE static inline __attribute__((always_inline))

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

#else
/* ISO C wants a declaration in every file. */
extern const uint32_t coco_sha256_k[64];
#endif
