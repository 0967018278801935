/*
 * test_tensor.c - regions of a tensor file.
 */
#include "formats/model/tensor.h"

#include <string.h>

#include "tests/support/support.h"
#include "tests/support/tensor_cover.h"

static struct coco_tensor_span span(uint64_t begin, uint64_t end, enum coco_tensor_class class,
				    uint32_t index)
{
	return (struct coco_tensor_span){ begin, end, class, index };
}

static void expect_region(const struct coco_tensor_map *map, size_t i, uint64_t offset,
			  uint64_t length, enum coco_tensor_class class)
{
	assert_true(i < map->n_regions);
	assert_int_equal(map->regions[i].offset, offset);
	assert_int_equal(map->regions[i].length, length);
	assert_int_equal(map->regions[i].class, class);
}

static void test_regions(void **state COCO_UNUSED)
{
	struct coco_tensor_span spans[] = {
		span(40, 50, COCO_TENSOR_F16, 0),  span(10, 20, COCO_TENSOR_BF16, 1),
		span(20, 20, COCO_TENSOR_INT, 2),  span(20, 30, COCO_TENSOR_BF16, 3),
		span(30, 32, COCO_TENSOR_F32, 4),
	};
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };

	coco_tensor_sort(spans, 5);
	assert_int_equal(spans[0].index, 1);
	assert_int_equal(spans[1].index, 2);
	assert_int_equal(spans[4].index, 0);
	assert_null(coco_tensor_overlap(spans, 5));
	assert_ok(coco_tensor_map_build(&map, spans, 5, 60, &d), &d);
	assert_true(coco_test_covers(&map));
	assert_int_equal(map.n_regions, 6);
	expect_region(&map, 0, 0, 10, COCO_TENSOR_OTHER);
	expect_region(&map, 1, 10, 20, COCO_TENSOR_BF16);
	expect_region(&map, 2, 30, 2, COCO_TENSOR_F32);
	expect_region(&map, 3, 32, 8, COCO_TENSOR_OTHER);
	expect_region(&map, 4, 40, 10, COCO_TENSOR_F16);
	expect_region(&map, 5, 50, 10, COCO_TENSOR_OTHER);
	assert_int_equal(map.n_tensors, 5);
	assert_int_equal(map.count[COCO_TENSOR_BF16], 2);
	assert_int_equal(map.count[COCO_TENSOR_INT], 1);
	assert_int_equal(map.bytes[COCO_TENSOR_INT], 0);
	assert_int_equal(map.bytes[COCO_TENSOR_OTHER], 28);
	coco_tensor_map_free(&map);
	assert_null(map.regions);
	coco_tensor_map_free(&map);
}

static void test_empty(void **state COCO_UNUSED)
{
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_tensor_map_build(&map, NULL, 0, 0, &d), &d);
	assert_int_equal(map.n_regions, 0);
	assert_true(coco_test_covers(&map));
	coco_tensor_map_free(&map);
	assert_ok(coco_tensor_map_build(&map, NULL, 0, 7, &d), &d);
	expect_region(&map, 0, 0, 7, COCO_TENSOR_OTHER);
	coco_tensor_map_free(&map);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_tensor_span overlap[] = { span(0, 8, COCO_TENSOR_F8, 0),
					      span(7, 9, COCO_TENSOR_F8, 1) };
	struct coco_tensor_span outside[] = { span(0, 11, COCO_TENSOR_F8, 0) };
	struct coco_tensor_map map = { .n_tensors = 77 };
	struct coco_diag d = { 0 };

	assert_ptr_equal(coco_tensor_overlap(overlap, 2), &overlap[1]);
	assert_err(coco_tensor_map_build(&map, overlap, 2, 10, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_tensor_map_build(&map, outside, 1, 10, &d), COCO_E_INTERNAL, &d);
	assert_int_equal(map.n_tensors, 77);
}

static void test_names(void **state COCO_UNUSED)
{
	struct coco_view names[] = { coco_view_of("b", 1), coco_view_of("", 0),
				     coco_view_of("ab", 2), coco_view_of("a", 1) };

	assert_true(coco_tensor_names_unique(names, 4));
	assert_true(coco_tensor_names_unique(NULL, 0));
	names[0] = coco_view_of("ab", 2);
	names[1] = coco_view_of("", 0);
	names[2] = coco_view_of("ab", 2);
	assert_false(coco_tensor_names_unique(names, 4));
}

static void test_class_names(void **state COCO_UNUSED)
{
	for (int a = 0; a < COCO_TENSOR_CLASSES; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(
				coco_tensor_class_name((enum coco_tensor_class)a),
				coco_tensor_class_name((enum coco_tensor_class)b));
	assert_string_equal(coco_tensor_class_name(COCO_TENSOR_BF16), "bf16");
	assert_string_equal(coco_tensor_class_name((enum coco_tensor_class)99), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),     cmocka_unit_test(test_empty),
		cmocka_unit_test(test_refused),     cmocka_unit_test(test_names),
		cmocka_unit_test(test_class_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
