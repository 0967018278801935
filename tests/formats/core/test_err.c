/*
 * test_err.c - the lists of error codes: unique, well-formed, exit codes
 * pinned (docs/exit-codes.md).
 */
#include "formats/core/err.h"

#include <string.h>

#include "tests/support/support.h"

static void test_unique(void **state COCO_UNUSED)
{
	size_t n = 0;

	for (; coco_err_at(n) != NULL; n++) {
		const struct coco_err_info *a = coco_err_at(n);

		for (size_t k = 0; k < n; k++) {
			const struct coco_err_info *b = coco_err_at(k);

			if (a->code == b->code || strcmp(a->id, b->id) == 0)
				fail_msg("%s and %s", a->id, b->id);
		}
		assert_ptr_equal(coco_err_info(a->code), a);
		assert_ptr_equal(coco_err_find(a->id), a);
	}
	assert_true(n > 30);
	assert_null(coco_err_at(SIZE_MAX));
}

/* The list a number belongs to. */
static int area(int n)
{
	return n < 100 ? 0 : n < 200 ? 1 : n < 400 ? 2 : 3;
}

static void test_well_formed(void **state COCO_UNUSED)
{
	int last = 0;

	for (size_t i = 0; coco_err_at(i) != NULL; i++) {
		const struct coco_err_info *e = coco_err_at(i);
		unsigned dots = 0;

		for (const char *c = e->id; *c != '\0'; c++) {
			dots += *c == '.';
			if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_.", *c) == NULL)
				fail_msg("%s", e->id);
		}
		if (e->code == COCO_E_INTERNAL)
			dots++; /* internal.error is pinned below */
		if (dots != 2 || e->id[0] == '.' || strstr(e->id, "..") != NULL)
			fail_msg("%s", e->id);
		if (e->title[0] == '\0' || e->why[0] == '\0' || e->next[0] == '\0')
			fail_msg("%s lacks text", e->id);
		if (e->title[strlen(e->title) - 1] == '.')
			fail_msg("%s: the title ends with a full stop", e->id);
		assert_int_equal(-e->code / 1000, e->class);
		int number = -e->code % 1000;
		assert_in_range(number, 1, 999);
		/* core, then keys, then model: one range per list */
		assert_true(area(number) >= last);
		last = area(number);
	}
}

/* Numbers that appear in scripts of users; never change one. */
static void test_pinned(void **state COCO_UNUSED)
{
	static const struct {
		int code;
		int number;
		const char *id;
		int exit_code;
		const char *retry;
	} cases[] = {
		{ COCO_E_USAGE_OPTION, -1001, "usage.option.unknown", 2, "no" },
		{ COCO_E_CANCELLED, -1006, "usage.prompt.cancelled", 11, "no" },
		{ COCO_E_IO_OPEN, -2001, "io.file.open", 4, "maybe" },
		{ COCO_E_EXISTS, -2006, "io.output.exists", 10, "no" },
		{ COCO_E_IO_MODE, -2009, "io.secret.mode", 4, "maybe" },
		{ COCO_E_FORMAT_JSON, -3004, "format.json.syntax", 3, "no" },
		{ COCO_E_FORMAT_VALUE, -3010, "format.field.value", 3, "no" },
		{ COCO_E_LIMIT_SIZE, -9001, "limit.input.size", 9, "no" },
		{ COCO_E_LIMIT_MEMORY, -9003, "limit.memory.exhausted", 9, "no" },
		{ COCO_E_INTERNAL, -10001, "internal.error", 70, "no" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_int_equal(cases[i].code, cases[i].number);
		assert_string_equal(coco_err_info(cases[i].code)->id, cases[i].id);
		assert_int_equal(coco_err_exit(cases[i].code), cases[i].exit_code);
		assert_string_equal(coco_err_retry(cases[i].code), cases[i].retry);
	}
}

static void test_classes(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_err_class class;
		const char *name;
		int exit_code;
	} cases[] = {
		{ COCO_CLASS_USAGE, "usage", 2 },   { COCO_CLASS_IO, "io", 4 },
		{ COCO_CLASS_FORMAT, "format", 3 }, { COCO_CLASS_CRYPTO, "crypto", 7 },
		{ COCO_CLASS_VERIFY, "verify", 1 }, { COCO_CLASS_TRUST, "trust", 8 },
		{ COCO_CLASS_NET, "net", 5 },       { COCO_CLASS_REMOTE, "remote", 6 },
		{ COCO_CLASS_LIMIT, "limit", 9 },   { COCO_CLASS_INTERNAL, "internal", 70 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_string_equal(coco_err_class_name(cases[i].class), cases[i].name);
		for (size_t k = 0; coco_err_at(k) != NULL; k++) {
			const struct coco_err_info *e = coco_err_at(k);

			if (e->class == cases[i].class && e->code != COCO_E_EXISTS &&
			    e->code != COCO_E_CANCELLED)
				assert_int_equal(coco_err_exit(e->code), cases[i].exit_code);
		}
	}
}

static void test_unknown(void **state COCO_UNUSED)
{
	assert_int_equal(coco_err_info(12345)->code, COCO_E_INTERNAL);
	assert_int_equal(coco_err_exit(-999999), COCO_EXIT_BUG);
	assert_int_equal(coco_err_exit(0), 0);
	assert_null(coco_err_find("no.such.thing"));
	assert_string_equal(coco_err_class_name((enum coco_err_class)99), "internal");
}

static void test_exit_names(void **state COCO_UNUSED)
{
	static const char *const names[] = { "ok",      "rejected", "usage",         "malformed",
					     "io",      "network",  "refused",       "key",
					     "indeterminate", "limit", "exists",     "cancelled" };

	for (int i = 0; i < 12; i++)
		assert_string_equal(coco_exit_name(i), names[i]);
	assert_string_equal(coco_exit_name(70), "bug");
	assert_string_equal(coco_exit_name(12), "unknown");
	assert_string_equal(coco_exit_name(-1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unique),  cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_pinned),  cmocka_unit_test(test_classes),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_exit_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
