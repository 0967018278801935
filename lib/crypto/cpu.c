/*
 * cpu.c - run-time detection of instruction sets.
 *
 * gcc 12 has no "sha" in __builtin_cpu_supports, so CPUID is read here.  Source: Intel
 * SDM volume 2A, CPUID, table "Information Returned by CPUID Instruction", and volume 1,
 * 13.3 for XCR0.  Nothing here reads the environment.
 */
#include "lib/crypto/cpu.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <cpuid.h>

#define LEAF1_ECX_SSSE3   (1u << 9)
#define LEAF1_ECX_SSE41   (1u << 19)
#define LEAF1_ECX_OSXSAVE (1u << 27)
#define LEAF1_ECX_AVX     (1u << 28)
#define LEAF7_EBX_AVX2    (1u << 5)
#define LEAF7_EBX_BMI2    (1u << 8)
#define LEAF7_EBX_AVX512F (1u << 16)
#define LEAF7_EBX_SHA     (1u << 29)
#define LEAF7_EBX_AVX512BW (1u << 30)
#define LEAF7_EBX_AVX512VL (1u << 31)
#define LEAF7_ECX_VBMI    (1u << 1)

#define XCR0_AVX    0x06u /* xmm and ymm */
#define XCR0_AVX512 0xe6u /* and opmask, upper halves, zmm16 to zmm31 */

/* The instruction is spelled out because _xgetbv needs -mxsave. */
static unsigned xcr0_low(void)
{
	unsigned lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return lo;
}

static unsigned detect(void)
{
	unsigned a, b, c, d, c1;
	unsigned ret = 0;

	if (!__get_cpuid(1, &a, &b, &c1, &d))
		return 0;
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
		return 0;
	if ((b & LEAF7_EBX_SHA) && (c1 & LEAF1_ECX_SSSE3) && (c1 & LEAF1_ECX_SSE41))
		ret |= COCO_CPU_SHANI;
	if (b & LEAF7_EBX_BMI2)
		ret |= COCO_CPU_BMI2;
	if (!(c1 & LEAF1_ECX_OSXSAVE) || !(c1 & LEAF1_ECX_AVX))
		return ret;

	unsigned xcr0 = xcr0_low();

	if ((xcr0 & XCR0_AVX) != XCR0_AVX || !(b & LEAF7_EBX_AVX2))
		return ret;
	ret |= COCO_CPU_AVX2;
	if ((xcr0 & XCR0_AVX512) != XCR0_AVX512 || !(b & LEAF7_EBX_AVX512F))
		return ret;
	ret |= COCO_CPU_AVX512F;
	if (!(b & LEAF7_EBX_AVX512BW))
		return ret;
	ret |= COCO_CPU_AVX512BW;
	if (b & LEAF7_EBX_AVX512VL)
		ret |= COCO_CPU_AVX512VL;
	if (c & LEAF7_ECX_VBMI)
		ret |= COCO_CPU_VBMI;
	return ret;
}
#else
static unsigned detect(void)
{
	return 0;
}
#endif

#define KNOWN (1u << 31)

unsigned coco_cpu_features(void)
{
	static _Atomic unsigned cache;
	unsigned v = atomic_load_explicit(&cache, memory_order_relaxed);

	/* Two threads may both detect; they store the same word. */
	if (!(v & KNOWN)) {
		v = detect() | KNOWN;
		atomic_store_explicit(&cache, v, memory_order_relaxed);
	}
	return v & ~KNOWN;
}
