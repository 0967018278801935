/*
 * test_der.c - the reader of DER: every item, every wrong length and tag,
 * truncation at each byte.
 */
#include "formats/core/der.h"

#include <string.h>

#include "tests/support/support.h"

static struct coco_diag diag;

static struct coco_der der_of(const void *p, size_t n, uint64_t base)
{
	struct coco_der der;

	coco_diag_init(&diag);
	coco_der_init(&der, coco_view_of(p, n), base, &diag);
	return der;
}

#define DER_OF(text) der_of(text, sizeof(text) - 1, 0)

/* SEQUENCE { INTEGER 300, BOOLEAN true, OCTET STRING abcd, ENUMERATED 1 } */
static const char sample[] = "\x30\x0e\x02\x02\x01\x2c\x01\x01\xff\x04\x02\xab\xcd\x0a\x01\x01";

static int read_sample(const uint8_t *p, size_t n)
{
	struct coco_der der = der_of(p, n, 100);
	struct coco_der in;
	uint8_t octets[2];

	struct coco_der_item seq = coco_der_take(&der, COCO_DER_SEQUENCE, "sample");
	coco_der_enter(&in, &der, &seq);
	uint64_t number = coco_der_take_u64(&in, COCO_DER_INTEGER, 1000, "number");
	bool yes = coco_der_take_bool(&in, "yes");
	coco_der_take_octets(&in, octets, sizeof(octets), "octets");
	uint64_t kind = coco_der_take_u64(&in, COCO_DER_ENUMERATED, 2, "kind");
	int r = coco_der_finish(&in);
	if (r == 0)
		r = coco_der_finish(&der);
	if (r != 0)
		return r;
	assert_int_equal(number, 300);
	assert_true(yes);
	assert_memory_equal(octets, "\xab\xcd", 2);
	assert_int_equal(kind, 1);
	assert_int_equal(seq.at, 102);
	return 0;
}

static void test_sample(void **state COCO_UNUSED)
{
	assert_ok(read_sample((const uint8_t *)sample, sizeof(sample) - 1), &diag);
	for (size_t n = 0; n < sizeof(sample) - 1; n++) {
		uint8_t *p = coco_test_guard(sample, n);

		assert_err(read_sample(p, n), COCO_E_FORMAT_DER, &diag);
		assert_true(diag.has_offset && diag.offset >= 100);
		coco_test_unguard(p, n);
	}
	assert_err(read_sample((const uint8_t *)sample, sizeof(sample)), COCO_E_FORMAT_DER, &diag);
}

static void test_lengths(void **state COCO_UNUSED)
{
	static const struct {
		const char *p;
		size_t n;
	} bad[] = {
		{ "\x04\x80\0\0", 4 },              /* indefinite */
		{ "\x04\x85\0\0\0\0\1\0", 8 },      /* five bytes of length */
		{ "\x04\x81\x05\1\2\3\4\5", 8 },    /* not the shortest */
		{ "\x04\x82\x00\x81", 4 },          /* starts with zero */
		{ "\x04\x84\xff\xff\xff\xff", 6 },
		{ "\x04\x05\1\2\3\4", 6 },
		{ "\x1f\x01\1", 3 },                /* long tag */
		{ "\x04", 1 },
		{ "\x04\x82\x01", 3 },
	};
	uint8_t big[3 + 200] = { 0x04, 0x81, 200 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_der der = der_of(bad[i].p, bad[i].n, 0);
		struct coco_der_item item = coco_der_any(&der, "item");

		assert_int_equal(item.value.n, 0);
		assert_false(coco_der_more(&der));
		assert_err(coco_der_finish(&der), COCO_E_FORMAT_DER, &diag);
		assert_string_equal(diag.field, "item");
	}
	struct coco_der der = der_of(big, sizeof(big), 0);
	assert_int_equal(coco_der_any(&der, "item").value.n, 200);
	assert_ok(coco_der_finish(&der), &diag);
}

static void number(const char *p, size_t n, uint64_t max, bool good, uint64_t want)
{
	struct coco_der der = der_of(p, n, 0);
	uint64_t v = coco_der_take_u64(&der, COCO_DER_INTEGER, max, "number");

	assert_int_equal(v, good ? want : 0);
	if (good)
		assert_ok(coco_der_finish(&der), &diag);
	else
		assert_err(coco_der_finish(&der), COCO_E_FORMAT_DER, &diag);
}

static void test_numbers(void **state COCO_UNUSED)
{
	number("\x02\x01\x00", 3, 255, true, 0);
	number("\x02\x02\x00\xff", 4, 255, true, 255);
	number("\x02\x02\x01\x00", 4, 255, false, 0);
	number("\x02\x01\xff", 3, 255, false, 0);             /* -1 */
	number("\x02\x02\x00\x7f", 4, 255, false, 0);         /* not the shortest */
	number("\x02\x02\xff\x80", 4, 255, false, 0);
	number("\x02\x00", 2, 255, false, 0);
	number("\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11, UINT64_MAX, true, UINT64_MAX);
	number("\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00", 11, UINT64_MAX, false, 0);
	number("\x02\x0a\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00", 12, UINT64_MAX, false, 0);
	number("\x04\x01\x00", 3, 255, false, 0);             /* another tag */
}

static void test_values(void **state COCO_UNUSED)
{
	uint8_t octets[3] = { 9, 9, 9 };
	struct coco_der der = DER_OF("\x01\x01\x01");

	assert_false(coco_der_take_bool(&der, "flag"));
	assert_err(coco_der_finish(&der), COCO_E_FORMAT_DER, &diag);
	assert_int_equal(diag.offset, 2);
	der = DER_OF("\x01\x02\xff\xff");
	coco_der_take_bool(&der, "flag");
	assert_false(coco_der_ok(&der));
	der = DER_OF("\x01\x01\x00");
	assert_false(coco_der_take_bool(&der, "flag"));
	assert_ok(coco_der_finish(&der), &diag);
	der = DER_OF("\x04\x02\x01\x02");
	coco_der_take_octets(&der, octets, 3, "octets");
	assert_err(coco_der_finish(&der), COCO_E_FORMAT_DER, &diag);
	assert_memory_equal(octets, "\0\0\0", 3);
	der = DER_OF("\x04\x00");
	coco_der_take_octets(&der, octets, 0, "octets");
	assert_ok(coco_der_finish(&der), &diag);
	der = DER_OF("\x05\x00\x05\x00");
	coco_der_take(&der, COCO_DER_NULL, "null");
	assert_true(coco_der_more(&der));
	assert_err(coco_der_finish(&der), COCO_E_FORMAT_DER, &diag);
}

/* After a failure nothing more is read, nor inside an item. */
static void test_sticky(void **state COCO_UNUSED)
{
	struct coco_der der = DER_OF("\x30\x03\x02\x01\x05");
	struct coco_der in;
	struct coco_der_item seq = coco_der_take(&der, COCO_DER_SEQUENCE, "list");

	assert_int_equal(coco_der_fail(&der, "list", "refused"), COCO_E_FORMAT_DER);
	coco_der_enter(&in, &der, &seq);
	assert_int_equal(coco_der_take_u64(&in, COCO_DER_INTEGER, 9, "five"), 0);
	assert_false(coco_der_more(&in));
	assert_err(coco_der_finish(&in), COCO_E_FORMAT_DER, &diag);
	assert_string_equal(diag.message, "refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),  cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_values),
		cmocka_unit_test(test_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
