/*
 * test_pbuf.c - the wire form of protocol buffers: every way to write a value,
 * and every way to lie.
 */
#include "formats/core/pbuf.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/support.h"

static int code(const char *bytes, size_t n, size_t *ret_fields)
{
	struct coco_pbuf_field f;
	struct coco_diag d;
	struct coco_rd rd;
	uint8_t *guarded = coco_test_guard(bytes, n);

	coco_diag_init(&d);
	coco_rd_init(&rd, coco_view_of(guarded, n), 100, &d);
	*ret_fields = 0;
	while (coco_pbuf_next(&rd, &f))
		++*ret_fields;
	coco_test_unguard(guarded, n);
	assert_int_equal(d.code, rd.code);
	return rd.code;
}

static void test_values(void **state COCO_UNUSED)
{
	static const uint8_t m[] = { 0x08, 0x96, 0x01, 0x12, 3, 'a', 'b', 'c', 0x1d, 1, 0, 0, 0,
				     0x21, 2, 0, 0, 0, 0, 0, 0, 0 };
	struct coco_pbuf_field f;
	struct coco_rd rd;

	coco_rd_init(&rd, coco_view_of(m, sizeof(m)), 100, NULL);
	assert_true(coco_pbuf_next(&rd, &f));
	assert_true(f.number == 1 && f.wire == COCO_PBUF_VARINT && f.value == 150);
	assert_int_equal(f.offset, 101);
	assert_true(coco_pbuf_next(&rd, &f));
	assert_true(f.number == 2 && f.wire == COCO_PBUF_BYTES && f.bytes.n == 3);
	assert_memory_equal(f.bytes.p, "abc", 3);
	assert_int_equal(f.offset, 105);
	assert_true(coco_pbuf_next(&rd, &f));
	assert_true(f.number == 3 && f.wire == COCO_PBUF_FIXED32 && f.value == 1);
	assert_true(coco_pbuf_next(&rd, &f));
	assert_true(f.number == 4 && f.wire == COCO_PBUF_FIXED64 && f.value == 2);
	assert_true(coco_pbuf_expect(&rd, &f, COCO_PBUF_FIXED64, "f"));
	assert_false(coco_pbuf_next(&rd, &f));
	assert_int_equal(rd.code, 0);
	assert_false(coco_pbuf_expect(&rd, &f, COCO_PBUF_BYTES, "f"));
	assert_int_equal(rd.code, COCO_E_PROTOBUF);
}

static void test_lies(void **state COCO_UNUSED)
{
	size_t n;

	assert_int_equal(code("", 0, &n), 0);
	assert_int_equal(code("\x08", 1, &n), COCO_E_FORMAT_SHORT);
	assert_int_equal(code("\x88", 1, &n), COCO_E_FORMAT_SHORT);
	assert_int_equal(code("\x00\x01", 2, &n), COCO_E_PROTOBUF);          /* field 0 */
	assert_int_equal(code("\x0b", 1, &n), COCO_E_PROTOBUF);              /* group */
	assert_int_equal(code("\x0c", 1, &n), COCO_E_PROTOBUF);
	assert_int_equal(code("\x0e", 1, &n), COCO_E_PROTOBUF);
	assert_int_equal(code("\x12\x04" "abc", 5, &n), COCO_E_FORMAT_SHORT);
	assert_int_equal(code("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, &n),
			 COCO_E_FORMAT_SHORT);
	assert_int_equal(code("\x1d\0\0\0", 4, &n), COCO_E_FORMAT_SHORT);
	assert_int_equal(code("\x21\0\0\0\0\0\0\0", 8, &n), COCO_E_FORMAT_SHORT);
	/* 64 bits are the most, in ten bytes */
	assert_int_equal(code("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(code("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, &n),
			 COCO_E_PROTOBUF);
	assert_int_equal(code("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12, &n),
			 COCO_E_PROTOBUF);
	/* field 2^29 does not exist */
	assert_int_equal(code("\x80\x80\x80\x80\x10\x01", 6, &n), COCO_E_PROTOBUF);
	assert_int_equal(code("\xf8\xff\xff\xff\x0f\x01", 6, &n), 0);
	assert_int_equal(code("\x08\x01\x08", 3, &n), COCO_E_FORMAT_SHORT);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
