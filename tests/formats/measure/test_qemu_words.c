/*
 * test_qemu_words.c - a QEMU command line as words. Covers qemu_words.c.
 */
#include "formats/measure/qemu_words.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static int split(const char *text, size_t n, struct coco_qemu_words *w, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(text, n);

	*d = (struct coco_diag){ 0 };
	int r = coco_qemu_words_split(w, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	return r;
}

/* The words of text, joined with "|". */
static void check_n(const char *text, size_t n, size_t words, const char *want)
{
	struct coco_qemu_words w = { .n = 0 };
	struct coco_diag d;
	char got[256] = "";

	assert_ok(split(text, n, &w, &d), &d);
	assert_int_equal(w.n, words);
	for (size_t i = 0; i < w.n; i++) {
		strcat(got, w.word[i]);
		strcat(got, "|");
	}
	assert_string_equal(got, want);
	coco_qemu_words_free(&w);
}

static void check(const char *text, size_t words, const char *want)
{
	check_n(text, strlen(text), words, want);
}

static void test_good(void **state COCO_UNUSED)
{
	check("", 0, "");
	check(" \t\r\n", 0, "");
	check("-m 2G", 2, "-m|2G|");
	check("  -m\n2G  \n", 2, "-m|2G|");
	check("-m 2G \\\n  -smp\\\n 4 \\\n", 4, "-m|2G|-smp|4|");
	check("a'b c'd \"e f\" '' \"\"", 4, "ab cd|e f|||");
	check("-device '{\"driver\":\"x y\"}'", 2, "-device|{\"driver\":\"x y\"}|");
	check("\"a\\\"b\\\\c\\d\" a\\ b \\\\", 3, "a\"b\\c\\d|a b|\\|");
	check("# all\n-m 2G # ram\n-x a#b", 4, "-m|2G|-x|a#b|");
	check("$HOME *", 2, "$HOME|*|");
	check_n("qemu\0-append\0a 'b\0\0", 19, 4, "qemu|-append|a 'b||");
	check_n("a\0b", 3, 2, "a|b|");
}

static void test_bad(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "'", "a \"b", "a\\", "\"\\\"" };
	static char many[2 * COCO_QEMU_WORDS_MAX + 2];
	static uint8_t big[COCO_QEMU_TEXT_MAX + 1];
	struct coco_qemu_words w = { .n = 77 };
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		assert_err(split(bad[i], strlen(bad[i]), &w, &d), COCO_E_USAGE_VALUE, &d);
	for (size_t i = 0; i < sizeof(many); i += 2) {
		many[i] = 'a';
		many[i + 1] = ' ';
	}
	assert_err(split(many, sizeof(many), &w, &d), COCO_E_USAGE_VALUE, &d);
	for (size_t i = 1; i < sizeof(many); i += 2)
		many[i] = '\0';
	assert_err(split(many, sizeof(many), &w, &d), COCO_E_USAGE_VALUE, &d);
	assert_int_equal(w.n, 77);
	assert_ok(split(many, sizeof(many) - 2, &w, &d), &d);
	assert_int_equal(w.n, COCO_QEMU_WORDS_MAX);
	coco_qemu_words_free(&w);
	d = (struct coco_diag){ 0 };
	assert_err(coco_qemu_words_split(&w, coco_view_of(big, sizeof(big)), &d),
		   COCO_E_LIMIT_SIZE, &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_qemu_words w = { .n = 0 };
		struct coco_diag d = { 0 };

		int r = coco_qemu_words_split(&w, coco_view_of("a b c d e f g h i j", 19), &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_qemu_words_free(&w);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
