/*
 * sha256_impl.h - between sha256.c and its kernels; not for anyone else.
 *
 * Every kernel advances chaining values over whole 64-byte blocks.  Lengths are in
 * blocks; inputs need no alignment.  Source: FIPS 180-4 section 6.2.2.
 */
#ifndef COCO_SHA256_IMPL_H
#define COCO_SHA256_IMPL_H

#include <stddef.h>
#include <stdint.h>

#define COCO_SHA256_LANES 16 /* most streams any kernel takes */

/* The 64 round constants, FIPS 180-4 section 4.2.2. */
extern const uint32_t coco_sha256_k[64] __attribute__((aligned(64)));

#if defined(__x86_64__)
/* One stream with the SHA extensions.  Borrows p; updates h. */
void coco_sha256_blocks_shani1(uint32_t h[8], const uint8_t *p, size_t blocks);

/* Two independent streams, the same number of blocks each. */
void coco_sha256_blocks_shani2(uint32_t h0[8], const uint8_t *p0, uint32_t h1[8],
			       const uint8_t *p1, size_t blocks);

/* Eight streams of the same number of blocks; idle lanes get a throw-away h. */
void coco_sha256_blocks_avx2x8(uint32_t *const h[8], const uint8_t *const p[8],
			       size_t blocks);

/* The same shape with AVX-512VL. */
void coco_sha256_blocks_avx512x8(uint32_t *const h[8], const uint8_t *const p[8],
				 size_t blocks);

/* Sixteen streams of the same number of blocks; idle lanes get a throw-away h. */
void coco_sha256_blocks_avx512x16(uint32_t *const h[16], const uint8_t *const p[16],
				  size_t blocks);
#endif

#endif
