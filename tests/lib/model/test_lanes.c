/*
 * test_lanes.c - the engine that keeps many streams in flight: every item runs
 * once and to its end, digests are right, failures stop everything, memory of
 * lanes is returned.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/model/lanes.h"
#include "tests/support/support.h"

enum { PIECE = 1000 };

struct item {
	uint64_t seed;
	size_t n;
	_Atomic unsigned begun;
	_Atomic unsigned done;
	_Atomic unsigned abandoned;
	uint8_t digest[32];
	_Atomic bool *wait_for;  /* idle until it is set */
	_Atomic bool *sets;      /* set at the end */
	int fail_at;             /* -1: never; 0: in begin; n: in step n */
	bool fail_after;         /* in after() instead of step() */
};

struct world {
	_Atomic unsigned lanes_new;
	_Atomic unsigned lanes_free;
	_Atomic unsigned most;
	_Atomic unsigned busy;
	unsigned fail_new;       /* the n-th lane cannot be made; 0: never */
	volatile sig_atomic_t cancel;
	size_t cancel_after;     /* finished items; 0: never */
	_Atomic size_t finished;
};

struct state {
	struct item *item;
	size_t at;
	size_t n;
	int steps;
	struct coco_sha256 sha;
	uint8_t buf[PIECE];
};

static int lane_new(void *ctx, unsigned worker COCO_UNUSED, void **ret, struct coco_diag *diag)
{
	struct world *w = ctx;

	*ret = coco_zalloc(1, sizeof(struct state));
	assert_non_null(*ret);
	if (atomic_fetch_add(&w->lanes_new, 1) + 1 == w->fail_new) {
		coco_free(*ret);
		atomic_fetch_sub(&w->lanes_new, 1);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no lane");
	}
	return 0;
}

static void lane_free(void *ctx, void *state)
{
	struct world *w = ctx;

	atomic_fetch_add(&w->lanes_free, 1);
	coco_free(state);
}

static int lane_begin(void *ctx, void *state, void *arg, struct coco_diag *diag)
{
	struct world *w = ctx;
	struct state *s = state;
	unsigned busy = atomic_fetch_add(&w->busy, 1) + 1;

	s->item = arg;
	s->at = 0;
	s->steps = 0;
	coco_sha256_init(&s->sha);
	if (busy > atomic_load(&w->most))
		atomic_store(&w->most, busy);
	atomic_fetch_add(&s->item->begun, 1);
	return s->item->fail_at == 0 ? coco_fail(diag, COCO_E_IO_READ, "begin") : 0;
}

static int lane_step(void *ctx COCO_UNUSED, void *state, struct coco_sha256_job jobs[2],
		     size_t *ret_jobs, bool *ret_idle, struct coco_diag *diag)
{
	struct state *s = state;

	*ret_jobs = 0;
	*ret_idle = false;
	s->n = 0;
	if (++s->steps == s->item->fail_at && !s->item->fail_after)
		return coco_fail(diag, COCO_E_IO_READ, "step");
	if (s->item->wait_for != NULL && !atomic_load(s->item->wait_for)) {
		*ret_idle = true;
		return 0;
	}
	s->n = coco_min_size(s->item->n - s->at, PIECE);
	coco_test_random(s->buf, s->n, s->item->seed + s->at);
	if (s->n != 0) {
		jobs[0] = (struct coco_sha256_job){ &s->sha, s->buf, s->n };
		*ret_jobs = 1;
	}
	return 0;
}

static int lane_after(void *ctx, void *state, bool *ret_done, struct coco_diag *diag)
{
	struct world *w = ctx;
	struct state *s = state;

	if (s->steps == s->item->fail_at && s->item->fail_after)
		return coco_fail(diag, COCO_E_IO_WRITE, "after");
	if (s->item->wait_for != NULL && !atomic_load(s->item->wait_for))
		return 0;
	s->at += s->n;
	if (s->at < s->item->n)
		return 0;
	coco_sha256_final(&s->sha, s->item->digest);
	atomic_fetch_add(&s->item->done, 1);
	atomic_fetch_sub(&w->busy, 1);
	if (s->item->sets != NULL)
		atomic_store(s->item->sets, true);
	if (atomic_fetch_add(&w->finished, 1) + 1 == w->cancel_after)
		w->cancel = 1;
	*ret_done = true;
	return 0;
}

static void lane_abandon(void *ctx, void *state)
{
	struct world *w = ctx;
	struct state *s = state;

	atomic_fetch_sub(&w->busy, 1);
	atomic_fetch_add(&s->item->abandoned, 1);
}

static const struct coco_lane_ops ops = {
	.lane_new = lane_new, .lane_free = lane_free, .begin = lane_begin,
	.step = lane_step, .after = lane_after, .abandon = lane_abandon,
};

static struct item *make_items(size_t n, size_t scale)
{
	struct item *list = coco_zalloc(n, sizeof(*list));

	assert_non_null(list);
	for (size_t i = 0; i < n; i++) {
		list[i].seed = i * 1000003;
		list[i].n = i * i * 7919 % scale;
		list[i].fail_at = -1;
	}
	return list;
}

static int run_items(struct world *w, struct item *list, size_t n, unsigned jobs, unsigned lanes,
		     size_t n_serial, struct coco_diag *d)
{
	const struct coco_run run = { .jobs = jobs, .cancel = &w->cancel };
	struct coco_lane_item *items = coco_zalloc(n, sizeof(*items));

	assert_non_null(items);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct coco_lane_item){ .bytes = list[i].n, .serial = i < n_serial,
						    .arg = &list[i] };
	int r = coco_lanes_run(&run, items, n, lanes, &ops, w, d);
	coco_free(items);
	assert_int_equal(atomic_load(&w->lanes_new), atomic_load(&w->lanes_free));
	assert_int_equal(atomic_load(&w->busy), 0);
	return r;
}

static void check_digest(const struct item *x)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t buf[PIECE];
	uint8_t want[32];

	assert_non_null(md);
	assert_int_equal(EVP_DigestInit_ex2(md, EVP_sha256(), NULL), 1);
	for (size_t at = 0; at < x->n; at += PIECE) {
		size_t n = coco_min_size(x->n - at, PIECE);

		coco_test_random(buf, n, x->seed + at);
		assert_int_equal(EVP_DigestUpdate(md, buf, n), 1);
	}
	assert_int_equal(EVP_DigestFinal_ex(md, want, NULL), 1);
	EVP_MD_CTX_free(md);
	assert_memory_equal(x->digest, want, 32);
}

static void test_all(void **state COCO_UNUSED)
{
	static const size_t counts[] = { 1, 2, 3, 15, 16, 17, 100 };
	static const unsigned jobs[] = { 1, 2, 5 };
	static const unsigned lanes[] = { 1, 4, 16, 99 };

	for (size_t c = 0; c < COCO_ARRAY_LEN(counts); c++)
		for (size_t j = 0; j < COCO_ARRAY_LEN(jobs); j++)
			for (size_t l = 0; l < COCO_ARRAY_LEN(lanes); l++) {
				struct item *list = make_items(counts[c], 20000);
				struct world w = { .fail_new = 0 };
				struct coco_diag d = { 0 };

				assert_ok(run_items(&w, list, counts[c], jobs[j], lanes[l],
						    counts[c] / 5, &d), &d);
				for (size_t i = 0; i < counts[c]; i++) {
					assert_int_equal(list[i].begun, 1);
					assert_int_equal(list[i].done, 1);
					assert_int_equal(list[i].abandoned, 0);
					check_digest(&list[i]);
				}
				assert_true(w.most <= jobs[j] * COCO_LANES_MAX);
				coco_free(list);
			}
}

static void test_nothing(void **state COCO_UNUSED)
{
	struct world w = { .fail_new = 0 };
	struct coco_diag d = { 0 };

	assert_ok(run_items(&w, NULL, 0, 4, 4, 0, &d), &d);
	assert_int_equal(w.lanes_new, 0);
}

/* A serial item that waits for others does not keep them from being done. */
static void test_waiting(void **state COCO_UNUSED)
{
	static const unsigned jobs[] = { 1, 2, 3 };

	for (size_t j = 0; j < COCO_ARRAY_LEN(jobs); j++) {
		struct item *list = make_items(8, 5000);
		struct world w = { .fail_new = 0 };
		struct coco_diag d = { 0 };
		_Atomic bool flags[4] = { false };

		for (size_t i = 0; i < 4; i++) {
			list[i].wait_for = &flags[i];
			list[4 + i].sets = &flags[i];
		}
		assert_ok(run_items(&w, list, 8, jobs[j], 1, 4, &d), &d);
		for (size_t i = 0; i < 8; i++)
			assert_int_equal(list[i].done, 1);
		coco_free(list);
	}
}

static void test_failure(void **state COCO_UNUSED)
{
	for (unsigned jobs = 1; jobs <= 3; jobs += 2)
		for (int how = 0; how < 3; how++) {
			struct item *list = make_items(40, 30000);
			struct world w = { .fail_new = 0 };
			struct coco_diag d = { 0 };
			unsigned open = 0;

			list[20].n = 50000;
			list[20].fail_at = how == 0 ? 0 : 3;
			list[20].fail_after = how == 2;
			assert_err(run_items(&w, list, 40, jobs, 4, 3, &d),
				   how == 2 ? COCO_E_IO_WRITE : COCO_E_IO_READ, &d);
			/* what was begun ended or was given up, once */
			for (size_t i = 0; i < 40; i++) {
				assert_int_equal(list[i].begun, list[i].done + list[i].abandoned);
				open += list[i].abandoned;
			}
			assert_true(open >= 1);
			coco_free(list);
		}
}

static void test_no_lane(void **state COCO_UNUSED)
{
	for (unsigned n = 1; n <= 6; n++) {
		struct item *list = make_items(40, 30000);
		struct world w = { .fail_new = n };
		struct coco_diag d = { 0 };

		assert_err(run_items(&w, list, 40, 2, 8, 0, &d), COCO_E_LIMIT_MEMORY, &d);
		coco_free(list);
	}
}

static void test_cancel(void **state COCO_UNUSED)
{
	for (unsigned jobs = 1; jobs <= 2; jobs++) {
		struct item *list = make_items(200, 30000);
		struct world w = { .cancel = jobs == 2, .cancel_after = jobs == 1 ? 5 : 0 };
		struct coco_diag d = { 0 };

		assert_err(run_items(&w, list, 200, jobs, 2, 0, &d), COCO_E_CANCELLED, &d);
		assert_true(w.finished < 200);
		coco_free(list);
	}
}

static size_t order_at;

static int note_begin(void *ctx, void *state, void *arg, struct coco_diag *diag)
{
	const struct item *x = arg;

	assert_int_equal(x->seed, order_at);
	order_at++;
	return lane_begin(ctx, state, arg, diag);
}

/* Serial ones first, then the longest first, equal ones as they were given. */
static void test_order(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 10, 50, 50, 50, 90, 0 };
	static const uint64_t places[] = { 0, 2, 3, 4, 1, 5 };
	struct coco_lane_ops noting = ops;
	struct coco_lane_item items[6];
	struct item list[6];
	struct world w = { .fail_new = 0 };
	const struct coco_run run = { .jobs = 1 };
	struct coco_diag d = { 0 };

	memset(list, 0, sizeof(list));
	for (size_t i = 0; i < 6; i++) {
		list[i].n = sizes[i];
		list[i].seed = places[i];
		list[i].fail_at = -1;
		items[i] = (struct coco_lane_item){ .bytes = sizes[i], .serial = i == 0,
						    .arg = &list[i] };
	}
	noting.begin = note_begin;
	order_at = 0;
	assert_ok(coco_lanes_run(&run, items, 6, 1, &noting, &w, &d), &d);
	assert_int_equal(order_at, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_no_lane),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
