/*
 * cpu.h - which instruction sets this processor and operating system offer.
 *
 * Used only to choose between kernels that compute the same bytes.  On anything but
 * x86-64 the answer is always 0 and the portable kernels run.
 *
 * Source: Intel SDM volume 2A, CPUID (leaves 1 and 7) and volume 1, 13.3 (XCR0).
 */
#ifndef COCO_CPU_H
#define COCO_CPU_H

#define COCO_CPU_SHANI    (1u << 0) /* SHA extensions, with SSSE3 and SSE4.1 */
#define COCO_CPU_AVX2     (1u << 1) /* AVX2, ymm state enabled by the system */
#define COCO_CPU_AVX512F  (1u << 2) /* AVX-512F, zmm and mask state enabled */
#define COCO_CPU_AVX512BW (1u << 3) /* AVX-512BW on top of AVX-512F */
#define COCO_CPU_AVX512VL (1u << 4) /* AVX-512VL on top of AVX-512BW */
#define COCO_CPU_VBMI     (1u << 5) /* AVX-512VBMI on top of AVX-512BW */
#define COCO_CPU_BMI2     (1u << 6) /* BMI2: shifts and rotations without flags */

/**
 * coco_cpu_features: what may be executed here
 *
 * Purpose: the set of COCO_CPU_* bits whose instructions can run, including the state
 *	that the operating system has to save.
 * Ownership: none.  Thread-safe; the first call asks the processor, later calls read
 *	one atomic word.
 * Errors: none; 0 means "portable code only".
 * Source: Intel SDM volume 2A, CPUID.
 */
unsigned coco_cpu_features(void);

#endif
