/*
 * test_mem.c - the allocation wrapper.
 */
#include "formats/core/mem.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static void test_overflow(void **state COCO_UNUSED)
{
	size_t half = SIZE_MAX / 2 + 2;

	assert_null(coco_alloc(half, 2));
	assert_null(coco_zalloc(half, 2));
	assert_null(coco_realloc(NULL, half, 2));
}

static void test_empty_and_zero(void **state COCO_UNUSED)
{
	uint8_t *p = coco_alloc(0, 8);
	uint8_t *q = coco_zalloc(0, 8);
	uint8_t *z = coco_zalloc(16, 2);

	assert_non_null(p);
	assert_non_null(q);
	for (int i = 0; i < 32; i++)
		assert_int_equal(z[i], 0);
	p = coco_realloc(p, 0, 0);
	assert_non_null(p);
	coco_free(p);
	coco_free(q);
	coco_free(z);
	coco_free(NULL);
}

/* Large blocks are aligned for those who read into them, and can fail as all others. */
static void test_large(void **state COCO_UNUSED)
{
	uint8_t *p = coco_alloc(128 << 10, 1);
	uint8_t *q = coco_alloc(4 << 20, 1);

	assert_int_equal((uintptr_t)p % 4096, 0);
	assert_int_equal((uintptr_t)q % (2 << 20), 0);
	memset(p, 1, 128 << 10);
	p = coco_realloc(p, 1, 256 << 10);
	assert_non_null(p);
	assert_int_equal(p[(128 << 10) - 1], 1);
	coco_free(p);
	coco_free(q);
	coco_test_alloc_arm(1);
	assert_null(coco_alloc(128 << 10, 1));
	assert_true(coco_test_alloc_disarm());
}

static void test_copies(void **state COCO_UNUSED)
{
	char *s = coco_strdup("text");
	char *t = coco_strndup("text", 2);
	char *m = coco_memdup("a\0b", 3);
	void *e = coco_memdup(NULL, 0);

	assert_string_equal(s, "text");
	assert_string_equal(t, "te");
	assert_memory_equal(m, "a\0b", 3);
	assert_non_null(e);
	coco_free(s);
	coco_free(t);
	coco_free(m);
	coco_free(e);
	coco_test_alloc_arm(1);
	assert_null(coco_strdup("text"));
	coco_test_alloc_arm(1);
	assert_null(coco_memdup("x", 1));
	assert_true(coco_test_alloc_disarm());
}

static void test_grow(void **state COCO_UNUSED)
{
	void *list = NULL;
	size_t cap = 0;

	for (size_t n = 0; n < 100; n++) {
		assert_true(coco_grow(&list, &cap, n, sizeof(uint32_t), 100));
		assert_in_range(cap, n + 1, 100);
		((uint32_t *)list)[n] = (uint32_t)n;
	}
	void *before = list;
	assert_false(coco_grow(&list, &cap, 100, sizeof(uint32_t), 100));
	assert_ptr_equal(list, before);
	coco_test_alloc_arm(1);
	assert_false(coco_grow(&list, &cap, 100, sizeof(uint32_t), 1000));
	assert_true(coco_test_alloc_disarm());
	assert_ptr_equal(list, before);
	assert_int_equal(cap, 100);
	for (uint32_t n = 0; n < 100; n++)
		assert_int_equal(((uint32_t *)list)[n], n);
	coco_free(list);
	list = NULL;
	cap = 0;
	assert_true(coco_grow(&list, &cap, 0, 1, 1));
	assert_int_equal(cap, 1);
	coco_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_empty_and_zero),
		cmocka_unit_test(test_large), cmocka_unit_test(test_copies),
		cmocka_unit_test(test_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
