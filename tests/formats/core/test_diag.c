/*
 * test_diag.c - error reports and the escaping of untrusted text.
 */
#include "formats/core/diag.h"

#include <string.h>

#include "formats/core/utf8.h"
#include "tests/support/support.h"

static void test_first_report_wins(void **state COCO_UNUSED)
{
	struct coco_diag d;

	memset(&d, 0xff, sizeof(d));
	coco_diag_init(&d);
	assert_int_equal(coco_fail_at(&d, COCO_E_FORMAT_HEX, 5, "f1", "first %d", 1),
			 COCO_E_FORMAT_HEX);
	assert_int_equal(coco_fail_at(&d, COCO_E_IO_READ, 9, "f2", "second"), COCO_E_FORMAT_HEX);
	assert_int_equal(coco_fail(&d, COCO_E_IO_OPEN, "third"), COCO_E_FORMAT_HEX);
	assert_int_equal(d.code, COCO_E_FORMAT_HEX);
	assert_true(d.has_offset);
	assert_int_equal(d.offset, 5);
	assert_string_equal(d.field, "f1");
	assert_string_equal(d.message, "first 1");
	assert_int_equal(d.n_causes, 2);
	assert_string_equal(d.causes[0], "second");
	assert_string_equal(d.causes[1], "third");
	for (int i = 0; i < 20; i++)
		coco_diag_cause(&d, "more %d", i);
	assert_int_equal(d.n_causes, COCO_DIAG_CAUSES);
	assert_string_equal(d.causes[COCO_DIAG_CAUSES - 1], "more 5");
}

static void test_setters_only_add(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (int i = 1; i <= 2; i++) {
		coco_diag_source(&d, "source %d", i);
		coco_diag_pointer(&d, "pointer %d", i);
		coco_diag_field(&d, "field %d", i);
		coco_diag_expected(&d, "expected %d", i);
		coco_diag_actual(&d, "actual %d", i);
		coco_diag_hint(&d, "hint %d", i);
	}
	assert_string_equal(d.source, "source 1");
	assert_string_equal(d.pointer, "pointer 1");
	assert_string_equal(d.field, "field 1");
	assert_string_equal(d.expected, "expected 1");
	assert_string_equal(d.actual, "actual 1");
	assert_string_equal(d.hint, "hint 1");
	assert_int_equal(d.code, 0);
}

static void test_null(void **state COCO_UNUSED)
{
	coco_diag_init(NULL);
	coco_diag_source(NULL, "x");
	coco_diag_cause(NULL, "x");
	assert_int_equal(coco_fail(NULL, COCO_E_IO_READ, "x"), COCO_E_IO_READ);
	assert_int_equal(coco_fail_at(NULL, COCO_E_IO_READ, 1, "f", "x"), COCO_E_IO_READ);
}

static void test_messages_are_escaped(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	coco_fail(&d, COCO_E_IO_READ, "a%sb", "\033[2J\n\xff");
	assert_string_equal(d.message, "a\\x1b[2J\\x0a\\xffb");
	coco_diag_source(&d, "%s", "caf\xc3\xa9");
	assert_string_equal(d.source, "caf\xc3\xa9");
}

/* A text of any length is bounded, terminated and still UTF-8. */
static void test_long_text(void **state COCO_UNUSED)
{
	static char text[5001];
	struct coco_diag d = { 0 };

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	coco_fail(&d, COCO_E_IO_READ, "x%s", text);
	assert_true(strlen(d.message) < sizeof(d.message));
	assert_true(strlen(d.message) > sizeof(d.message) - 8);
	assert_string_equal(d.message + strlen(d.message) - 3, "...");
	assert_true(coco_utf8_valid((const uint8_t *)d.message, strlen(d.message), NULL));
}

static void test_escape(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		size_t n;
		size_t cap;
		const char *want;
	} cases[] = {
		{ "", 0, 1, "" },
		{ "a", 1, 1, "" },
		{ "a", 1, 2, "a" },
		{ "abcde", 5, 6, "abcde" },
		{ "abcdef", 6, 6, "ab..." },
		{ "abcdef", 6, 4, "..." },
		{ "abcdef", 6, 3, "ab" },
		{ "\n", 1, 5, "\\x0a" },
		{ "\n\n", 2, 8, "\\x0a..." },
		{ "\n\n", 2, 7, "..." },
		{ "a\0b", 3, 16, "a\\x00b" },
		{ "\x7f", 1, 16, "\\x7f" },
		{ "\xc2\x85", 2, 16, "\\xc2\\x85" },
		{ "\xc2\xa0", 2, 16, "\xc2\xa0" },
		{ "\xe2\x82", 2, 16, "\\xe2\\x82" },
		{ "\xe2\x82\xac\xe2\x82\xac", 6, 7, "\xe2\x82\xac\xe2\x82\xac" },
		{ "\xe2\x82\xac\xe2\x82\xac", 6, 6, "..." },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *in = (char *)coco_test_guard(cases[i].text, cases[i].n);
		char *out = (char *)coco_test_guard("0123456789abcdef", cases[i].cap);

		coco_escape(out, cases[i].cap, in, cases[i].n);
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("case %zu: %s", i, out);
		coco_test_unguard((uint8_t *)out, cases[i].cap);
		coco_test_unguard((uint8_t *)in, cases[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_report_wins),
		cmocka_unit_test(test_setters_only_add),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_messages_are_escaped),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
