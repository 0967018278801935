/*
 * test_toml_scalar.c - TOML strings, numbers, booleans and times.
 */
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/toml.h"
#include "tests/support/support.h"

/* Parses "v = TEXT" that ends at a guard page; NULL diag fields on success. */
static int parse(const char *text, size_t n_text, struct coco_toml *doc, struct coco_diag *d)
{
	static char line[2000];

	assert_true(n_text + 4 <= sizeof(line));
	memcpy(line, "v = ", 4);
	memcpy(line + 4, text, n_text);
	uint8_t *p = coco_test_guard(line, n_text + 4);
	int r = coco_toml_parse(doc, coco_view_of(p, n_text + 4), d);
	coco_test_unguard(p, n_text + 4);
	return r;
}

static void test_strings(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		const char *want;
		size_t n;
	} cases[] = {
		{ "\"\"", "", 0 },
		{ "''", "", 0 },
		{ "\"a b\"", "a b", 3 },
		{ "'a\\b'", "a\\b", 3 },
		{ "\"\\b\\t\\n\\f\\r\\\"\\\\\"", "\b\t\n\f\r\"\\", 7 },
		{ "\"\\u00e9\\U0001F600\\u0041\"", "\xc3\xa9\xf0\x9f\x98\x80" "A", 7 },
		{ "\"a\\u0000b\"", "a\0b", 3 },
		{ "\"\\uD7FF\\uE000\\U0010FFFF\\u07ff\"",
		  "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xdf\xbf", 12 },
		{ "\"\t\"", "\t", 1 },
		{ "\"# no comment\"", "# no comment", 12 },
		{ "\"\"\"\"\"\"", "", 0 },
		{ "''''''", "", 0 },
		{ "\"\"\"\na\nb\"\"\"", "a\nb", 3 },
		{ "\"\"\"\r\na\r\nb\"\"\"", "a\nb", 3 },
		{ "'''\n\na'''", "\na", 2 },
		{ "'''a\\\nb'''", "a\\\nb", 4 },
		{ "\"\"\"a\\\n   \n\t b\"\"\"", "ab", 2 },
		{ "\"\"\"a\\  \t\r\n  b \\\n\"\"\"", "ab ", 3 },
		{ "\"\"\"a\"b\"\"c\"\"\"", "a\"b\"\"c", 6 },
		{ "\"\"\"a\"\"\"\"", "a\"", 2 },
		{ "\"\"\"a\"\"\"\"\"", "a\"\"", 3 },
		{ "\"\"\"\"a\"\"\"", "\"a", 2 },
		{ "\"\"\"\"\"a\"\"\"", "\"\"a", 3 },
		{ "'''''a'''''", "''a''", 5 },
		{ "\"\"\"\\\"\"\"\"", "\"", 1 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_toml doc;
		struct coco_diag d = { 0 };

		assert_ok(parse(cases[i].text, strlen(cases[i].text), &doc, &d), &d);
		const struct coco_toml_value *v = coco_toml_find(&doc.root, "v");
		if (v->type != COCO_TOML_STRING || v->n != cases[i].n ||
		    memcmp(v->u.text, cases[i].want, v->n + 1) != 0)
			fail_msg("%s: %s", cases[i].text, v->u.text);
		coco_toml_free(&doc);
	}
}

static void test_integers(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
		{ "0", 0 },           { "-0", 0 },          { "+0", 0 },
		{ "7", 7 },           { "+99", 99 },        { "-17", -17 },
		{ "1_000", 1000 },    { "1_2_3_4", 1234 },  { "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },      { "0xDEADbeef", 0xdeadbeef },
		{ "0xdead_beef", 0xdeadbeef },              { "0x7fffffffffffffff", INT64_MAX },
		{ "0o755", 0755 },    { "0o0_1", 1 },       { "0b1101", 13 },
		{ "0x00", 0 },        { "0b1_0", 2 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_toml doc;
		struct coco_diag d = { 0 };
		int64_t v = 99;

		assert_ok(parse(cases[i].text, strlen(cases[i].text), &doc, &d), &d);
		assert_ok(coco_toml_i64(&doc.root, "v", INT64_MIN, INT64_MAX, &v, &d), &d);
		assert_true(v == cases[i].want);
		coco_toml_free(&doc);
	}
}

static void test_reals(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		double want;
	} cases[] = {
		{ "0.0", 0 },          { "-0.0", 0 },       { "1.0", 1 },
		{ "+1.5", 1.5 },       { "-0.01", -0.01 },  { "5e+22", 5e22 },
		{ "1e06", 1e6 },       { "-2E-2", -2e-2 },  { "6.626e-34", 6.626e-34 },
		{ "1_0.0_1", 10.01 },  { "1e1_0", 1e10 },   { "0e0", 0 },
		{ "3.141592653589793", 3.141592653589793 },
	};
	static const char *const locales[] = { "C", "de_DE.UTF-8", "fr_FR.UTF-8" };

	for (size_t l = 0; l < COCO_ARRAY_LEN(locales); l++) {
		if (setlocale(LC_NUMERIC, locales[l]) == NULL)
			continue;
		for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
			struct coco_toml doc;
			struct coco_diag d = { 0 };

			assert_ok(parse(cases[i].text, strlen(cases[i].text), &doc, &d), &d);
			const struct coco_toml_value *v = coco_toml_find(&doc.root, "v");
			assert_int_equal(v->type, COCO_TOML_REAL);
			assert_true(!(v->u.real < cases[i].want) && !(v->u.real > cases[i].want));
			coco_toml_free(&doc);
		}
	}
	setlocale(LC_NUMERIC, "C");
}

static void test_special(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "inf", "+inf", "-inf", "nan", "+nan", "-nan",
					     "true", "false" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_toml doc;
		struct coco_diag d = { 0 };

		assert_ok(parse(texts[i], strlen(texts[i]), &doc, &d), &d);
		const struct coco_toml_value *v = coco_toml_find(&doc.root, "v");
		if (i < 3)
			assert_true(v->type == COCO_TOML_REAL && isinf(v->u.real) &&
				    (v->u.real < 0) == (i == 2));
		else if (i < 6)
			assert_true(v->type == COCO_TOML_REAL && isnan(v->u.real));
		else
			assert_true(v->type == COCO_TOML_BOOL && v->u.boolean == (i == 6));
		coco_toml_free(&doc);
	}
}

static void test_times(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		enum coco_toml_type type;
		struct coco_toml_time want;
	} cases[] = {
		{ "1979-05-27T07:32:00Z", COCO_TOML_DATETIME, { 1979, 5, 27, 7, 32, 0, 0, 0 } },
		{ "1979-05-27t07:32:00z", COCO_TOML_DATETIME, { 1979, 5, 27, 7, 32, 0, 0, 0 } },
		{ "1979-05-27 00:32:00.999999-07:30", COCO_TOML_DATETIME,
		  { 1979, 5, 27, 0, 32, 0, 999999000, -450 } },
		{ "2000-02-29T23:59:60+14:00", COCO_TOML_DATETIME,
		  { 2000, 2, 29, 23, 59, 60, 0, 840 } },
		{ "1979-05-27T07:32:00", COCO_TOML_LOCAL_DATETIME,
		  { 1979, 5, 27, 7, 32, 0, 0, 0 } },
		{ "0000-01-01 00:00:00.1234567891", COCO_TOML_LOCAL_DATETIME,
		  { 0, 1, 1, 0, 0, 0, 123456789, 0 } },
		{ "9999-12-31", COCO_TOML_LOCAL_DATE, { 9999, 12, 31, 0, 0, 0, 0, 0 } },
		{ "07:32:00.5", COCO_TOML_LOCAL_TIME, { 0, 0, 0, 7, 32, 0, 500000000, 0 } },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_toml doc;
		struct coco_diag d = { 0 };

		assert_ok(parse(cases[i].text, strlen(cases[i].text), &doc, &d), &d);
		const struct coco_toml_value *v = coco_toml_find(&doc.root, "v");
		assert_int_equal(v->type, cases[i].type);
		assert_string_equal(v->u.time.text, cases[i].text);
		struct coco_toml_value want = { .type = v->type };
		want.u.time.t = cases[i].want;
		assert_true(coco_toml_equal(v, &want));
		coco_toml_free(&doc);
	}
}

static const char *const invalid[] = {
	/* strings */
	"\"", "'", "\"a", "'a", "\"a\n\"", "'a\n'", "\"a\r\n\"", "\"\\", "\"\\x41\"", "\"\\ \"",
	"\"\\e\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\uDFFF\"", "\"\\U00110000\"",
	"\"\\UFFFFFFFF\"", "\"\x01\"", "\"\x7f\"", "'\x1f'", "\"\r\"", "\"a\"b", "\"a\" \"b\"",
	"\"\"\"a\"\"", "\"\"\"a", "'''a''", "\"\"\"a\"\"\"\"\"\"", "'''a''''''", "\"\"\"\\x\"\"\"",
	"\"\"\"a\\ b\"\"\"", "\"\"\"\x02\"\"\"", "'''\r'''", "\"\"\"\r\"\"\"", "\"\"\"a\\",
	/* booleans and words */
	"True", "TRUE", "yes", "tru", "truee", "null", "a", "+true", "\xc3\xa9",
	/* integers */
	"+", "-", "_1", "1_", "1__0", "01", "-01", "+00", "0_1", "--1", "+-1", "1 2", "0x", "0x_1",
	"0x1_", "0xg", "0X1", "-0x1", "+0b1", "0b2", "0o8", "0B1", "0O7", "1a",
	"9223372036854775808", "-9223372036854775809", "0xffffffffffffffff",
	/* reals */
	".5", "5.", "1.e5", "1._5", "1_.5", "1.5_", "1e", "1e+", "1e_5", "1e5_", "1.2.3", "01.5",
	"1e5.5", "Inf", "NaN", "infinity", "+ inf", "i", "1e999", "1,5", "0x1.8p3",
	/* times */
	"1979-05-27T", "1979-5-27", "1979-05-2", "1979-13-01", "1979-00-01", "1979-01-00",
	"1979-02-29", "1900-02-29", "1979-04-31", "1979-05-27T24:00:00", "1979-05-27T00:60:00",
	"1979-05-27T00:00:61", "1979-05-27T00:00", "1979-05-27T00:00:00.", "07:32", "7:32:00",
	"07:32:00Z", "1979-05-27T07:32:00+", "1979-05-27T07:32:00+24:00",
	"1979-05-27T07:32:00+07:60", "1979-05-27T07:32:00+0700", "1979-05-27Z",
	"1979-05-27  07:32:00", "1979-05-27 7:32:00", "1979/05/27", "10000-01-01",
	/* nothing */
	"", " ", "#", "\n", "=", ",",
};

static void test_invalid(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(invalid); i++) {
		struct coco_toml doc = { .root = { .line = 77 } };
		struct coco_diag d = { 0 };
		int r = parse(invalid[i], strlen(invalid[i]), &doc, &d);

		if (r != COCO_E_FORMAT_TOML || d.code != r || doc.root.line != 77)
			fail_msg("%s: %d %s", invalid[i], r, d.message);
		assert_true(d.has_offset);
		assert_memory_equal(d.pointer, "line ", 5);
	}
}

static void test_long_number(void **state COCO_UNUSED)
{
	struct coco_toml doc;
	struct coco_diag d = { 0 };
	char text[200];

	memset(text, '1', sizeof(text));
	text[1] = '.';
	assert_ok(parse(text, 128, &doc, &d), &d);
	coco_toml_free(&doc);
	assert_err(parse(text, 129, &doc, &d), COCO_E_FORMAT_TOML, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings), cmocka_unit_test(test_integers),
		cmocka_unit_test(test_reals),   cmocka_unit_test(test_special),
		cmocka_unit_test(test_times),   cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_long_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
