/*
 * test_pem.c - PEM blocks.
 */
#include "formats/core/pem.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

static int next(const char *text, struct coco_pem *pem, bool *found, struct coco_diag *d)
{
	struct coco_view rest = coco_view_of(text, strlen(text));

	coco_diag_init(d);
	return coco_pem_next(&rest, pem, found, d);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	uint8_t in[200];

	coco_test_random(in, sizeof(in), 1);
	for (size_t n = 1; n <= sizeof(in); n++) {
		char text[512];
		struct coco_pem pem = { .der = NULL };
		static struct coco_diag d;
		bool found = false;

		coco_pem_encode(text, "TEST KEY", in, n);
		assert_int_equal(strlen(text), coco_pem_len("TEST KEY", n));
		assert_ok(next(text, &pem, &found, &d), &d);
		assert_true(found);
		assert_string_equal(pem.label, "TEST KEY");
		assert_int_equal(pem.n_der, n);
		assert_memory_equal(pem.der, in, n);
		assert_false(pem.has_headers);
		coco_pem_clear(&pem);
	}
}

static void test_several_with_text(void **state COCO_UNUSED)
{
	static const char text[] = "explanation: of things\n"
				   "-----BEGIN A-----\r\nAQID\r\n-----END A-----\r\n"
				   "more\n\n"
				   "-----BEGIN B B-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n"
				   "BAUG  \n-----END B B-----";
	struct coco_view rest = coco_view_of(text, strlen(text));
	struct coco_pem pem = { .der = NULL };
	bool found = false;

	assert_true(coco_pem_looks(rest));
	assert_ok(coco_pem_next(&rest, &pem, &found, NULL), NULL);
	assert_true(found);
	assert_string_equal(pem.label, "A");
	assert_memory_equal(pem.der, "\1\2\3", 3);
	coco_pem_clear(&pem);
	assert_ok(coco_pem_next(&rest, &pem, &found, NULL), NULL);
	assert_true(found);
	assert_string_equal(pem.label, "B B");
	assert_true(pem.has_headers);
	assert_memory_equal(pem.der, "\4\5\6", 3);
	coco_pem_clear(&pem);
	assert_ok(coco_pem_next(&rest, &pem, &found, NULL), NULL);
	assert_false(found);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"-----BEGIN A-----\nAQID\n",
		"-----BEGIN A-----\nAQID\n-----END B-----\n",
		"-----BEGIN A-----\nAQID\n-----END A----\n",
		"-----BEGIN A-----\nAQI\n-----END A-----\n",
		"-----BEGIN A-----\nAQ!D\n-----END A-----\n",
		"-----BEGIN A-----\n-----END A-----\n",
		"-----BEGIN A-----\nAQID\n-----BEGIN A-----\nAQID\n-----END A-----\n",
		"-----BEGIN -----\nAQID\n-----END -----\n",
		"-----BEGIN A\nAQID\n-----END A-----\n",
		"-----BEGIN A-----\nName: value\n-----END A-----\n",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_pem pem = { .der = NULL };
		static struct coco_diag d;
		bool found = false;

		assert_err(next(bad[i], &pem, &found, &d), COCO_E_FORMAT_PEM, &d);
		assert_null(pem.der);
	}
}

static void test_truncated(void **state COCO_UNUSED)
{
	uint8_t der[90];
	char text[300];

	coco_test_random(der, sizeof(der), 2);
	coco_pem_encode(text, "K", der, sizeof(der));
	for (size_t n = 0; n + 1 < strlen(text); n++) {
		uint8_t *guarded = coco_test_guard(text, n);
		struct coco_view rest = coco_view_of(guarded, n);
		struct coco_pem pem = { .der = NULL };
		bool found = false;
		int r = coco_pem_next(&rest, &pem, &found, NULL);

		assert_true(r == COCO_E_FORMAT_PEM || !found);
		assert_null(pem.der);
		coco_test_unguard(guarded, n);
	}
}

static void test_no_block(void **state COCO_UNUSED)
{
	struct coco_pem pem = { .der = NULL };
	static struct coco_diag d;
	bool found = true;

	assert_ok(next("", &pem, &found, &d), &d);
	assert_false(found);
	found = true;
	assert_ok(next("nothing here\n x -----BEGIN A-----\n", &pem, &found, &d), &d);
	assert_false(found);
	assert_false(coco_pem_looks(coco_view_of("abc", 3)));
}

static void test_limit(void **state COCO_UNUSED)
{
	size_t n = COCO_PEM_MAX + 100;
	char *text = coco_alloc(n + 100, 1);
	struct coco_pem pem = { .der = NULL };
	static struct coco_diag d;
	bool found = false;

	assert_non_null(text);
	int head = snprintf(text, 100, "-----BEGIN A-----\n");
	memset(text + head, 'A', n);
	int tail = snprintf(text + (size_t)head + n, 60, "\n-----END A-----\n");
	struct coco_view rest = coco_view_of(text, (size_t)head + n + (size_t)tail);
	assert_err(coco_pem_next(&rest, &pem, &found, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = "-----BEGIN A-----\nAQID\n-----END A-----\n";
	static struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_pem pem = { .der = NULL };
		bool found = false;
		int r = next(text, &pem, &found, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_pem_clear(&pem);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_several_with_text),
		cmocka_unit_test(test_bad),	   cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_no_block),   cmocka_unit_test(test_limit),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
