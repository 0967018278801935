/*
 * planes.c - byte planes: portable code and the choice of kernel.
 *
 * The mappings are described in planes.h; the vector kernels are in planes_x86.c.  Words
 * are read and written byte by byte, so the result does not depend on the machine.
 */
#include "lib/model/planes.h"
#include "lib/model/planes_impl.h"

#include "lib/crypto/cpu.h"

/*
 * Words per call of the portable functions in a loop: a constant, and buffers known not to
 * overlap, are what a compiler needs to use the vectors of its target by itself.
 */
#define STRIDE 64

static inline uint8_t low_of(uint8_t below, uint8_t top)
{
	return (uint8_t)((below & 0x7f) | (top & 0x80));
}

static inline uint8_t exp_of(uint8_t below, uint8_t top)
{
	return (uint8_t)(top << 1 | below >> 7);
}

static inline void split16(const uint8_t *restrict src, size_t n, uint8_t *restrict hi,
			   uint8_t *restrict lo)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t below = src[2 * i], top = src[2 * i + 1];

		hi[i] = exp_of(below, top);
		lo[i] = low_of(below, top);
	}
}

static inline void join16(const uint8_t *restrict hi, const uint8_t *restrict lo, size_t n,
			  uint8_t *restrict dst)
{
	for (size_t i = 0; i < n; i++) {
		dst[2 * i] = (uint8_t)((lo[i] & 0x7f) | hi[i] << 7);
		dst[2 * i + 1] = (uint8_t)((lo[i] & 0x80) | hi[i] >> 1);
	}
}

static inline void split32(const uint8_t *restrict src, size_t n, uint8_t *restrict hi,
			   uint8_t *restrict p0, uint8_t *restrict p1, uint8_t *restrict p2)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t below = src[4 * i + 2], top = src[4 * i + 3];

		p0[i] = src[4 * i];
		p1[i] = src[4 * i + 1];
		p2[i] = low_of(below, top);
		hi[i] = exp_of(below, top);
	}
}

static inline void join32(const uint8_t *restrict hi, const uint8_t *restrict p0,
			  const uint8_t *restrict p1, const uint8_t *restrict p2, size_t n,
			  uint8_t *restrict dst)
{
	for (size_t i = 0; i < n; i++) {
		dst[4 * i] = p0[i];
		dst[4 * i + 1] = p1[i];
		dst[4 * i + 2] = (uint8_t)((p2[i] & 0x7f) | hi[i] << 7);
		dst[4 * i + 3] = (uint8_t)((p2[i] & 0x80) | hi[i] >> 1);
	}
}

bool coco_planes_kernel_available(enum coco_planes_kernel kernel)
{
	switch (kernel) {
	case COCO_PLANES_AUTO:
	case COCO_PLANES_GENERIC:
		return true;
	case COCO_PLANES_AVX2:
		return coco_cpu_features() & COCO_CPU_AVX2;
	case COCO_PLANES_AVX512:
		return coco_cpu_features() & COCO_CPU_AVX512BW;
	case COCO_PLANES_KERNELS:
		break;
	}
	return false;
}

static enum coco_planes_kernel choose(enum coco_planes_kernel kernel)
{
	if (!coco_planes_kernel_available(kernel))
		return COCO_PLANES_GENERIC;
	if (kernel != COCO_PLANES_AUTO)
		return kernel;
	if (coco_planes_kernel_available(COCO_PLANES_AVX512))
		return COCO_PLANES_AVX512;
	if (coco_planes_kernel_available(COCO_PLANES_AVX2))
		return COCO_PLANES_AVX2;
	return COCO_PLANES_GENERIC;
}

void coco_planes16_split_with(enum coco_planes_kernel kernel, const uint8_t *src, size_t n,
			      uint8_t *ret_hi, uint8_t *ret_lo)
{
	size_t i = 0;

	kernel = choose(kernel);
#if defined(__x86_64__)
	if (kernel == COCO_PLANES_AVX512)
		i = coco_planes16_split_avx512(src, n, ret_hi, ret_lo);
	else if (kernel == COCO_PLANES_AVX2)
		i = coco_planes16_split_avx2(src, n, ret_hi, ret_lo);
#endif
	for (; n - i >= STRIDE; i += STRIDE)
		split16(src + 2 * i, STRIDE, ret_hi + i, ret_lo + i);
	split16(src + 2 * i, n - i, ret_hi + i, ret_lo + i);
}

void coco_planes16_join_with(enum coco_planes_kernel kernel, const uint8_t *hi,
			     const uint8_t *lo, size_t n, uint8_t *ret_dst)
{
	size_t i = 0;

	kernel = choose(kernel);
#if defined(__x86_64__)
	if (kernel == COCO_PLANES_AVX512)
		i = coco_planes16_join_avx512(hi, lo, n, ret_dst);
	else if (kernel == COCO_PLANES_AVX2)
		i = coco_planes16_join_avx2(hi, lo, n, ret_dst);
#endif
	for (; n - i >= STRIDE; i += STRIDE)
		join16(hi + i, lo + i, STRIDE, ret_dst + 2 * i);
	join16(hi + i, lo + i, n - i, ret_dst + 2 * i);
}

void coco_planes32_split_with(enum coco_planes_kernel kernel, const uint8_t *src, size_t n,
			      uint8_t *ret_hi, uint8_t *ret_rest)
{
	size_t i = 0;

	kernel = choose(kernel);
#if defined(__x86_64__)
	if (kernel == COCO_PLANES_AVX512)
		i = coco_planes32_split_avx512(src, n, ret_hi, ret_rest);
	else if (kernel == COCO_PLANES_AVX2)
		i = coco_planes32_split_avx2(src, n, ret_hi, ret_rest);
#endif
	uint8_t *p0 = ret_rest, *p1 = p0 + n, *p2 = p1 + n;

	for (; n - i >= STRIDE; i += STRIDE)
		split32(src + 4 * i, STRIDE, ret_hi + i, p0 + i, p1 + i, p2 + i);
	split32(src + 4 * i, n - i, ret_hi + i, p0 + i, p1 + i, p2 + i);
}

void coco_planes32_join_with(enum coco_planes_kernel kernel, const uint8_t *hi,
			     const uint8_t *p0, const uint8_t *p1, const uint8_t *p2, size_t n,
			     uint8_t *ret_dst)
{
	size_t i = 0;

	kernel = choose(kernel);
#if defined(__x86_64__)
	if (kernel == COCO_PLANES_AVX512)
		i = coco_planes32_join_avx512(hi, p0, p1, p2, n, ret_dst);
	else if (kernel == COCO_PLANES_AVX2)
		i = coco_planes32_join_avx2(hi, p0, p1, p2, n, ret_dst);
#endif
	for (; n - i >= STRIDE; i += STRIDE)
		join32(hi + i, p0 + i, p1 + i, p2 + i, STRIDE, ret_dst + 4 * i);
	join32(hi + i, p0 + i, p1 + i, p2 + i, n - i, ret_dst + 4 * i);
}

void coco_planes16_split(const uint8_t *src, size_t n, uint8_t *ret_hi, uint8_t *ret_lo)
{
	coco_planes16_split_with(COCO_PLANES_AUTO, src, n, ret_hi, ret_lo);
}

void coco_planes16_join(const uint8_t *hi, const uint8_t *lo, size_t n, uint8_t *ret_dst)
{
	coco_planes16_join_with(COCO_PLANES_AUTO, hi, lo, n, ret_dst);
}

void coco_planes32_split(const uint8_t *src, size_t n, uint8_t *ret_hi, uint8_t *ret_rest)
{
	coco_planes32_split_with(COCO_PLANES_AUTO, src, n, ret_hi, ret_rest);
}

void coco_planes32_join(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
			const uint8_t *p2, size_t n, uint8_t *ret_dst)
{
	coco_planes32_join_with(COCO_PLANES_AUTO, hi, p0, p1, p2, n, ret_dst);
}
