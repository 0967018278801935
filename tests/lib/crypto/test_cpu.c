/*
 * test_cpu.c - the detected instruction sets are consistent with each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/crypto/cpu.h"

static void test_cpu_consistent(void **state)
{
	unsigned f = coco_cpu_features();

	(void)state;
	assert_int_equal(f, coco_cpu_features());
	if (f & (COCO_CPU_VBMI | COCO_CPU_AVX512VL))
		assert_true(f & COCO_CPU_AVX512BW);
	if (f & COCO_CPU_AVX512BW)
		assert_true(f & COCO_CPU_AVX512F);
	if (f & COCO_CPU_AVX512F)
		assert_true(f & COCO_CPU_AVX2);
#if defined(__x86_64__)
	/* The compiler's own detection, for the sets that gcc 12 knows. */
	assert_int_equal(!!(f & COCO_CPU_AVX2), !!__builtin_cpu_supports("avx2"));
	assert_int_equal(!!(f & COCO_CPU_AVX512BW), !!__builtin_cpu_supports("avx512bw"));
	assert_int_equal(!!(f & COCO_CPU_AVX512VL), !!__builtin_cpu_supports("avx512vl"));
	assert_int_equal(!!(f & COCO_CPU_VBMI), !!__builtin_cpu_supports("avx512vbmi"));
#else
	assert_int_equal(f, 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
