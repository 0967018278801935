/*
 * test_toml.c - typed access to TOML documents.
 */
#include "formats/core/toml.h"

#include <string.h>

#include "tests/support/support.h"

static struct coco_toml doc;

static void open_doc(const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_toml_parse(&doc, coco_view_of(text, strlen(text)), &d), &d);
}

static const char sample[] = "s = 'text'\nnul = \"a\\u0000\"\nn = -7\nb = true\n"
			     "list = [1, 'x']\n\n[sub]\nm = 1.5\n";

static void test_access(void **state COCO_UNUSED)
{
	const struct coco_toml_value *v = NULL;
	struct coco_diag d = { 0 };
	const char *s = NULL;
	int64_t n = 0;
	bool b = false;

	open_doc(sample);
	assert_ok(coco_toml_string(&doc.root, "s", &s, &d), &d);
	assert_string_equal(s, "text");
	assert_ok(coco_toml_i64(&doc.root, "n", -7, -7, &n, &d), &d);
	assert_int_equal(n, -7);
	assert_ok(coco_toml_bool(&doc.root, "b", &b, &d), &d);
	assert_true(b);
	assert_ok(coco_toml_get(&doc.root, "list", COCO_TOML_ARRAY, &v, &d), &d);
	assert_int_equal(v->n, 2);
	assert_ok(coco_toml_as(v->first, COCO_TOML_INTEGER, &d), &d);
	assert_int_equal(v->first->u.integer, 1);
	assert_ok(coco_toml_as(v->first->next, COCO_TOML_STRING, &d), &d);
	assert_null(v->first->next->next);
	assert_ok(coco_toml_get(&doc.root, "sub", COCO_TOML_TABLE, &v, &d), &d);
	assert_int_equal(v->line, 7);
	assert_int_equal(v->first->line, 8);
	assert_string_equal(v->first->key, "m");
	assert_ok(coco_toml_opt(&doc.root, "none", COCO_TOML_TABLE, &v, &d), &d);
	assert_null(v);
	assert_null(coco_toml_find(coco_toml_find(&doc.root, "s"), "x"));
	coco_toml_free(&doc);
	assert_null(doc.root.first);
	coco_toml_free(&doc);
}

static void expect(const struct coco_diag *d, const char *pointer, const char *field,
		   const char *message)
{
	assert_string_equal(d->pointer, pointer);
	assert_string_equal(d->field, field);
	assert_string_equal(d->message, message);
}

static void test_wrong(void **state COCO_UNUSED)
{
	const struct coco_toml_value *v = NULL;
	struct coco_diag d = { 0 };
	const char *s = NULL;
	int64_t n = 99;
	bool b = false;

	open_doc(sample);
	assert_err(coco_toml_string(&doc.root, "none", &s, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	expect(&d, "line 1", "none", "\"none\" is missing, a string is expected");
	coco_diag_init(&d);
	assert_err(coco_toml_string(&doc.root, "n", &s, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	expect(&d, "line 3", "n", "expected a string, found an integer");
	coco_diag_init(&d);
	assert_err(coco_toml_string(&doc.root, "nul", &s, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_toml_i64(&doc.root, "n", 0, 10, &n, &d), COCO_E_FORMAT_VALUE, &d);
	expect(&d, "line 3", "n", "-7 is outside 0 to 10");
	coco_diag_init(&d);
	assert_err(coco_toml_i64(&doc.root, "n", -10, -8, &n, &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_toml_i64(&doc.root, "b", 0, 1, &n, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	coco_diag_init(&d);
	assert_err(coco_toml_bool(&doc.root, "s", &b, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	coco_diag_init(&d);
	assert_err(coco_toml_opt(&doc.root, "s", COCO_TOML_TABLE, &v, &d),
		   COCO_E_FORMAT_TOML_TYPE, &d);
	coco_diag_init(&d);
	v = coco_toml_find(&doc.root, "list")->first;
	assert_err(coco_toml_as(v, COCO_TOML_BOOL, &d), COCO_E_FORMAT_TOML_TYPE, &d);
	expect(&d, "line 5", "", "expected a boolean, found an integer");
	assert_null(s);
	assert_int_equal(n, 99);
	assert_false(b);
	coco_toml_free(&doc);
}

static void test_closed(void **state COCO_UNUSED)
{
	static const char *const allowed[] = { "kernel", "initrd" };
	struct coco_diag d = { 0 };

	open_doc("kernel = 1\ninitrd = 2");
	assert_ok(coco_toml_closed(&doc.root, allowed, 2, &d), &d);
	assert_err(coco_toml_closed(&doc.root, allowed, 1, &d), COCO_E_FORMAT_TOML_KEY, &d);
	expect(&d, "line 2", "initrd", "unknown key \"initrd\"");
	assert_string_equal(d.hint, "");
	coco_toml_free(&doc);
	open_doc("kernel = 1\n\n[intird]\n");
	coco_diag_init(&d);
	assert_err(coco_toml_closed(&doc.root, allowed, 2, &d), COCO_E_FORMAT_TOML_KEY, &d);
	expect(&d, "line 3", "intird", "unknown key \"intird\"");
	assert_string_equal(d.hint, "did you mean \"initrd\"?");
	coco_toml_free(&doc);
	/* a name is compared as a whole, also past a NUL */
	open_doc("\"kernel\\u0000\" = 1");
	assert_int_equal(coco_toml_closed(&doc.root, allowed, 2, NULL), COCO_E_FORMAT_TOML_KEY);
	assert_null(coco_toml_find(&doc.root, "kernel"));
	coco_toml_free(&doc);
}

static bool equal(const char *a, const char *b)
{
	struct coco_toml other;

	open_doc(a);
	assert_int_equal(coco_toml_parse(&other, coco_view_of(b, strlen(b)), NULL), 0);
	bool same = coco_toml_equal(&doc.root, &other.root);
	assert_true(coco_toml_equal(&other.root, &doc.root) == same);
	assert_true(coco_toml_equal(&doc.root, &doc.root));
	coco_toml_free(&doc);
	coco_toml_free(&other);
	return same;
}

static void test_equal(void **state COCO_UNUSED)
{
	assert_true(equal("a=1\nb=2", "b=2\na=1"));
	assert_true(equal("a.b=1", "[a]\nb=0x1"));
	assert_true(equal("[[a]]\nx=1", "a=[{x=1}]"));
	assert_true(equal("a=nan", "a=-nan"));
	assert_true(equal("a=1979-05-27T00:00:00Z", "a=1979-05-27 00:00:00.0+00:00"));
	assert_false(equal("a=1", "a=1.0"));
	assert_false(equal("a=1", "a=2"));
	assert_false(equal("a=1", "b=1"));
	assert_false(equal("a=1", "a=1\nb=1"));
	assert_false(equal("a=[1,2]", "a=[2,1]"));
	assert_false(equal("a=[1]", "a=[1,1]"));
	assert_false(equal("a='x'", "a='y'"));
	assert_false(equal("a='x'", "a='xx'"));
	assert_false(equal("a=true", "a=false"));
	assert_false(equal("a=1.0", "a=nan"));
	assert_false(equal("a=1.0", "a=1.5"));
	assert_false(equal("a=07:32:00", "a=07:32:00.1"));
}

static void test_type_names(void **state COCO_UNUSED)
{
	assert_string_equal(coco_toml_type_name(COCO_TOML_TABLE), "a table");
	assert_string_equal(coco_toml_type_name(COCO_TOML_LOCAL_TIME), "a local time");
	assert_string_equal(coco_toml_type_name((enum coco_toml_type)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_closed), cmocka_unit_test(test_equal),
		cmocka_unit_test(test_type_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
