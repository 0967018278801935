/*
 * test_json_write.c - the deterministic JSON writer.
 */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "formats/core/json.h"
#include "tests/support/support.h"

static void expect(struct coco_wr *wr, const char *want)
{
	uint8_t *p = NULL;
	size_t n = 0;
	struct coco_json doc;

	assert_int_equal(coco_wr_finish(wr, &p, &n, NULL), 0);
	assert_string_equal((char *)p, want);
	assert_int_equal(coco_json_parse(&doc, coco_view_of(p, n), n, NULL), 0);
	coco_json_free(&doc);
	coco_free(p);
}

static void document(struct coco_jw *jw)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "s", "x");
	coco_jw_key(jw, "list");
	coco_jw_begin(jw, '[');
	coco_jw_u64(jw, INT64_MAX);
	coco_jw_i64(jw, INT64_MIN);
	coco_jw_bool(jw, true);
	coco_jw_raw(jw, "null", 4);
	coco_jw_begin(jw, '{');
	coco_jw_end(jw, '}');
	coco_jw_begin(jw, '[');
	coco_jw_end(jw, ']');
	coco_jw_end(jw, ']');
	coco_jw_kv_u64(jw, "n", 1);
	coco_jw_kv_bool(jw, "f", false);
	coco_jw_kv_hex(jw, "hex", (const uint8_t *)"\x00\xab", 2);
	coco_jw_kv_b64(jw, "b64", (const uint8_t *)"\x00\xff", 2);
	coco_jw_kv_hex(jw, "none", NULL, 0);
	coco_jw_end(jw, '}');
}

static void test_compact(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	document(&jw);
	expect(&wr, "{\"s\":\"x\",\"list\":[9223372036854775807,-9223372036854775808,true,null,"
		    "{},[]],\"n\":1,\"f\":false,\"hex\":\"00ab\",\"b64\":\"AP8=\",\"none\":\"\"}");
}

static void test_indent(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, true);
	coco_jw_begin(&jw, '{');
	coco_jw_key(&jw, "a");
	coco_jw_begin(&jw, '[');
	coco_jw_u64(&jw, 1);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_u64(&jw, "b", 2);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, ']');
	coco_jw_key(&jw, "e");
	coco_jw_begin(&jw, '{');
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	expect(&wr, "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"e\": {}\n}");
}

static void one_string(const char *s, size_t n, const char *want)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	coco_jw_string_n(&jw, s, n);
	expect(&wr, want);
}

static void test_strings(void **state COCO_UNUSED)
{
	one_string("", 0, "\"\"");
	one_string("a\"\\/", 4, "\"a\\\"\\\\/\"");
	one_string("\n\r\t\b\x01\x7f", 6, "\"\\n\\r\\t\\u0008\\u0001\\u007f\"");
	one_string("gr\xc3\xbc\xf0\x9f\x98\x80", 8, "\"gr\xc3\xbc\xf0\x9f\x98\x80\"");
	one_string("a\xff\xe2\x82", 4, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void one_real(double v, int decimals, const char *want)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	coco_jw_real(&jw, v, decimals);
	expect(&wr, want);
}

static void test_reals(void **state COCO_UNUSED)
{
	static const char *const locales[] = { "C", "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(locales); i++) {
		if (setlocale(LC_NUMERIC, locales[i]) == NULL)
			continue;
		one_real(1.5, 3, "1.500");
		one_real(-0.25, 1, "-0.2");
		one_real(12345678.0, 0, "12345678");
		one_real(0.0, 2, "0.00");
	}
	setlocale(LC_NUMERIC, "C");
	one_real((double)NAN, 2, "null");
	one_real((double)INFINITY, 2, "null");
	one_real(-1e300, 2, "null");
	one_real(1, 99, "null");
}

/* Output of exactly the limit is fine, one byte more is an error. */
static void test_limit(void **state COCO_UNUSED)
{
	for (size_t max = 14; max >= 13; max--) {
		struct coco_wr wr;
		struct coco_jw jw;
		uint8_t *p = NULL;
		size_t n = 0;

		coco_wr_init(&wr, max);
		coco_jw_init(&jw, &wr, false);
		coco_jw_begin(&jw, '{');
		coco_jw_kv_hex(&jw, "h", (const uint8_t *)"\1\2\3", 3);
		coco_jw_end(&jw, '}');
		int r = coco_wr_finish(&wr, &p, &n, NULL);
		assert_int_equal(r, max == 14 ? 0 : COCO_E_LIMIT_SIZE);
		coco_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compact), cmocka_unit_test(test_indent),
		cmocka_unit_test(test_strings), cmocka_unit_test(test_reals),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
