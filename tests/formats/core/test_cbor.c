/*
 * test_cbor.c - the CBOR reader and writer: everything that is refused with
 * code and offset, values and the way to them, deterministic bytes.
 */
#include "formats/core/cbor.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* A guarded copy of bytes in hexadecimal; *ret_n bytes. */
static uint8_t *bytes_of(const char *hex, size_t *ret_n)
{
	uint8_t buf[256];
	size_t n = strlen(hex) / 2;

	assert_true(n <= sizeof(buf));
	assert_int_equal(coco_hex_decode(buf, n, hex, 2 * n, NULL), 0);
	*ret_n = n;
	return coco_test_guard(buf, n);
}

static const struct {
	const char *hex;
	unsigned flags;
	int code;
	uint64_t offset;
} bad[] = {
	{ "", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "18", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "1b00000000000000", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "1c", 0, COCO_E_CBOR_SYNTAX, 0 },          /* reserved */
	{ "1f", 0, COCO_E_CBOR_SYNTAX, 0 },
	{ "3e", 0, COCO_E_CBOR_SYNTAX, 0 },
	{ "e0", 0, COCO_E_CBOR_SYNTAX, 0 },          /* simple value 0 */
	{ "f8ff", 0, COCO_E_CBOR_SYNTAX, 0 },
	{ "fc", 0, COCO_E_CBOR_SYNTAX, 0 },
	{ "ff", 0, COCO_E_CBOR_SYNTAX, 0 },          /* a break alone */
	{ "81ff", 0, COCO_E_CBOR_SYNTAX, 1 },
	{ "c1ff", 0, COCO_E_CBOR_SYNTAX, 1 },
	{ "bf01ff", 0, COCO_E_CBOR_SYNTAX, 2 },      /* key without value */
	{ "a1", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "a101", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "8201", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "9f01", 0, COCO_E_FORMAT_SHORT, 2 },
	{ "bf0101", 0, COCO_E_FORMAT_SHORT, 3 },
	{ "820182", 0, COCO_E_FORMAT_SHORT, 2 },
	{ "9bffffffffffffffff", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "bbffffffffffffffff", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "5bffffffffffffffff00", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "7bffffffffffffffff00", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "4401", 0, COCO_E_FORMAT_SHORT, 0 },
	{ "5f4101ff", 0, COCO_E_CBOR_SYNTAX, 0 },    /* strings in pieces */
	{ "7f6161ff", 0, COCO_E_CBOR_SYNTAX, 0 },
	{ "61ff", 0, COCO_E_FORMAT_UTF8, 1 },
	{ "8263616200", 0, COCO_E_CBOR_SYNTAX, 4 },
	{ "0000", 0, COCO_E_FORMAT_TRAILING, 1 },
	{ "a201010102", 0, COCO_E_CBOR_DUPLICATE, 3 },
	{ "a3010102010102", 0, COCO_E_CBOR_DUPLICATE, 5 },
	{ "a4616201616101616201616100", 0, COCO_E_CBOR_DUPLICATE, 10 },
	{ "bf01010101ff", 0, COCO_E_CBOR_DUPLICATE, 3 },
	{ "a1180101", 0, COCO_E_CBOR_CANONICAL, 1 },   /* keys are always in their shortest form */
	{ "a19f01ff01", 0, COCO_E_CBOR_CANONICAL, 1 },
	{ "1801", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
	{ "190001", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
	{ "81580101", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 1 },
	{ "9801" "01", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
	{ "9fff", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
	{ "bfff", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
	{ "a202010101", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 3 },
	{ "d80101", COCO_CBOR_DETERMINISTIC, COCO_E_CBOR_CANONICAL, 0 },
};

static void test_bad(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_cv v = { .n = 77 };
		struct coco_diag d = { 0 };
		size_t n;
		uint8_t *p = bytes_of(bad[i].hex, &n);
		int r = coco_cbor_open(&v, coco_view_of(p, n), 1000, bad[i].flags, &d);

		if (r != bad[i].code || d.offset != 1000 + bad[i].offset)
			fail_msg("%s: got %d at %d (%s)", bad[i].hex, r, (int)d.offset - 1000,
				 d.message);
		assert_int_equal(v.n, 77);   /* untouched */
		coco_test_unguard(p, n);
	}
}

static const char *const good[] = {
	"00", "17", "1818", "1bffffffffffffffff", "20", "3bffffffffffffffff", "40", "60", "80",
	"a0", "f4", "f5", "f6", "f7", "f93c00", "fa00000000", "fb0000000000000000",
	"c100", "c600", "d200", "d4a0", "d700", "d9d9f700",
	"9fff", "bfff", "9f9fff01ff", "a201010201", "a202010101", "bf02010101ff", "a1810101",
	"a1a1010101", "450102030405", "62c3a9",
};

static void test_good(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		struct coco_cv v;
		struct coco_diag d = { 0 };
		size_t n;
		uint8_t *p = bytes_of(good[i], &n);

		if (coco_cbor_open_first(&v, coco_view_of(p, n), 0, 0, &d) != 0)
			fail_msg("%s: %s", good[i], d.message);
		assert_int_equal(v.n, n);
		/* no prefix is a document */
		for (size_t cut = 0; cut < n; cut++)
			assert_int_not_equal(coco_cbor_open(&v, coco_view_of(p, cut), 0, 0, NULL),
					     0);
		coco_test_unguard(p, n);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_cv v;
	uint8_t deep[COCO_CBOR_DEPTH + 2];

	memset(deep, 0x81, sizeof(deep));
	deep[COCO_CBOR_DEPTH] = 0;
	assert_ok(coco_cbor_open(&v, coco_view_of(deep, COCO_CBOR_DEPTH + 1), 0, 0, &d), &d);
	for (unsigned i = 0; i < COCO_CBOR_DEPTH; i++) {   /* and can be walked to its end */
		struct coco_cv_iter it = coco_cv_iter(&v);
		struct coco_cv sub;

		assert_true(coco_cv_next(&it, NULL, &sub));
		assert_int_equal(sub.n, v.n - 1);
		assert_false(coco_cv_next(&it, NULL, &sub));
		v = sub;
		v.up = NULL;
	}
	deep[COCO_CBOR_DEPTH] = 0x81;
	deep[COCO_CBOR_DEPTH + 1] = 0;
	assert_err(coco_cbor_open(&v, coco_view_of(deep, sizeof(deep)), 0, 0, &d),
		   COCO_E_LIMIT_DEPTH, &d);
	memset(deep, 0xc1, sizeof(deep));
	coco_diag_init(&d);
	assert_err(coco_cbor_open(&v, coco_view_of(deep, sizeof(deep)), 0, 0, &d),
		   COCO_E_LIMIT_DEPTH, &d);
	coco_diag_init(&d);
	assert_err(coco_cbor_open(&v, coco_view_of(deep, (size_t)COCO_CBOR_MAX + 1), 0, 0, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

/* {1: 7, -1: "ab", "k": [h'00', true, 1(24)], 9: << [5] >>} */
static const char sample[] = "a4" "0107" "20626162" "616b" "83" "4100" "f5" "c11818"
			     "09" "428105";

static void test_values(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_cv root;
	struct coco_cv v;
	struct coco_cv item;
	struct coco_cv_iter it;
	struct coco_view view;
	uint64_t u;
	int64_t s;
	bool b;
	char text[3];
	size_t n;
	size_t len;
	uint8_t *p = bytes_of(sample, &n);

	assert_ok(coco_cbor_open(&root, coco_view_of(p, n), 0, 0, &d), &d);
	assert_ok(coco_cv_map(&root, &len, &d), &d);
	assert_int_equal(len, 4);
	assert_ok(coco_cv_need(&root, 1, &v, &d), &d);
	assert_ok(coco_cv_u64(&v, 7, &u, &d), &d);
	assert_ok(coco_cv_i64(&v, &s, &d), &d);
	assert_int_equal(u, 7);
	assert_int_equal(s, 7);
	assert_ok(coco_cv_need(&root, -1, &v, &d), &d);
	assert_ok(coco_cv_copy(&v, text, sizeof(text), &d), &d);
	assert_string_equal(text, "ab");
	assert_ok(coco_cv_need_text(&root, "k", &v, &d), &d);
	assert_ok(coco_cv_array(&v, &len, &d), &d);
	assert_int_equal(len, 3);
	it = coco_cv_iter(&v);
	assert_true(coco_cv_next(&it, NULL, &item));
	assert_ok(coco_cv_bytes(&item, &view, &d), &d);
	assert_int_equal(view.n, 1);
	assert_true(coco_cv_next(&it, NULL, &item));
	assert_ok(coco_cv_bool(&item, &b, &d), &d);
	assert_true(b);
	assert_true(coco_cv_next(&it, NULL, &item));
	assert_true(coco_cv_has_tag(&item, 1));
	struct coco_cv inner;
	assert_ok(coco_cv_tag(&item, &u, &inner, &d), &d);
	assert_int_equal(u, 1);
	/* the way leads through the tag */
	assert_err(coco_cv_u64(&inner, 23, &u, &d), COCO_E_FORMAT_VALUE, &d);
	assert_string_equal(d.pointer, "/k/2");
	assert_int_equal(d.offset, 14);
	coco_diag_init(&d);
	assert_false(coco_cv_next(&it, NULL, &item));
	/* and into a document in a byte string */
	struct coco_cv nested;
	assert_ok(coco_cv_need(&root, 9, &v, &d), &d);
	assert_ok(coco_cv_open(&v, 0, &nested, &d), &d);
	it = coco_cv_iter(&nested);
	assert_true(coco_cv_next(&it, NULL, &item));
	assert_err(coco_cv_text(&item, &view, &d), COCO_E_CBOR_TYPE, &d);
	assert_string_equal(d.pointer, "/9/0");
	assert_int_equal(d.offset, 19);
	coco_test_unguard(p, n);
}

static void test_wrong_types(void **state COCO_UNUSED)
{
	static const int64_t keys[] = { 1, -1 };
	struct coco_diag d = { 0 };
	struct coco_cv root;
	struct coco_cv v;
	struct coco_view view;
	uint64_t u;
	int64_t s;
	bool b;
	char text[2];
	size_t n;
	uint8_t *p = bytes_of(sample, &n);

#define REFUSED(call, code)                                                                  \
	do {                                                                                 \
		coco_diag_init(&d);                                                          \
		assert_err(call, code, &d);                                                  \
	} while (0)

	assert_ok(coco_cbor_open(&root, coco_view_of(p, n), 0, 0, &d), &d);
	REFUSED(coco_cv_u64(&root, 1, &u, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_i64(&root, &s, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_bool(&root, &b, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_bytes(&root, &view, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_text(&root, &view, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_array(&root, NULL, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_tag(&root, &u, &v, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_untag(&root, 1, &v, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_open(&root, 0, &v, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_need(&root, 2, &v, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_need_text(&root, "x", &v, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_closed(&root, keys, 2, &d), COCO_E_CBOR_TYPE);
	assert_string_equal(d.pointer, "/k");
	coco_cv_get(&root, -1, &v);
	REFUSED(coco_cv_copy(&v, text, sizeof(text), &d), COCO_E_FORMAT_VALUE);
	assert_string_equal(d.pointer, "/-1");
	REFUSED(coco_cv_map(&v, NULL, &d), COCO_E_CBOR_TYPE);
	REFUSED(coco_cv_need(&v, 2, &v, &d), COCO_E_CBOR_TYPE);
	coco_cv_get(&root, 2, &v);
	assert_null(v.p);
	assert_false(coco_cv_is(&v, COCO_CBOR_UNDEFINED));
	assert_false(coco_cv_has_tag(&v, 0));
	REFUSED(coco_cv_u64(&v, 1, &u, &d), COCO_E_CBOR_TYPE);
	coco_test_unguard(p, n);

	p = bytes_of("1bffffffffffffffff", &n);
	coco_diag_init(&d);
	assert_ok(coco_cbor_open(&root, coco_view_of(p, n), 0, 0, &d), &d);
	REFUSED(coco_cv_i64(&root, &s, &d), COCO_E_FORMAT_VALUE);
	coco_test_unguard(p, n);
}

/* ---- writing ----------------------------------------------------------------------- */

static int write_sample(uint8_t **ret, size_t *ret_n, struct coco_diag *d)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, 1 << 16);
	coco_cw_init(&cw, &wr);
	coco_cw_tag(&cw, 501);
	coco_cw_begin(&cw, '{');
	coco_cw_text(&cw, "bb");
	coco_cw_null(&cw);
	coco_cw_i64(&cw, -1);
	coco_cw_begin(&cw, '[');
	coco_cw_bytes(&cw, "\1\2", 2);
	coco_cw_bool(&cw, true);
	coco_cw_begin(&cw, '[');
	coco_cw_end(&cw);
	coco_cw_end(&cw);
	coco_cw_u64(&cw, 256);
	coco_cw_begin(&cw, 'b');
	coco_cw_u64(&cw, 24);
	coco_cw_end(&cw);
	coco_cw_u64(&cw, 10);
	coco_cw_i64(&cw, INT64_MIN);
	coco_cw_text_n(&cw, "abc", 1);
	coco_cw_raw(&cw, coco_view_of("\x81\x05", 2));
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, d);
}

static void test_write(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_cv v;
	uint8_t *p;
	size_t n;
	char hex[256];

	assert_ok(write_sample(&p, &n, &d), &d);
	coco_hex_encode(hex, p, n);
	assert_string_equal(hex, "d901f5a5" "0a3b7fffffffffffffff" "190100421818"
				 "208342" "0102f580" "61618105" "626262f6");
	assert_ok(coco_cbor_open(&v, coco_view_of(p, n), 0, COCO_CBOR_DETERMINISTIC, &d), &d);
	coco_free(p);
}

static void misused(void (*fill)(struct coco_cw *cw))
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	struct coco_cw cw;
	uint8_t *p;
	size_t n;

	coco_wr_init(&wr, 1 << 16);
	coco_cw_init(&cw, &wr);
	fill(&cw);
	assert_err(coco_wr_finish(&wr, &p, &n, &d), COCO_E_INTERNAL, &d);
}

static void odd_map(struct coco_cw *cw)
{
	coco_cw_begin(cw, '{');
	coco_cw_u64(cw, 1);
	coco_cw_end(cw);
}

static void equal_keys(struct coco_cw *cw)
{
	coco_cw_begin(cw, '{');
	for (int i = 0; i < 4; i++)
		coco_cw_u64(cw, 1);
	coco_cw_end(cw);
}

static void surplus_end(struct coco_cw *cw)
{
	coco_cw_end(cw);
}

static void lone_tag(struct coco_cw *cw)
{
	coco_cw_begin(cw, '[');
	coco_cw_tag(cw, 1);
	coco_cw_end(cw);
}

static void too_deep(struct coco_cw *cw)
{
	for (int i = 0; i <= COCO_CBOR_DEPTH; i++)
		coco_cw_begin(cw, '[');
}

static void bad_raw(struct coco_cw *cw)
{
	coco_cw_raw(cw, coco_view_of("\x01\x02", 2));
}

static void test_misuse(void **state COCO_UNUSED)
{
	misused(odd_map);
	misused(equal_keys);
	misused(surplus_end);
	misused(lone_tag);
	misused(too_deep);
	misused(bad_raw);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_cv v;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *p = NULL;
		size_t n;
		int r = write_sample(&p, &n, &d);

		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	/* reading allocates only for maps that are not sorted */
	coco_test_alloc_arm(1);
	assert_ok(coco_cbor_open(&v, coco_view_of("\xa2\x01\x01\x02\x01", 5), 0, 0, &d), &d);
	int r = coco_cbor_open(&v, coco_view_of("\xa2\x02\x01\x01\x01", 5), 0, 0, &d);
	coco_test_alloc_disarm();
	assert_err(r, COCO_E_LIMIT_MEMORY, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
