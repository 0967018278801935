/*
 * test_random.c - randomness.
 */
#include "lib/crypto/random.h"

#include <string.h>

#include "tests/support/support.h"

static void test_differs(void **state COCO_UNUSED)
{
	uint8_t a[32] = { 0 };
	uint8_t b[32] = { 0 };

	assert_ok(coco_random(a, sizeof(a), NULL), NULL);
	assert_ok(coco_random(b, sizeof(b), NULL), NULL);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_ok(coco_random_secret(b, sizeof(b), NULL), NULL);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_ok(coco_random(a, 0, NULL), NULL);
}

static void test_too_much(void **state COCO_UNUSED)
{
	uint8_t a[1];
	static struct coco_diag d;

	assert_err(coco_random(a, (size_t)1 << 40, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_random_secret(a, (size_t)1 << 40, &d), COCO_E_INTERNAL, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
