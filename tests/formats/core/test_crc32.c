/*
 * test_crc32.c - CRC-32: published values, and in parts as at once.
 */
#include "formats/core/crc32.h"

#include <string.h>

#include "tests/support/support.h"

static void test_values(void **state COCO_UNUSED)
{
	uint8_t zero[32] = { 0 };

	assert_int_equal(coco_crc32(0, NULL, 0), 0);
	assert_int_equal(coco_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(coco_crc32(0, "a", 1), 0xe8b7be43);
	assert_int_equal(coco_crc32(0, zero, sizeof(zero)), 0x190a55ad);
}

static void test_parts(void **state COCO_UNUSED)
{
	uint8_t p[300];

	coco_test_random(p, sizeof(p), 1);
	uint32_t whole = coco_crc32(0, p, sizeof(p));
	for (size_t cut = 0; cut <= sizeof(p); cut += 7)
		assert_int_equal(coco_crc32(coco_crc32(0, p, cut), p + cut, sizeof(p) - cut),
				 whole);
	p[17] ^= 1;
	assert_int_not_equal(coco_crc32(0, p, sizeof(p)), whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
