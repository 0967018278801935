/*
 * test_rd.c - the bounded reader.
 */
#include "formats/core/rd.h"

#include <string.h>

#include "tests/support/support.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88 };

static void start(struct coco_rd *rd, size_t n, struct coco_diag *d)
{
	coco_diag_init(d);
	coco_rd_init(rd, coco_view_of(bytes, n), 1000, d);
}

static void test_integers(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct coco_rd rd;

	start(&rd, 8, &d);
	assert_true(coco_rd_le64(&rd, "x") == 0x8807060504030201ULL);
	start(&rd, 8, &d);
	assert_true(coco_rd_be64(&rd, "x") == 0x0102030405060788ULL);
	start(&rd, 8, &d);
	assert_int_equal(coco_rd_le32(&rd, "x"), 0x04030201);
	assert_true(coco_rd_be32(&rd, "x") == 0x05060788);
	start(&rd, 8, &d);
	assert_int_equal(coco_rd_u8(&rd, "x"), 1);
	assert_int_equal(coco_rd_le16(&rd, "x"), 0x0302);
	assert_int_equal(coco_rd_be16(&rd, "x"), 0x0405);
	struct coco_view v = coco_rd_view(&rd, 2, "x");
	assert_ptr_equal(v.p, bytes + 5);
	assert_int_equal(v.n, 2);
	assert_int_equal(coco_rd_left(&rd), 1);
	uint8_t last = 0;
	coco_rd_copy(&rd, &last, 1, "x");
	assert_int_equal(last, 0x88);
	assert_ok(coco_rd_finish(&rd), &d);
}

static void test_short(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct coco_rd rd;

	for (int i = 0; i < 9; i++) {
		uint8_t copy[3] = { 7, 7, 7 };

		start(&rd, i == 0 ? 0 : 1, &d);
		if (i == 0)
			assert_int_equal(coco_rd_u8(&rd, "f"), 0);
		else if (i == 1)
			assert_int_equal(coco_rd_le16(&rd, "f"), 0);
		else if (i == 2)
			assert_int_equal(coco_rd_be16(&rd, "f"), 0);
		else if (i == 3)
			assert_int_equal(coco_rd_le32(&rd, "f"), 0);
		else if (i == 4)
			assert_int_equal(coco_rd_be32(&rd, "f"), 0);
		else if (i == 5)
			assert_int_equal(coco_rd_le64(&rd, "f"), 0);
		else if (i == 6)
			assert_int_equal(coco_rd_be64(&rd, "f"), 0);
		else if (i == 7)
			assert_null(coco_rd_view(&rd, UINT64_MAX, "f").p);
		else
			coco_rd_copy(&rd, copy, 3, "f");
		assert_err(coco_rd_finish(&rd), COCO_E_FORMAT_SHORT, &d);
		assert_int_equal(d.offset, 1000);
		assert_string_equal(d.field, "f");
		assert_int_equal(coco_rd_left(&rd), 0);
		assert_int_equal(copy[2], i == 8 ? 0 : 7);
	}
}

/* The first failure stays, later calls give nothing. */
static void test_sticky(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct coco_rd rd;

	start(&rd, 8, &d);
	coco_rd_u8(&rd, "a");
	assert_err(coco_rd_fail(&rd, COCO_E_FORMAT_VALUE, "b", "bad %d", 5), COCO_E_FORMAT_VALUE,
		   &d);
	assert_false(coco_rd_ok(&rd));
	assert_int_equal(coco_rd_u8(&rd, "c"), 0);
	assert_int_equal(coco_rd_view(&rd, 1, "c").n, 0);
	assert_int_equal(coco_rd_count(&rd, 1, 1, 1, "c"), 0);
	coco_rd_skip_zero(&rd, 1, "c");
	assert_int_equal(coco_rd_fail(&rd, COCO_E_FORMAT_SHORT, "c", "later"),
			 COCO_E_FORMAT_VALUE);
	assert_int_equal(coco_rd_finish(&rd), COCO_E_FORMAT_VALUE);
	assert_int_equal(d.offset, 1001);
	assert_string_equal(d.field, "b");
	assert_string_equal(d.message, "bad 5");
}

static void test_count(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct coco_rd rd;

	start(&rd, 8, &d);
	assert_int_equal(coco_rd_count(&rd, 4, 2, 4, "n"), 4);
	assert_int_equal(coco_rd_count(&rd, 8, 0, 8, "n"), 8);
	assert_int_equal(coco_rd_count(&rd, 5, 2, 9, "n"), 0);
	assert_err(rd.code, COCO_E_FORMAT_SHORT, &d);
	start(&rd, 8, &d);
	assert_int_equal(coco_rd_count(&rd, UINT64_MAX, 8, SIZE_MAX, "n"), 0);
	assert_err(rd.code, COCO_E_FORMAT_SHORT, &d);
	start(&rd, 8, &d);
	assert_int_equal(coco_rd_count(&rd, 5, 1, 4, "n"), 0);
	assert_err(rd.code, COCO_E_LIMIT_SIZE, &d);
}

static void test_reserved_and_trailing(void **state COCO_UNUSED)
{
	static const uint8_t in[] = { 0, 0, 0, 9, 0 };
	struct coco_diag d = { 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, coco_view_of(in, 5), 0, &d);
	coco_rd_skip_zero(&rd, 2, "reserved");
	assert_true(coco_rd_ok(&rd));
	coco_rd_skip_zero(&rd, 3, "reserved");
	assert_err(rd.code, COCO_E_FORMAT_VALUE, &d);
	assert_int_equal(d.offset, 3);
	start(&rd, 8, &d);
	coco_rd_le32(&rd, "x");
	assert_err(coco_rd_finish(&rd), COCO_E_FORMAT_TRAILING, &d);
	assert_int_equal(d.offset, 1004);
	coco_rd_init(&rd, coco_view_of(NULL, 0), 0, NULL);
	assert_int_equal(coco_rd_finish(&rd), 0);
	coco_rd_u8(&rd, "x");
	assert_int_equal(coco_rd_finish(&rd), COCO_E_FORMAT_SHORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers), cmocka_unit_test(test_short),
		cmocka_unit_test(test_sticky),   cmocka_unit_test(test_count),
		cmocka_unit_test(test_reserved_and_trailing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
