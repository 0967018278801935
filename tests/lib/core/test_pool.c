/*
 * test_pool.c - worker threads.
 */
#include "lib/core/pool.h"

#include <stdatomic.h>

#include "tests/support/alloc_fail.h"

enum { ITEMS = 1000 };

struct shared {
	_Atomic unsigned seen[ITEMS];
	_Atomic unsigned calls;
	size_t bad;
	volatile sig_atomic_t cancel;
};

static int mark(void *ctx, size_t item, struct coco_diag *diag)
{
	struct shared *s = ctx;

	atomic_fetch_add(&s->seen[item], 1);
	atomic_fetch_add(&s->calls, 1);
	if (item == s->bad)
		return coco_fail(diag, COCO_E_IO_READ, "item %zu", item);
	return 0;
}

static struct shared s;

static void reset(size_t bad)
{
	for (size_t i = 0; i < ITEMS; i++)
		atomic_store(&s.seen[i], 0);
	atomic_store(&s.calls, 0);
	s.bad = bad;
	s.cancel = 0;
}

static void test_each_once(void **state COCO_UNUSED)
{
	for (unsigned jobs = 0; jobs <= 9; jobs++) {
		struct coco_run run = { .jobs = jobs };
		struct coco_diag d = { 0 };

		for (size_t n = 0; n <= ITEMS; n += n < 4 ? 1 : 249) {
			reset(SIZE_MAX);
			assert_ok(coco_pool_each(&run, n, mark, &s, &d), &d);
			for (size_t i = 0; i < ITEMS; i++)
				assert_int_equal(s.seen[i], i < n ? 1 : 0);
		}
	}
}

static void test_each_failure(void **state COCO_UNUSED)
{
	for (unsigned jobs = 1; jobs <= 8; jobs++) {
		struct coco_run run = { .jobs = jobs };
		struct coco_diag d = { 0 };

		reset(3);
		assert_err(coco_pool_each(&run, ITEMS, mark, &s, &d), COCO_E_IO_READ, &d);
		assert_string_equal(d.message, "item 3");
		if (jobs == 1)
			assert_int_equal(s.calls, 4);
		assert_int_equal(coco_pool_each(&run, ITEMS, mark, &s, NULL), COCO_E_IO_READ);
	}
}

static void test_each_cancelled(void **state COCO_UNUSED)
{
	struct coco_run run = { .jobs = 4, .cancel = &s.cancel };
	struct coco_diag d = { 0 };

	reset(SIZE_MAX);
	s.cancel = 1;
	assert_err(coco_pool_each(&run, ITEMS, mark, &s, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(s.calls, 0);
}

/* What each worker returns is in the table; NULL message: success. */
struct plan {
	const int *codes;
	_Atomic unsigned running;
};

static int planned(void *ctx, unsigned id, struct coco_diag *diag)
{
	struct plan *p = ctx;

	atomic_fetch_add(&p->running, 1);
	if (p->codes[id] == 0)
		return 0;
	return coco_fail(diag, p->codes[id], "worker %u", id);
}

static void test_first_failure(void **state COCO_UNUSED)
{
	static const int cases[][5] = {
		/* codes of workers 0-3, worker that is reported */
		{ 0, 0, 0, 0, -1 },
		{ 0, COCO_E_IO_READ, COCO_E_IO_WRITE, 0, 1 },
		{ COCO_E_CANCELLED, 0, COCO_E_IO_WRITE, 0, 2 },
		{ COCO_E_CANCELLED, COCO_E_CANCELLED, 0, 0, 0 },
		{ COCO_E_IO_OPEN, COCO_E_IO_READ, COCO_E_CANCELLED, 0, 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct plan p = { .codes = cases[i] };
		struct coco_diag d = { 0 };
		int want = cases[i][4] < 0 ? 0 : cases[i][cases[i][4]];

		assert_int_equal(coco_pool_run(4, planned, &p, &d), want);
		assert_int_equal(p.running, 4);
		assert_int_equal(d.code, want);
		if (want != 0)
			assert_int_equal(d.message[7] - '0', cases[i][4]);
	}
}

static void test_single(void **state COCO_UNUSED)
{
	static const int codes[] = { COCO_E_IO_READ };
	struct plan p = { .codes = codes };
	struct coco_diag d = { 0 };

	assert_err(coco_pool_run(0, planned, &p, &d), COCO_E_IO_READ, &d);
	assert_int_equal(p.running, 1);
}

static void test_no_memory(void **state COCO_UNUSED)
{
	static const int codes[4];
	struct plan p = { .codes = codes };
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_pool_run(4, planned, &p, &d), &d))
			break;
	assert_int_equal(p.running, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),      cmocka_unit_test(test_each_failure),
		cmocka_unit_test(test_each_cancelled), cmocka_unit_test(test_first_failure),
		cmocka_unit_test(test_single),         cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
