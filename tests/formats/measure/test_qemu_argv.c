/*
 * test_qemu_argv.c - recorded command lines as words: three forms of a record,
 * and what only a shell could read.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/qemu_argv.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static int split(const char *text, size_t n, struct coco_qemu_argv *w, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_qemu_argv_split(w, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	return r;
}

static void same(const char *text, size_t n, const char *const *want, size_t first)
{
	struct coco_qemu_argv w;
	struct coco_diag d;
	size_t i = 0;

	assert_ok(split(text, n, &w, &d), &d);
	for (; want[i] != NULL; i++)
		assert_string_equal(w.v[i], want[i]);
	assert_int_equal(w.n, i);
	assert_int_equal(w.first, first);
	coco_qemu_argv_free(&w);
}

static void test_forms(void **state COCO_UNUSED)
{
	static const char *const want[] = { "/usr/bin/qemu-system-x86_64", "-append", "a  \"b\"",
					    "", NULL };
	static const char nul[] = "/usr/bin/qemu-system-x86_64\0-append\0a  \"b\"\0";
	static const char json[] =
		" [\"/usr/bin/qemu-system-x86_64\", \"-append\", \"a  \\\"b\\\"\", \"\"]\n";
	static const char shell[] =
		"/usr/bin/qemu-system-x86_64 \\\n\t-append 'a  \"b\"' \\\n  \"\"\n";
	static const char escapes[] =
		"/usr/bin/qemu-system-x86_64 -append \"a  \\\"b\\\"\" ''";

	same(nul, sizeof(nul), want, 1);
	same(json, strlen(json), want, 1);
	same(shell, strlen(shell), want, 1);
	same(escapes, strlen(escapes), want, 1);
	static const char *const sudo[] = { "sudo", "A=b", "qemu-kvm", "-S", NULL };
	same("sudo A=b qemu-kvm -S", 20, sudo, 3);
	static const char *const bare[] = { "-S", "-s", NULL };
	same("-S -s", 5, bare, 0);
	static const char *const joined[] = { "x", "a bc\\d", "e", NULL };
	same("x a\\ 'b'\"c\\d\" e\\\n", 17, joined, 1);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_PROFILE_ARGV },
		{ "qemu-system-x86_64", COCO_E_PROFILE_ARGV },
		{ "q -append 'a", COCO_E_PROFILE_ARGV },
		{ "q -append \"a", COCO_E_PROFILE_ARGV },
		{ "q -m $MEM", COCO_E_PROFILE_ARGV },
		{ "q -m \"$MEM\"", COCO_E_PROFILE_ARGV },
		{ "q -m `x`", COCO_E_PROFILE_ARGV },
		{ "q -m 1 &", COCO_E_PROFILE_ARGV },
		{ "q -m 1 >log", COCO_E_PROFILE_ARGV },
		{ "q -m 1; q", COCO_E_PROFILE_ARGV },
		{ "[\"q\", 1]", COCO_E_FORMAT_JSON_TYPE },
		{ "[\"q\"", COCO_E_FORMAT_JSON },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_qemu_argv w = { .n = 99 };
		struct coco_diag d;

		assert_err(split(bad[i].text, strlen(bad[i].text), &w, &d), bad[i].code, &d);
		assert_int_equal(w.n, 99);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	enum { BYTES = (1 << 20) + 1 };
	struct coco_qemu_argv w;
	struct coco_diag d;
	char *text = coco_zalloc(BYTES, 1);

	assert_err(split(text, BYTES, &w, &d), COCO_E_LIMIT_SIZE, &d);
	assert_err(split(text, COCO_QEMU_ARGV_WORDS + 1, &w, &d), COCO_E_LIMIT_SIZE, &d);
	memset(text, 'a', BYTES);
	for (size_t i = 1; i < 2 * COCO_QEMU_ARGV_WORDS + 2; i += 2)
		text[i] = ' ';
	assert_err(split(text, 2 * COCO_QEMU_ARGV_WORDS + 2, &w, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(text);
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_qemu_argv q = { .n = 0 };
		int r = coco_qemu_argv_split(&q, coco_view_of("q 'a' b", 7), &d);

		coco_qemu_argv_free(&q);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
