/*
 * test_rego_lex.c - tokens of Rego: strings and comments that hold what looks
 * like code, and texts that are refused with their line.
 */
#include "formats/broker/rego_lex.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

static int lex(struct coco_rego_tokens *ret, const char *text, size_t n, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_rego_lex(ret, coco_view_of(text, n), d);
}

static void test_tokens(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_rego_type type;
		const char *text;
		unsigned line;
		bool fresh;
	} want[] = {
		{ COCO_REGO_WORD, "a", 1, true },
		{ COCO_REGO_SIGN, ":=", 1, false },
		{ COCO_REGO_STRING, "x \\\" # y", 1, false },
		{ COCO_REGO_RAW, "raw \\\n\" {", 2, true },
		{ COCO_REGO_SIGN, "==", 3, false },
		{ COCO_REGO_NUMBER, "1.5e-3", 3, false },
		{ COCO_REGO_SIGN, ".", 4, true },
		{ COCO_REGO_WORD, "b_2", 4, false },
		{ COCO_REGO_SIGN, "=", 4, false },
		{ COCO_REGO_SIGN, "!=", 4, false },
		{ COCO_REGO_SIGN, "<=", 4, false },
		{ COCO_REGO_SIGN, "<", 4, false },
		{ COCO_REGO_NUMBER, "7", 4, false },
		{ COCO_REGO_SIGN, ".", 4, false },
		{ COCO_REGO_SIGN, "|", 4, false },
	};
	static const char text[] = "a := \"x \\\" # y\" # \" no\r\n`raw \\\n\" {` == 1.5e-3\n"
				   ".b_2 = != <= < 7. |";
	struct coco_rego_tokens t;
	struct coco_diag d;

	assert_ok(lex(&t, text, sizeof(text) - 1, &d), &d);
	assert_int_equal(t.n, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.v[i].type, want[i].type);
		assert_int_equal(t.v[i].n, strlen(want[i].text));
		assert_memory_equal(t.v[i].p, want[i].text, t.v[i].n);
		assert_int_equal(t.v[i].line, want[i].line);
		assert_int_equal(t.v[i].fresh, want[i].fresh);
	}
	assert_true(coco_rego_is(&t.v[0], "a"));
	assert_false(coco_rego_text(&t.v[0], "a"));
	assert_true(coco_rego_text(&t.v[3], "raw \\\n\" {"));
	assert_false(coco_rego_is(&t.v[3], "raw \\\n\" {"));
	coco_rego_tokens_free(&t);
	assert_ok(lex(&t, "# nothing", 9, &d), &d);
	assert_int_equal(t.n, 0);
	coco_rego_tokens_free(&t);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		size_t n;
		int code;
		const char *pointer;
	} bad[] = {
		{ "a\n\"open", 7, COCO_E_REGO_SYNTAX, "line 2" },
		{ "\"open\n\"", 7, COCO_E_REGO_SYNTAX, "line 1" },
		{ "\"\\", 2, COCO_E_REGO_SYNTAX, "line 1" },
		{ "\"\\x\"", 4, COCO_E_REGO_SYNTAX, "line 1" },
		{ "`raw\n\n", 6, COCO_E_REGO_SYNTAX, "line 3" },
		{ "`", 1, COCO_E_REGO_SYNTAX, "line 1" },
		{ "a ! b", 5, COCO_E_REGO_SYNTAX, "line 1" },
		{ "a @ b", 5, COCO_E_REGO_SYNTAX, "line 1" },
		{ "$\"t\"", 4, COCO_E_REGO_SYNTAX, "line 1" },
		{ "1e", 2, COCO_E_REGO_SYNTAX, "line 1" },
		{ "1e+", 3, COCO_E_REGO_SYNTAX, "line 1" },
		{ "12ab", 4, COCO_E_REGO_SYNTAX, "line 1" },
		{ "a\0b", 3, COCO_E_REGO_SYNTAX, "line 1" },
		{ "\xff", 1, COCO_E_FORMAT_UTF8, "" },
		{ "\xc3\xa4", 2, COCO_E_REGO_SYNTAX, "line 1" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_rego_tokens t = { .n = 77 };
		struct coco_diag d;

		assert_err(lex(&t, bad[i].text, bad[i].n, &d), bad[i].code, &d);
		assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(t.n, 77);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_rego_tokens t = { .n = 0 };
	struct coco_diag d;
	char *text = coco_zalloc(COCO_REGO_SOURCE + 1, 1);

	assert_non_null(text);
	memset(text, ';', COCO_REGO_SOURCE + 1);
	assert_err(lex(&t, text, COCO_REGO_SOURCE + 1, &d), COCO_E_LIMIT_SIZE, &d);
	assert_err(lex(&t, text, COCO_REGO_TOKENS + 1, &d), COCO_E_LIMIT_COUNT, &d);
	coco_free(text);
	int r = -1;
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		r = coco_rego_lex(&t, coco_view_of("a b c d e f g h i j k l", 23), &d);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(r, 0);
	coco_rego_tokens_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
