/*
 * test_segments.c - the layout of files in segments: every byte once, in
 * order, never more segments than wanted where it can be helped.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/package.h"
#include "lib/model/segments.h"
#include "tests/support/alloc_fail.h"

/* Every byte of every file lies in one place; sizes are what was promised. */
static void check(const uint64_t *sizes, size_t n, const struct coco_segments *s)
{
	uint64_t *seen = coco_zalloc(n + 1, sizeof(*seen));
	uint32_t last = 0;

	assert_non_null(seen);
	assert_true(s->segment_size >= COCO_PACKAGE_SEGMENT_MIN);
	assert_int_equal(s->segment_size & (s->segment_size - 1), 0);
	for (size_t i = 0; i < s->n; i++) {
		const struct coco_seg *seg = &s->segs[i];
		uint64_t sum = 0;

		assert_true(seg->n_parts > 0);
		for (size_t k = 0; k < seg->n_parts; k++) {
			const struct coco_seg_part *part = &seg->parts[k];

			assert_true(part->file < n && part->length > 0);
			assert_int_equal(part->offset, seen[part->file]);
			seen[part->file] += part->length;
			sum += part->length;
			/* a large file has its segments for itself */
			if (sizes[part->file] >= s->share_below) {
				assert_int_equal(seg->n_parts, 1);
				assert_int_equal(part->offset % s->segment_size, 0);
			} else {
				assert_int_equal(part->length, sizes[part->file]);
			}
			if (k > 0)
				assert_true(part->file > last);
			last = part->file;
		}
		assert_int_equal(sum, seg->bytes);
		assert_true(sum <= s->segment_size);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(seen[i], sizes[i]);
	coco_free(seen);
}

static void test_chosen(void **state COCO_UNUSED)
{
	static const struct {
		uint64_t size;
		size_t count;
		uint64_t want;
	} list[] = {
		{ 1, 1, COCO_SEGMENT_SIZE_MIN },
		{ (uint64_t)5 << 30, 4, COCO_SEGMENT_SIZE_MIN },
		{ (uint64_t)5 << 30, 8, (uint64_t)128 << 20 },
		{ (uint64_t)100 << 30, 1, (uint64_t)256 << 20 },
		{ (uint64_t)1 << 40, 1, (uint64_t)4 << 30 },
		{ (uint64_t)30 << 40, 1, (uint64_t)4 << 30 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		uint64_t sizes[8];
		struct coco_segments s;
		struct coco_diag d = { 0 };

		for (size_t k = 0; k < list[i].count; k++)
			sizes[k] = list[i].size;
		assert_ok(coco_segments_plan(sizes, list[i].count, 0, 0, &s, &d), &d);
		assert_int_equal(s.segment_size, list[i].want);
		assert_true(s.n <= COCO_SEGMENTS_WANTED || s.segment_size == COCO_SEGMENT_SIZE_MAX);
		check(sizes, list[i].count, &s);
		coco_segments_free(&s);
	}
}

static void test_edges(void **state COCO_UNUSED)
{
	static const uint64_t sizes[] = {
		0, 65536, 65535, 1, 0, 65537, 131072, 131073, 1, 2, 3, 65533, 65534, 0,
	};
	struct coco_segments s;
	struct coco_diag d = { 0 };

	assert_ok(coco_segments_plan(sizes, COCO_ARRAY_LEN(sizes), 65536, 0, &s, &d), &d);
	assert_int_equal(s.segment_size, 65536);
	assert_int_equal(s.share_below, 65536);
	check(sizes, COCO_ARRAY_LEN(sizes), &s);
	coco_segments_free(&s);
}

static void test_nothing(void **state COCO_UNUSED)
{
	static const uint64_t zeros[3];
	struct coco_segments s;
	struct coco_diag d = { 0 };

	assert_ok(coco_segments_plan(zeros, 3, 0, 0, &s, &d), &d);
	assert_int_equal(s.n, 0);
	coco_segments_free(&s);
	assert_ok(coco_segments_plan(NULL, 0, 0, 0, &s, &d), &d);
	assert_int_equal(s.n, 0);
	coco_segments_free(&s);
}

/* The limit of the format: one segment more is refused. */
static void test_too_many(void **state COCO_UNUSED)
{
	uint64_t size = COCO_PACKAGE_SEGMENTS_MAX * COCO_PACKAGE_SEGMENT_MIN;
	struct coco_segments s;
	struct coco_diag d = { 0 };

	assert_ok(coco_segments_plan(&size, 1, COCO_PACKAGE_SEGMENT_MIN, 0, &s, &d), &d);
	assert_int_equal(s.n, COCO_PACKAGE_SEGMENTS_MAX);
	coco_segments_free(&s);
	size++;
	assert_err(coco_segments_plan(&size, 1, COCO_PACKAGE_SEGMENT_MIN, 0, &s, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

/* Given the sizes that a plan chose, the same layout comes out: shards agree. */
static void test_repeatable(void **state COCO_UNUSED)
{
	uint64_t seed = 1;

	for (int round = 0; round < 300; round++) {
		uint64_t sizes[50];
		size_t n = 1 + (size_t)(seed % 50);
		uint64_t fixed = round % 3 == 0 ? 0 : (uint64_t)1 << (16 + round % 10);
		struct coco_segments a;
		struct coco_segments b;
		struct coco_diag d = { 0 };

		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			sizes[i] = (seed >> 33) >> (seed >> 60);
		}
		if (fixed != 0)
			for (size_t i = 0; i < n; i++)
				sizes[i] %= 150 * fixed;
		int r = coco_segments_plan(sizes, n, fixed, 0, &a, &d);
		assert_ok(r, &d);
		check(sizes, n, &a);
		assert_ok(coco_segments_plan(sizes, n, a.segment_size, a.share_below, &b, &d), &d);
		assert_int_equal(a.n, b.n);
		for (size_t i = 0; i < a.n; i++) {
			assert_int_equal(a.segs[i].n_parts, b.segs[i].n_parts);
			for (size_t k = 0; k < a.segs[i].n_parts; k++) {
				assert_int_equal(a.segs[i].parts[k].file, b.segs[i].parts[k].file);
				assert_int_equal(a.segs[i].parts[k].offset,
						 b.segs[i].parts[k].offset);
			}
		}
		coco_segments_free(&a);
		coco_segments_free(&b);
	}
}

/* Thousands of middle-sized files: they come to share segments. */
static void test_share_grows(void **state COCO_UNUSED)
{
	enum { N = 2000 };
	uint64_t *sizes = coco_alloc(N, sizeof(*sizes));
	struct coco_segments s;
	struct coco_diag d = { 0 };

	assert_non_null(sizes);
	for (size_t i = 0; i < N; i++)
		sizes[i] = (uint64_t)20 << 20;
	assert_ok(coco_segments_plan(sizes, N, 0, 0, &s, &d), &d);
	assert_true(s.n <= COCO_SEGMENTS_WANTED);
	check(sizes, N, &s);
	coco_segments_free(&s);
	coco_free(sizes);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const uint64_t sizes[] = { 100, 70000, 200000, 5 };
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_segments s;
		int r = coco_segments_plan(sizes, COCO_ARRAY_LEN(sizes), 65536, 0, &s, &d);

		if (coco_test_alloc_check(r, &d)) {
			coco_segments_free(&s);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_share_grows),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
