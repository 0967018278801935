/*
 * test_verified.c - remembered signatures: what was noted is found with its
 * answer, nothing else is, also when the table is full.
 */
#include "lib/evidence/verified.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static void digest(uint8_t ret[32], uint64_t seed)
{
	coco_test_random(ret, 32, seed);
}

static void test_pairs(void **state COCO_UNUSED)
{
	struct coco_verified *v = NULL;
	uint8_t a[32], b[32];
	bool good = false;

	digest(a, 1);
	digest(b, 2);
	assert_ok(coco_verified_new(&v, NULL), NULL);
	assert_false(coco_verified_find(v, a, b, &good));
	coco_verified_note(v, a, b, true);
	coco_verified_note(v, b, a, false);
	assert_true(coco_verified_find(v, a, b, &good) && good);
	assert_true(coco_verified_find(v, b, a, &good) && !good);
	assert_false(coco_verified_find(v, a, a, &good));
	coco_verified_note(v, a, b, false);       /* the first answer stays */
	assert_true(coco_verified_find(v, a, b, &good) && good);
	b[31] ^= 1;
	assert_false(coco_verified_find(v, a, b, &good));
	coco_verified_free(v);
	coco_verified_free(NULL);
	assert_false(coco_verified_find(NULL, a, b, &good));
	coco_verified_note(NULL, a, b, true);
}

static void test_full(void **state COCO_UNUSED)
{
	enum { MANY = 6000 };
	struct coco_verified *v = NULL;
	uint8_t a[32], by[32] = { 0 };
	unsigned known = 0;

	assert_ok(coco_verified_new(&v, NULL), NULL);
	for (unsigned i = 0; i < MANY; i++) {
		digest(a, i);
		coco_verified_note(v, a, by, i % 2 == 0);
	}
	for (unsigned i = 0; i < MANY; i++) {
		bool good = false;

		digest(a, i);
		if (!coco_verified_find(v, a, by, &good))
			continue;
		assert_int_equal(good, i % 2 == 0);
		known++;
	}
	assert_int_equal(known, 3072);
	coco_verified_free(v);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_verified *v = NULL;
	struct coco_diag d;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&d);
		int r = coco_verified_new(&v, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_verified_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
