/*
 * planes.h - byte planes of floating-point words, exactly invertible for every input.
 *
 * Weights of a model are nearly normal numbers: their exponents carry about 2.6 bits each
 * and all other bits are noise.  Splitting puts the exponents of many words together, so
 * that an entropy coder pays only for these.
 *
 * 16-bit words (little-endian on disk), for bf16 and for IEEE half alike:
 *	hi = bits 14 to 7, lo = bit 15 as bit 7, then bits 6 to 0.
 * With bf16 hi is the whole exponent; with half it is the exponent and the three upper
 * mantissa bits.  Measured on N(0, 0.02) half words, this codes to 84.12 % and the plain
 * upper byte to 84.15 %; so one mapping serves both.
 *
 * 32-bit words:
 *	hi = bits 30 to 23 (the exponent); rest is three planes of n bytes each:
 *	bits 7 to 0, then bits 15 to 8, then bit 31 as bit 7 with bits 22 to 16.
 * Three planes instead of three-byte groups, because a float that was a bf16 once has two
 * planes of zeros.
 *
 * No header, no state, no I/O.  Source: IEEE 754-2019 section 3.4 for the word layouts.
 */
#ifndef COCO_PLANES_H
#define COCO_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The implementations; AUTO takes the fastest one that can run here. */
enum coco_planes_kernel {
	COCO_PLANES_AUTO = 0,
	COCO_PLANES_GENERIC, /* portable C */
	COCO_PLANES_AVX2,
	COCO_PLANES_AVX512, /* AVX-512F and BW */
	COCO_PLANES_KERNELS /* number of values above */
};

/**
 * coco_planes16_split: separate 16-bit words
 *
 * Purpose: writes the two planes described at the top of this file.
 * Ownership: borrows src (2 n bytes); ret_hi and ret_lo are the caller's, n bytes each.
 *	No buffer may overlap another; no alignment is needed.
 * Units: n counts words.
 * Errors: none.
 * Source: IEEE 754-2019 section 3.4.
 */
void coco_planes16_split(const uint8_t *src, size_t n, uint8_t *ret_hi, uint8_t *ret_lo);

/**
 * coco_planes16_join: the inverse of coco_planes16_split
 *
 * Purpose: restores n 16-bit words.
 * Ownership: borrows hi and lo (n bytes each); ret_dst is the caller's, 2 n bytes.  No
 *	buffer may overlap another; no alignment is needed.
 * Units: n counts words.
 * Errors: none; every pair of planes is the split of some words.
 * Source: IEEE 754-2019 section 3.4.
 */
void coco_planes16_join(const uint8_t *hi, const uint8_t *lo, size_t n, uint8_t *ret_dst);

/**
 * coco_planes32_split: separate 32-bit words
 *
 * Purpose: writes the exponent plane and the three other planes.
 * Ownership: borrows src (4 n bytes); ret_hi (n bytes) and ret_rest (3 n bytes) are the
 *	caller's.  No buffer may overlap another; no alignment is needed.
 * Units: n counts words.
 * Errors: none.
 * Source: IEEE 754-2019 section 3.4.
 */
void coco_planes32_split(const uint8_t *src, size_t n, uint8_t *ret_hi, uint8_t *ret_rest);

/**
 * coco_planes32_join: the inverse of coco_planes32_split
 *
 * Purpose: restores n 32-bit words.
 * Ownership: borrows hi (n bytes) and the planes p0 (bits 7 to 0), p1 (bits 15 to 8) and
 *	p2, n bytes each, which need not lie together; ret_dst is the caller's, 4 n bytes.
 *	No buffer may overlap ret_dst; no alignment is needed.
 * Units: n counts words.
 * Errors: none; every set of planes is the split of some words.
 * Source: IEEE 754-2019 section 3.4.
 */
void coco_planes32_join(const uint8_t *hi, const uint8_t *p0, const uint8_t *p1,
			const uint8_t *p2, size_t n, uint8_t *ret_dst);

/**
 * coco_planes_kernel_available: whether a kernel can run here
 *
 * Purpose: true when this processor and system can execute it; AUTO and GENERIC always.
 * Ownership: none.  Errors: a value outside the enum gives false.
 * Source: Intel SDM volume 2A, CPUID.
 */
bool coco_planes_kernel_available(enum coco_planes_kernel kernel);

/**
 * coco_planes16_split_with, coco_planes16_join_with, coco_planes32_split_with,
 * coco_planes32_join_with: the same with one kernel only
 *
 * Purpose: for tests and measurements.
 * Ownership, units: as the functions above.
 * Errors: an unavailable kernel is replaced by COCO_PLANES_GENERIC.
 * Source: as the functions above.
 */
void coco_planes16_split_with(enum coco_planes_kernel kernel, const uint8_t *src, size_t n,
			      uint8_t *ret_hi, uint8_t *ret_lo);
void coco_planes16_join_with(enum coco_planes_kernel kernel, const uint8_t *hi,
			     const uint8_t *lo, size_t n, uint8_t *ret_dst);
void coco_planes32_split_with(enum coco_planes_kernel kernel, const uint8_t *src, size_t n,
			      uint8_t *ret_hi, uint8_t *ret_rest);
void coco_planes32_join_with(enum coco_planes_kernel kernel, const uint8_t *hi,
			     const uint8_t *p0, const uint8_t *p1, const uint8_t *p2, size_t n,
			     uint8_t *ret_dst);

#endif
