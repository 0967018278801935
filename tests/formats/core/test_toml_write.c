/*
 * test_toml_write.c - the deterministic TOML writer.
 */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "formats/core/toml.h"
#include "tests/support/support.h"

static void expect(struct coco_wr *wr, const char *want)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_int_equal(coco_wr_finish(wr, &p, &n, NULL), 0);
	assert_string_equal((char *)p, want);
	assert_int_equal(n, strlen(want));
	coco_free(p);
}

static void rewrite(const char *text, const char *want)
{
	struct coco_toml doc;
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	assert_ok(coco_toml_parse(&doc, coco_view_of(text, strlen(text)), &d), &d);
	coco_wr_init(&wr, 10000);
	coco_toml_write(&wr, &doc.root);
	expect(&wr, want);
	coco_toml_free(&doc);
}

static void test_document(void **state COCO_UNUSED)
{
	rewrite("[z]\nlate = 1\n[[y]]\nv = 2\n[y.sub]\n[[y]]\n[a]\n"
		"q = { w = [ {} , 1 ] }\nfirst = 0",
		"[z]\nlate = 1\n\n[a]\nfirst = 0\n\n[a.q]\nw = [{}, 1]\n\n[[y]]\nv = 2\n\n[y.sub]\n"
		"\n[[y]]\n");
	/* the written form is a fixed point */
	rewrite("[z]\nlate = 1\n\n[a]\nfirst = 0\n\n[a.q]\nw = [{}, 1]\n\n[[y]]\nv = 2\n\n[y.sub]\n"
		"\n[[y]]\n",
		"[z]\nlate = 1\n\n[a]\nfirst = 0\n\n[a.q]\nw = [{}, 1]\n\n[[y]]\nv = 2\n\n[y.sub]\n"
		"\n[[y]]\n");
}

static void test_values(void **state COCO_UNUSED)
{
	rewrite("a = 0x10\nb = 1_0.50\nc = +inf\nd = '''x\n\"y\"\\'''\ne = false",
		"a = 16\nb = 10.5\nc = inf\nd = \"x\\n\\\"y\\\"\\\\\"\ne = false\n");
	rewrite("a = 1979-05-27t07:32:00z\nb = 1979-05-27 07:32:00.120-00:30\nc = 1979-05-27\n"
		"d = 07:32:00.000000001\ne = 1979-05-27 07:32:00",
		"a = 1979-05-27T07:32:00Z\nb = 1979-05-27T07:32:00.12-00:30\nc = 1979-05-27\n"
		"d = 07:32:00.000000001\ne = 1979-05-27T07:32:00\n");
	rewrite("a = {b = [], c = 'd'}\ne = [{f = 1}, [2]]",
		"e = [{ f = 1 }, [2]]\n\n[a]\nb = []\nc = \"d\"\n");
}

static void one_real(double v, const char *want)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 100);
	coco_toml_put_real(&wr, v);
	expect(&wr, want);
}

static void test_reals(void **state COCO_UNUSED)
{
	static const char *const locales[] = { "C", "de_DE.UTF-8", "fr_FR.UTF-8" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(locales); i++) {
		if (setlocale(LC_NUMERIC, locales[i]) == NULL)
			continue;
		one_real(0, "0.0");
		one_real(-0.0, "-0.0");
		one_real(1, "1.0");
		one_real(0.1, "0.1");
		one_real(1e22, "1e+22");
		one_real(5e-324, "5e-324");
		one_real(1.7976931348623157e308, "1.7976931348623157e+308");
		one_real(1.0 / 3, "0.3333333333333333");
		one_real(-123456.75, "-123456.75");
	}
	setlocale(LC_NUMERIC, "C");
	one_real((double)NAN, "nan");
	one_real((double)INFINITY, "inf");
	one_real(-(double)INFINITY, "-inf");
}

static void test_keys(void **state COCO_UNUSED)
{
	static const struct {
		const char *key;
		size_t n;
		const char *want;
	} cases[] = {
		{ "plain_Key-9", 11, "plain_Key-9" }, { "", 0, "\"\"" },
		{ "a.b", 3, "\"a.b\"" },              { "a b", 3, "\"a b\"" },
		{ "a\0b", 3, "\"a\\u0000b\"" },       { "\xc3\xa9", 2, "\"\xc3\xa9\"" },
		{ "\"", 1, "\"\\\"\"" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 100);
		coco_toml_put_key(&wr, cases[i].key, cases[i].n);
		expect(&wr, cases[i].want);
	}
}

static void test_strings(void **state COCO_UNUSED)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 100);
	coco_toml_put_string(&wr, "\b\t\n\f\r\"\\\x01\x7f\0\xff\xe2\x82", 13);
	expect(&wr, "\"\\b\\t\\n\\f\\r\\\"\\\\\\u0001\\u007F\\u0000\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document), cmocka_unit_test(test_values),
		cmocka_unit_test(test_reals),    cmocka_unit_test(test_keys),
		cmocka_unit_test(test_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
