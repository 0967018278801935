/*
 * test_vcpu_model.c - vCPU models and CPUID signatures.
 */
#include "formats/measure/vcpu_model.h"

#include <string.h>

#include "tests/support/support.h"

static void test_find(void **state COCO_UNUSED)
{
	const struct coco_vcpu_model *m;

	for (size_t i = 0; (m = coco_vcpu_model_at(i)) != NULL; i++)
		assert_ptr_equal(coco_vcpu_model_find(m->name, strlen(m->name)), m);
	assert_int_equal(coco_vcpu_model_find("epyc-milan-V2,x", 13)->signature, 0x00a00f11);
	assert_string_equal(coco_vcpu_model_find("EPYC-v4", 4)->name, "EPYC");
	assert_null(coco_vcpu_model_find("EPYC-v5", 7));
	assert_null(coco_vcpu_model_find("", 0));
	assert_null(coco_vcpu_model_find("EPYC-", 5));
	assert_null(coco_vcpu_model_at(SIZE_MAX));
}

static void test_signature(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		uint32_t family, model, stepping;
	} known[] = {
		{ "EPYC", 23, 1, 2 },       { "EPYC-Rome", 23, 49, 0 }, { "EPYC-Milan", 25, 1, 1 },
		{ "EPYC-Genoa", 25, 17, 0 }, { "EPYC-Turin", 26, 0, 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		assert_int_equal(coco_vcpu_signature(known[i].family, known[i].model,
						     known[i].stepping),
				 coco_vcpu_model_find(known[i].name,
						      strlen(known[i].name))->signature);
	assert_int_equal(coco_vcpu_signature(15, 0, 0), 0xf00);
	assert_int_equal(coco_vcpu_signature(6, 0x2d, 7), 0x206d7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
