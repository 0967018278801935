/*
 * test_utf16.c - UTF-16 as UTF-8: every length, surrogates, no room.
 */
#include "formats/measure/utf16.h"

#include <string.h>

#include "tests/support/support.h"

static void test_text(void **state COCO_UNUSED)
{
	static const uint16_t units[] = { 'a', 0xe4, 0x20ac, 0xd83d, 0xde00, 0, 'x' };
	char text[32];

	assert_int_equal(coco_utf16_text(text, sizeof(text), units, COCO_ARRAY_LEN(units)), 10);
	assert_string_equal(text, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_int_equal(coco_utf16_text(text, sizeof(text), units, 1), 1);
	assert_string_equal(text, "a");
	assert_int_equal(coco_utf16_text(text, sizeof(text), units, 0), 0);
	assert_string_equal(text, "");
}

static void test_lone_surrogates(void **state COCO_UNUSED)
{
	static const uint16_t units[] = { 0xd800, 'a', 0xdc00, 0xd801 };
	char text[32];

	coco_utf16_text(text, sizeof(text), units, COCO_ARRAY_LEN(units));
	assert_string_equal(text, "\xef\xbf\xbd" "a" "\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_room(void **state COCO_UNUSED)
{
	static const uint16_t units[] = { 'a', 0x20ac, 'b' };
	char text[4];

	assert_int_equal(coco_utf16_text(text, sizeof(text), units, 3), 1);
	assert_string_equal(text, "a");
	assert_int_equal(coco_utf16_text(text, 1, units, 3), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_lone_surrogates),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
