/*
 * test_snp_page.c - the record of a page: every byte where the specification
 * has it.
 */
#include "formats/measure/snp_page.h"

#include <string.h>

#include "tests/support/support.h"

static void test_layout(void **state COCO_UNUSED)
{
	uint8_t current[COCO_SNP_DIGEST];
	uint8_t contents[COCO_SNP_DIGEST];
	uint8_t want[COCO_SNP_PAGE_INFO] = { 0 };
	uint8_t got[COCO_SNP_PAGE_INFO];

	coco_test_random(current, sizeof(current), 1);
	coco_test_random(contents, sizeof(contents), 2);
	memcpy(want, current, 48);
	memcpy(want + 48, contents, 48);
	memcpy(want + 0x60, "\x70\x00\x02", 3);
	memcpy(want + 0x68, "\x00\xf0\xff\xff\xff\xff\x00\x00", 8);
	coco_snp_page_info(got, current, contents, COCO_SNP_VMSA, COCO_SNP_VMSA_GPA);
	assert_memory_equal(got, want, sizeof(want));
	memset(want + 48, 0, 48);
	want[0x62] = 6;
	memcpy(want + 0x68, "\x88\x77\x66\x55\x44\x33\x22\x11", 8);
	memset(got, 0xff, sizeof(got));
	coco_snp_page_info(got, current, NULL, COCO_SNP_CPUID, UINT64_C(0x1122334455667788));
	assert_memory_equal(got, want, sizeof(want));
}

static void test_names(void **state COCO_UNUSED)
{
	static const char *const names[] = { "unknown", "normal",  "vmsa", "zero",
					     "unmeasured", "secrets", "cpuid" };

	for (unsigned i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_string_equal(coco_snp_page_type_name((enum coco_snp_page_type)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
