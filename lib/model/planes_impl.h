/*
 * planes_impl.h - between planes.c and its x86 kernels; not for anyone else.
 *
 * A kernel does as many whole vectors as it can and returns how many words that was; the
 * caller does the rest.  Loads and stores stay within the n words given.
 */
#ifndef COCO_PLANES_IMPL_H
#define COCO_PLANES_IMPL_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
/* 32 words of 16 bits, and 32 words of 32 bits, at a time. */
size_t coco_planes16_split_avx2(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *lo);
size_t coco_planes16_join_avx2(const uint8_t *hi, const uint8_t *lo, size_t n, uint8_t *dst);
size_t coco_planes32_split_avx2(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *rest);
size_t coco_planes32_join_avx2(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
			       const uint8_t *p2, size_t n, uint8_t *dst);

/* 64 words at a time. */
size_t coco_planes16_split_avx512(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *lo);
size_t coco_planes16_join_avx512(const uint8_t *hi, const uint8_t *lo, size_t n, uint8_t *dst);
size_t coco_planes32_split_avx512(const uint8_t *src, size_t n, uint8_t *hi, uint8_t *rest);
size_t coco_planes32_join_avx512(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
				 const uint8_t *p2, size_t n, uint8_t *dst);
#endif

#endif
