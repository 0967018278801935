/*
 * test_rfc3339.c - times as text, both ways, over the whole calendar.
 */
#include "formats/core/rfc3339.h"

#include "tests/support/support.h"

static void test_known(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int64_t when;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2026-11-21T12:00:00Z", 1795262400 },
		{ "2000-02-29T23:59:59Z", 951868799 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};
	char text[COCO_RFC3339_TEXT];
	int64_t v;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_true(coco_rfc3339_parse(cases[i].text, &v));
		assert_true(v == cases[i].when);
		assert_string_equal(coco_rfc3339_print(text, v), cases[i].text);
	}
	assert_true(coco_rfc3339_parse("2026-11-21t13:30:00.987+01:30", &v));
	assert_true(v == 1795262400);
	assert_string_equal(coco_rfc3339_print(text, INT64_MAX), "9223372036854775807");
	assert_string_equal(coco_rfc3339_print(text, INT64_MIN), "-9223372036854775808");
}

/* Every day of ten thousand years, printed and read again. */
static void test_every_day(void **state COCO_UNUSED)
{
	char text[COCO_RFC3339_TEXT];
	int64_t v;
	int64_t last = coco_civil_seconds(9999, 12, 31, 0, 0, 0);

	for (int64_t t = coco_civil_seconds(1, 1, 1, 0, 0, 0) + 43210; t < last; t += 86400) {
		if (!coco_rfc3339_parse(coco_rfc3339_print(text, t), &v) || v != t)
			fail_msg("%s", text);
	}
}

static void test_wrong(void **state COCO_UNUSED)
{
	static const char *const wrong[] = {
		"", "now", "2026-11-21", "2026-11-21T12:00:00", "2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00Zx",
		"0000-01-01T00:00:00Z",
	};
	int64_t v = 7;

	for (size_t i = 0; i < COCO_ARRAY_LEN(wrong); i++)
		assert_false(coco_rfc3339_parse(wrong[i], &v));
	assert_true(v == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
