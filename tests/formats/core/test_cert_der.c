/*
 * test_cert_der.c - DER of certificates.
 */
#include "formats/core/cert_der.h"

#include <string.h>

#include "tests/support/support.h"

static struct coco_diag d;

static struct coco_rd reader(const void *p, size_t n)
{
	struct coco_rd rd;

	coco_diag_init(&d);
	coco_rd_init(&rd, coco_view_of(p, n), 100, &d);
	return rd;
}

static void test_elements(void **state COCO_UNUSED)
{
	static const uint8_t der[] = { 0x30, 0x0b, 0x02, 0x02, 0x00, 0x80, 0x01, 0x01, 0xff,
				       0x04, 0x02, 0xaa, 0xbb, 0x05, 0x00 };
	struct coco_rd rd = reader(der, sizeof(der));
	struct coco_rd in;

	assert_int_equal(coco_cder_peek(&rd), COCO_DER_SEQUENCE);
	coco_cder_enter(&rd, COCO_DER_SEQUENCE, "all", &in);
	assert_true(in.base == 102);
	struct coco_view v = coco_cder_unsigned(&in, "number");
	assert_int_equal(v.n, 1);
	assert_int_equal(v.p[0], 0x80);
	assert_true(coco_cder_boolean(&in, "truth"));
	v = coco_cder_whole(&in, COCO_DER_OCTET_STRING, "bytes");
	assert_int_equal(v.n, 4);
	assert_int_equal(coco_cder_peek(&in), 0);
	coco_cder_leave(&rd, &in, "all");
	assert_true(coco_rd_ok(&rd));
	v = coco_cder_take(&rd, COCO_DER_NULL, "nothing");
	assert_int_equal(v.n, 0);
	assert_ok(coco_rd_finish(&rd), &d);
}

/* Every way to write a head that DER forbids, or that runs over the end. */
static void test_heads(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t p[8];
		size_t n;
	} bad[] = {
		{ { 0x04 }, 1 },
		{ { 0x04, 0x01 }, 2 },
		{ { 0x04, 0x80, 0x00, 0x00 }, 4 },                     /* indefinite */
		{ { 0x04, 0x81, 0x01, 0x00 }, 4 },                     /* long form of 1 */
		{ { 0x04, 0x82, 0x00, 0x01, 0x00 }, 5 },
		{ { 0x04, 0x81 }, 2 },
		{ { 0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00 }, 7 },
		{ { 0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00 }, 7 },
		{ { 0x1f, 0x24, 0x01, 0x00 }, 4 },                     /* tag of two bytes */
		{ { 0x04, 0xff }, 2 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_rd rd = reader(bad[i].p, bad[i].n);

		assert_false(coco_cder_next(&rd, "x", NULL, NULL, NULL));
		assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
		assert_int_equal(d.code, COCO_E_FORMAT_CERT);
		assert_true(d.has_offset && d.offset >= 100);
	}
	struct coco_rd rd = reader("", 0);
	assert_int_equal(coco_cder_take(&rd, COCO_DER_NULL, "x").n, 0);
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	/* a long length that is right */
	uint8_t big[3 + 200] = { 0x04, 0x81, 200 };
	rd = reader(big, sizeof(big));
	assert_int_equal(coco_cder_take(&rd, COCO_DER_OCTET_STRING, "x").n, 200);
	/* another tag */
	rd = reader(big, sizeof(big));
	assert_int_equal(coco_cder_take(&rd, COCO_DER_INTEGER, "x").n, 0);
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	/* sticky: what follows is empty */
	assert_int_equal(coco_cder_peek(&rd), 0);
	assert_false(coco_cder_boolean(&rd, "x"));
	assert_int_equal(coco_cder_bits(&rd, "x").n, 0);
	assert_true(coco_cder_time(&rd, "x") == 0);
}

static void test_left_over(void **state COCO_UNUSED)
{
	static const uint8_t der[] = { 0x30, 0x04, 0x05, 0x00, 0x05, 0x00 };
	struct coco_rd rd = reader(der, sizeof(der));
	struct coco_rd in;

	coco_cder_enter(&rd, COCO_DER_SEQUENCE, "all", &in);
	coco_cder_take(&in, COCO_DER_NULL, "one");
	coco_cder_leave(&rd, &in, "all");
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	assert_true(d.offset == 104);
}

static int number(const void *p, size_t n, uint64_t max, uint64_t *ret)
{
	struct coco_rd rd = reader(p, n);

	*ret = coco_cder_number(&rd, max, "n");
	return rd.code;
}

static void test_integers(void **state COCO_UNUSED)
{
	uint64_t v;

	assert_ok(number("\x02\x01\x00", 3, 9, &v), &d);
	assert_true(v == 0);
	assert_ok(number("\x02\x01\x7f", 3, 255, &v), &d);
	assert_true(v == 0x7f);
	assert_ok(number("\x02\x02\x00\xd9", 4, 255, &v), &d);
	assert_true(v == 0xd9);
	assert_ok(number("\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11, UINT64_MAX, &v), &d);
	assert_true(v == UINT64_MAX);
	assert_int_equal(number("\x02\x02\x00\x7f", 4, 255, &v), COCO_E_FORMAT_CERT);
	assert_int_equal(number("\x02\x01\xd9", 3, 255, &v), COCO_E_FORMAT_CERT);
	assert_int_equal(number("\x02\x02\x01\x00", 4, 255, &v), COCO_E_FORMAT_CERT);
	assert_int_equal(number("\x02\x00", 2, 255, &v), COCO_E_FORMAT_CERT);
	assert_int_equal(number("\x02\x0a\x01\0\0\0\0\0\0\0\0\0", 12, UINT64_MAX, &v),
			 COCO_E_FORMAT_CERT);
	assert_true(v == 0);
}

static void test_booleans_and_bits(void **state COCO_UNUSED)
{
	struct coco_rd rd = reader("\x01\x01\x00", 3);

	assert_false(coco_cder_boolean(&rd, "b"));
	assert_true(coco_rd_ok(&rd));
	rd = reader("\x01\x01\x01", 3);
	assert_false(coco_cder_boolean(&rd, "b"));
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	rd = reader("\x01\x02\xff\xff", 4);
	assert_false(coco_cder_boolean(&rd, "b"));
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	rd = reader("\x03\x03\x00\x12\x34", 5);
	assert_int_equal(coco_cder_bits(&rd, "bits").n, 2);
	rd = reader("\x03\x02\x01\x12", 4);
	assert_int_equal(coco_cder_bits(&rd, "bits").n, 0);
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
	rd = reader("\x03\x00", 2);
	assert_int_equal(coco_cder_bits(&rd, "bits").n, 0);
	assert_int_equal(rd.code, COCO_E_FORMAT_CERT);
}

static int64_t when(uint8_t tag, const char *text, int *ret_code)
{
	uint8_t der[64] = { tag, (uint8_t)strlen(text) };

	memcpy(der + 2, text, strlen(text));
	struct coco_rd rd = reader(der, 2 + strlen(text));
	int64_t t = coco_cder_time(&rd, "t");
	*ret_code = rd.code;
	return t;
}

static void test_times(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"231114221320", "2311142213Z", "231314221320Z", "230230221320Z", "231114241320Z",
		"231114226020Z", "231114221360Z", "2311142213200", "23111422132xZ",
		"231114221320+0100", "",
	};
	int r;

	assert_true(when(COCO_DER_UTC_TIME, "231114221320Z", &r) == 1700000000);
	assert_int_equal(r, 0);
	assert_true(when(COCO_DER_UTC_TIME, "700101000000Z", &r) == 0);
	assert_int_equal(r, 0);
	assert_true(when(COCO_DER_UTC_TIME, "500101000000Z", &r) == -631152000);
	assert_true(when(COCO_DER_UTC_TIME, "491231235959Z", &r) == 2524607999LL);
	assert_true(when(COCO_DER_GENERALIZED_TIME, "99991231235959Z", &r) == 253402300799LL);
	assert_int_equal(r, 0);
	assert_true(when(COCO_DER_GENERALIZED_TIME, "20240229000000Z", &r) == 1709164800);
	assert_int_equal(r, 0);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		assert_true(when(COCO_DER_UTC_TIME, bad[i], &r) == 0);
		assert_int_equal(r, COCO_E_FORMAT_CERT);
	}
	when(COCO_DER_GENERALIZED_TIME, "00000101000000Z", &r);
	assert_int_equal(r, COCO_E_FORMAT_CERT);
	when(COCO_DER_GENERALIZED_TIME, "20230229000000Z", &r);
	assert_int_equal(r, COCO_E_FORMAT_CERT);
	when(COCO_DER_GENERALIZED_TIME, "20230228000000.5Z", &r);
	assert_int_equal(r, COCO_E_FORMAT_CERT);
	when(COCO_DER_IA5, "231114221320Z", &r);
	assert_int_equal(r, COCO_E_FORMAT_CERT);
}

static void test_identifiers(void **state COCO_UNUSED)
{
	static const uint8_t amd[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01, 0x03, 0x0a };
	char text[COCO_CDER_OID_TEXT];

	assert_true(coco_cder_oid_is(coco_view_of(amd, sizeof(amd)), "1.3.6.1.4.1.3704.1.3.10"));
	assert_false(coco_cder_oid_is(coco_view_of(amd, sizeof(amd)), "1.3.6.1.4.1.3704.1.3.1"));
	assert_false(coco_cder_oid_is(coco_view_of(amd, sizeof(amd)), "1.3.6.1.4.1.3704.1.3"));
	assert_false(coco_cder_oid_is(coco_view_of(amd, sizeof(amd) - 1),
				     "1.3.6.1.4.1.3704.1.3.10"));
	assert_false(coco_cder_oid_is(coco_view_of(amd, 0), "1.3"));
	assert_true(coco_cder_oid_is(coco_view_of("\x55\x1d\x13", 3), "2.5.29.19"));
	assert_true(coco_cder_oid_is(coco_view_of("\x88\x37\x01", 3), "2.999.1"));
	/* cut inside a number, and padded */
	assert_false(coco_cder_oid_is(coco_view_of("\x55\x9d", 2), "2.5.29"));
	assert_false(coco_cder_oid_is(coco_view_of("\x55\x80\x1d", 3), "2.5.29"));
	assert_string_equal(coco_cder_oid_text(coco_view_of(amd, sizeof(amd)), text),
			    "1.3.6.1.4.1.3704.1.3.10");
	assert_string_equal(coco_cder_oid_text(coco_view_of("\x88\x37\x01", 3), text), "2.999.1");
	assert_string_equal(coco_cder_oid_text(coco_view_of("\x55\x9d", 2), text), "?");
	assert_string_equal(coco_cder_oid_text(coco_view_of("", 0), text), "");
	uint8_t many[200];
	memset(many, 1, sizeof(many));
	coco_cder_oid_text(coco_view_of(many, sizeof(many)), text);
	assert_true(strlen(text) == COCO_CDER_OID_TEXT - 1);
	uint8_t huge[12];
	memset(huge, 0xff, sizeof(huge));
	assert_string_equal(coco_cder_oid_text(coco_view_of(huge, sizeof(huge)), text), "?");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_left_over),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_booleans_and_bits),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
