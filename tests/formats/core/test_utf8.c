/*
 * test_utf8.c - strict UTF-8, against an encoder for every code point.
 */
#include "formats/core/utf8.h"

#include <string.h>

#include "tests/support/support.h"

static size_t encode(uint32_t c, uint8_t *p)
{
	if (c < 0x80) {
		p[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (uint8_t)(0xc0 | c >> 6);
		p[1] = (uint8_t)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (uint8_t)(0xe0 | c >> 12);
		p[1] = (uint8_t)(0x80 | (c >> 6 & 63));
		p[2] = (uint8_t)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (uint8_t)(0xf0 | c >> 18);
	p[1] = (uint8_t)(0x80 | (c >> 12 & 63));
	p[2] = (uint8_t)(0x80 | (c >> 6 & 63));
	p[3] = (uint8_t)(0x80 | (c & 63));
	return 4;
}

static void test_every_code_point(void **state COCO_UNUSED)
{
	for (uint32_t c = 0; c <= 0x10ffff + 1000; c++) {
		uint8_t p[4];
		size_t n = encode(c, p);
		bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		if (coco_utf8_char(p, n) != (good ? n : 0))
			fail_msg("U+%04X", (unsigned)c);
		for (size_t k = 1; k < n; k++)
			assert_int_equal(coco_utf8_char(p, k), 0);
	}
}

/* Of all two-byte starts, exactly the sequences an encoder makes are accepted. */
static void test_every_pair(void **state COCO_UNUSED)
{
	unsigned n = 0;

	for (unsigned a = 0x80; a < 0x100; a++)
		for (unsigned b = 0; b < 0x100; b++) {
			uint8_t p[2] = { (uint8_t)a, (uint8_t)b };

			n += coco_utf8_char(p, 2) == 2;
		}
	assert_int_equal(n, 0x800 - 0x80);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		const char *text;
		size_t offset;
	} cases[] = {
		{ "lone continuation", "ab\x80", 2 },
		{ "overlong slash", "\xc0\xaf", 0 },
		{ "overlong in three", "a\xe0\x80\xaf", 1 },
		{ "overlong in four", "\xf0\x80\x80\xaf", 0 },
		{ "surrogate", "\xed\xa0\x80", 0 },
		{ "past U+10FFFF", "\xf4\x90\x80\x80", 0 },
		{ "five bytes", "\xf8\x88\x80\x80\x80", 0 },
		{ "cut", "abc\xe2\x82", 3 },
		{ "0xff", "\xff", 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		size_t n = strlen(cases[i].text);
		uint8_t *p = coco_test_guard(cases[i].text, n);
		size_t at = 99;

		assert_false(coco_utf8_valid(p, n, &at));
		if (at != cases[i].offset)
			fail_msg("%s: offset %zu", cases[i].name, at);
		assert_false(coco_utf8_valid(p, n, NULL));
		coco_test_unguard(p, n);
	}
	assert_true(coco_utf8_valid(NULL, 0, NULL));
	assert_true(coco_utf8_valid((const uint8_t *)"gr\xc3\xbc\xc3\x9f\0e", 8, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
