/*
 * test_guid.c - GUIDs as text and back.
 */
#include "formats/measure/guid.h"

#include <string.h>

#include "tests/support/support.h"

static const uint8_t esp[COCO_GUID_SIZE] = COCO_GUID(0xc12a7328, 0xf81f, 0x11d2, 0xba4b,
						     0x00a0c93ec93b);

static void test_text(void **state COCO_UNUSED)
{
	static const uint8_t on_disk[] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					   0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
	char text[COCO_GUID_TEXT];
	uint8_t back[COCO_GUID_SIZE] = { 0 };

	assert_memory_equal(esp, on_disk, sizeof(esp));
	coco_guid_text(text, esp);
	assert_string_equal(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	assert_ok(coco_guid_parse(back, text, NULL), NULL);
	assert_memory_equal(back, esp, sizeof(esp));
	assert_ok(coco_guid_parse(back, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", NULL), NULL);
	assert_memory_equal(back, esp, sizeof(esp));
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"",
		"c12a7328",
		"c12a7328f81f11d2ba4b00a0c93ec93b",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93bb",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93g",
		"c12a732-8f81f-11d2-ba4b-00a0c93ec93b",
		"c12a7328--81f-11d2-ba4b-00a0c93ec93b",
		"-12a7328-f81f-11d2-ba4b-00a0c93ec93b",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec9-b",
		"------------------------------------",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		uint8_t ret[COCO_GUID_SIZE] = { 7 };
		struct coco_diag d = { 0 };

		assert_err(coco_guid_parse(ret, bad[i], &d), COCO_E_FORMAT_VALUE, &d);
		assert_int_equal(ret[0], 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
