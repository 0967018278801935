/*
 * test_json.c - the strict JSON reader.
 */
#include "formats/core/json.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static int parse(struct coco_json *doc, const char *text, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *p = coco_test_guard(text, n);
	int r = coco_json_parse(doc, coco_view_of(p, n), 1 << 20, d);

	coco_test_unguard(p, n);
	return r;
}

/* The document, which must parse, and its root. */
static struct coco_jv open_doc(struct coco_json *doc, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(parse(doc, text, &d), &d);
	return coco_json_root(doc);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		const char *text;
		int code;
	} cases[] = {
		{ "empty", "", COCO_E_FORMAT_JSON },
		{ "blanks", " \n", COCO_E_FORMAT_JSON },
		{ "cut", "{\"a\":", COCO_E_FORMAT_JSON },
		{ "trailing bytes", "{} x", COCO_E_FORMAT_JSON },
		{ "two values", "1 2", COCO_E_FORMAT_JSON },
		{ "duplicate", "{\"a\":1,\"a\":1}", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "duplicate below", "[{\"b\":{\"a\":1,\"\\u0061\":2}}]",
		  COCO_E_FORMAT_JSON_DUPLICATE },
		{ "comma at the end", "[1,]", COCO_E_FORMAT_JSON },
		{ "comment", "/* */ 1", COCO_E_FORMAT_JSON },
		{ "single quotes", "'a'", COCO_E_FORMAT_JSON },
		{ "NaN", "NaN", COCO_E_FORMAT_JSON },
		{ "leading zero", "01", COCO_E_FORMAT_JSON },
		{ "plus", "+1", COCO_E_FORMAT_JSON },
		{ "hexadecimal", "0x1", COCO_E_FORMAT_JSON },
		{ "too large an integer", "18446744073709551616", COCO_E_FORMAT_JSON },
		{ "too large a real", "1e999", COCO_E_FORMAT_JSON },
		{ "NUL escape", "\"a\\u0000b\"", COCO_E_FORMAT_JSON },
		{ "NUL in a key", "{\"a\\u0000\":1}", COCO_E_FORMAT_JSON },
		{ "lone surrogate", "\"\\ud800\"", COCO_E_FORMAT_JSON },
		{ "control character", "\"\n\"", COCO_E_FORMAT_JSON },
		{ "invalid UTF-8", "\"\xff\"", COCO_E_FORMAT_JSON },
		{ "overlong UTF-8", "\"\xc0\xaf\"", COCO_E_FORMAT_JSON },
		{ "byte order mark", "\xef\xbb\xbf{}", COCO_E_FORMAT_JSON },
		{ "bad escape", "\"\\x\"", COCO_E_FORMAT_JSON },
		{ "upper case", "TRUE", COCO_E_FORMAT_JSON },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_json doc = { (struct json_t *)&doc };
		struct coco_diag d = { 0 };
		int r = parse(&doc, cases[i].text, &d);

		if (r != cases[i].code || d.code != r)
			fail_msg("%s: %d %s", cases[i].name, r, d.message);
		assert_true(d.has_offset);
		assert_true(d.offset <= strlen(cases[i].text));
		assert_memory_equal(d.pointer, "line ", 5);
		assert_ptr_equal(doc.root, &doc);
	}
}

static void test_no_excerpt(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_diag d = { 0 };

	assert_int_equal(parse(&doc, "{\"secret\" secret}", &d), COCO_E_FORMAT_JSON);
	assert_null(memmem(&d, sizeof(d), "secret", 6));
	assert_true(d.message[0] != '\0');
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_diag d = { 0 };
	static char deep[2 * COCO_JSON_MAX_DEPTH + 3];
	size_t n = COCO_JSON_MAX_DEPTH;

	memset(deep, '[', n);
	memset(deep + n, ']', n);
	open_doc(&doc, deep);
	coco_json_free(&doc);
	memset(deep, '[', n + 1);
	memset(deep + n + 1, ']', n + 1);
	assert_err(parse(&doc, deep, &d), COCO_E_LIMIT_DEPTH, &d);
	assert_int_equal(d.offset, n);
	/* brackets in strings do not count, escaped quotes do not end them */
	memset(deep, '[', n + 20);
	memcpy(deep, "\"\\\"", 3);
	deep[n + 20] = '"';
	deep[n + 21] = '\0';
	open_doc(&doc, deep);
	coco_json_free(&doc);
	coco_diag_init(&d);
	struct coco_view text = coco_view_of("[1,2]", 5);
	assert_err(coco_json_parse(&doc, text, 4, &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_ok(coco_json_parse(&doc, text, 5, &d), &d);
	coco_json_free(&doc);
	assert_err(coco_json_parse_bounded(&doc, text, 5, 2, &d), COCO_E_LIMIT_SIZE, &d);
	assert_int_equal(d.offset, 2);
	assert_int_equal(coco_json_parse_bounded(&doc, text, 5, 3, NULL), 0);
	coco_json_free(&doc);
}

static const char sample[] =
	"{\"o\":{\"x/y~z\":{}},\"a\":[1,\"s\",null],\"s\":\"text\",\"n\":7,\"neg\":-1,\"r\":1.5,"
	"\"t\":true,\"f\":false,\"z\":null,\"hex\":\"00fF\",\"b64\":\"AP8=\",\"max\":"
	"9223372036854775807}";

static void test_members(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv root = open_doc(&doc, sample);
	struct coco_jv v;
	struct coco_diag d = { 0 };
	const char *text = NULL;
	uint64_t n = 0;
	bool b = false;
	uint8_t raw[2];
	uint8_t *p = NULL;
	size_t n_p = 0;

	assert_ok(coco_jv_object(&root, "o", &v, &d), &d);
	assert_int_equal(coco_jv_len(&v), 1);
	assert_ok(coco_jv_array(&root, "a", &v, &d), &d);
	assert_int_equal(coco_jv_len(&v), 3);
	struct coco_jv item = coco_jv_item(&v, 0);
	assert_ok(coco_jv_as_u64(&item, 1, &n, &d), &d);
	item = coco_jv_item(&v, 1);
	assert_ok(coco_jv_as_string(&item, &text, &d), &d);
	assert_string_equal(text, "s");
	item = coco_jv_item(&v, 2);
	assert_true(coco_jv_is_null(&item));
	assert_ok(coco_jv_string(&root, "s", &text, &d), &d);
	assert_string_equal(text, "text");
	assert_ok(coco_jv_u64(&root, "n", 7, &n, &d), &d);
	assert_int_equal(n, 7);
	assert_ok(coco_jv_u64(&root, "max", UINT64_MAX, &n, &d), &d);
	assert_true(n == INT64_MAX);
	assert_ok(coco_jv_bool(&root, "t", &b, &d), &d);
	assert_true(b);
	assert_ok(coco_jv_bool(&root, "f", &b, &d), &d);
	assert_false(b);
	assert_ok(coco_jv_hex(&root, "hex", raw, 2, &d), &d);
	assert_memory_equal(raw, "\x00\xff", 2);
	assert_ok(coco_jv_b64(&root, "b64", &p, &n_p, &d), &d);
	assert_int_equal(n_p, 2);
	coco_free(p);
	assert_true(coco_jv_has(&root, "z"));
	assert_false(coco_jv_has(&root, "none"));
	assert_ok(coco_jv_opt(&root, "none", &v, &d), &d);
	assert_null(v.v);
	assert_false(coco_jv_is_null(&v));
	assert_ok(coco_jv_opt(&root, "s", &v, &d), &d);
	assert_ok(coco_jv_as_string(&v, &text, &d), &d);
	assert_int_equal(coco_jv_len(&v), 0);
	coco_json_free(&doc);
	assert_null(doc.root);
}

/* Every accessor names the member in the pointer and leaves its output alone. */
static void test_wrong_members(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv root = open_doc(&doc, sample);
	struct coco_jv v = { .index = 99 };
	const char *text = "before";
	uint64_t n = 99;
	bool b = true;
	uint8_t raw[2] = { 9, 9 };
	uint8_t *p = NULL;
	size_t n_p = 99;

	for (int i = 0; i < 14; i++) {
		static const char *const pointers[] = { "/s", "/none", "/o", "/n", "/none",
							"/neg", "/r",  "/n", "/max", "/z",
							"/hex", "/s", "/s", "/" };
		struct coco_diag d = { 0 };
		int want = COCO_E_FORMAT_JSON_TYPE;
		int r = 0;

		switch (i) {
		case 0: r = coco_jv_object(&root, "s", &v, &d); break;
		case 1: r = coco_jv_object(&root, "none", &v, &d); break;
		case 2: r = coco_jv_array(&root, "o", &v, &d); break;
		case 3: r = coco_jv_string(&root, "n", &text, &d); break;
		case 4: r = coco_jv_u64(&root, "none", 9, &n, &d); break;
		case 5: r = coco_jv_u64(&root, "neg", 9, &n, &d); want = COCO_E_FORMAT_VALUE; break;
		case 6: r = coco_jv_u64(&root, "r", 9, &n, &d); break;
		case 7: r = coco_jv_u64(&root, "n", 6, &n, &d); want = COCO_E_FORMAT_VALUE; break;
		case 8: r = coco_jv_bool(&root, "max", &b, &d); break;
		case 9: r = coco_jv_bool(&root, "z", &b, &d); break;
		case 10: r = coco_jv_hex(&root, "hex", raw, 1, &d); want = COCO_E_FORMAT_HEX; break;
		case 11: r = coco_jv_hex(&root, "s", raw, 2, &d); want = COCO_E_FORMAT_HEX; break;
		case 12:
			r = coco_jv_b64(&root, "s", &p, &n_p, &d);
			assert_int_equal(r, 0);
			coco_free(p);
			p = NULL;
			n_p = 99;
			continue;
		default:
			r = coco_jv_as_string(&root, &text, &d);
			break;
		}
		assert_err(r, want, &d);
		assert_string_equal(d.pointer, pointers[i]);
	}
	assert_int_equal(v.index, 99);
	assert_string_equal(text, "before");
	assert_int_equal(n, 99);
	assert_true(b);
	assert_int_equal(raw[0], 9);
	assert_int_equal(n_p, 99);
	coco_json_free(&doc);
}

static void test_not_an_object(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv root = open_doc(&doc, "[1]");
	struct coco_jv v;
	struct coco_diag d = { 0 };
	void *iter = NULL;
	const char *text;
	uint64_t n;

	assert_err(coco_jv_opt(&root, "a", &v, &d), COCO_E_FORMAT_JSON_TYPE, &d);
	assert_false(coco_jv_has(&root, "a"));
	assert_false(coco_jv_next(&root, &iter, &v));
	v = coco_jv_item(&root, 0);
	coco_diag_init(&d);
	assert_err(coco_jv_as_string(&v, &text, &d), COCO_E_FORMAT_JSON_TYPE, &d);
	assert_string_equal(d.pointer, "/0");
	assert_int_equal(coco_jv_as_array(&root, NULL), 0);
	assert_int_equal(coco_jv_as_array(&v, NULL), COCO_E_FORMAT_JSON_TYPE);
	bool b = true;
	assert_int_equal(coco_jv_as_bool(&v, &b, NULL), COCO_E_FORMAT_JSON_TYPE);
	assert_true(b);
	v = coco_jv_item(&root, 7);
	assert_int_equal(coco_jv_as_u64(&v, 1, &n, NULL), COCO_E_FORMAT_JSON_TYPE);
	assert_int_equal(coco_jv_as_object(&v, NULL), COCO_E_FORMAT_JSON_TYPE);
	coco_json_free(&doc);
}

static void test_pointer(void **state COCO_UNUSED)
{
	struct coco_json doc;
	struct coco_jv root = open_doc(&doc, sample);
	struct coco_jv o;
	struct coco_jv xyz;
	struct coco_diag d = { 0 };
	static char key[600];

	assert_ok(coco_jv_object(&root, "o", &o, &d), &d);
	assert_ok(coco_jv_object(&o, "x/y~z", &xyz, &d), &d);
	assert_err(coco_jv_fail(&xyz, "k", COCO_E_FORMAT_VALUE, &d, "why %d", 1),
		   COCO_E_FORMAT_VALUE, &d);
	assert_string_equal(d.pointer, "/o/x~1y~0z/k");
	assert_string_equal(d.field, "k");
	assert_string_equal(d.message, "why 1");
	memset(key, '/', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	coco_diag_init(&d);
	coco_jv_fail(&xyz, key, COCO_E_FORMAT_VALUE, &d, "long");
	assert_true(strlen(d.pointer) < sizeof(d.pointer));
	assert_memory_equal(d.pointer, "/o/x~1y~0z/~1~1", 15);
	coco_diag_init(&d);
	coco_fail(&d, COCO_E_FORMAT_VALUE, "reported below");
	coco_jv_locate(&xyz, "k", &d);
	assert_string_equal(d.pointer, "/o/x~1y~0z/k");
	coco_jv_locate(&o, NULL, &d);   /* the first one stays */
	assert_string_equal(d.pointer, "/o/x~1y~0z/k");
	coco_jv_locate(&o, NULL, NULL);
	coco_json_free(&doc);
}

static void test_iteration_and_closed(void **state COCO_UNUSED)
{
	static const char *const all[] = { "b", "a", "c" };
	struct coco_json doc;
	struct coco_jv root = open_doc(&doc, "{\"b\":1,\"a\":2}");
	struct coco_jv v;
	struct coco_diag d = { 0 };
	void *iter = NULL;
	size_t n = 0;

	while (coco_jv_next(&root, &iter, &v))
		assert_string_equal(v.key, all[n++]);
	assert_int_equal(n, 2);
	assert_ok(coco_jv_closed(&root, all, 3, &d), &d);
	assert_err(coco_jv_closed(&root, all, 1, &d), COCO_E_FORMAT_JSON_TYPE, &d);
	assert_string_equal(d.pointer, "/a");
	coco_json_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),       cmocka_unit_test(test_no_excerpt),
		cmocka_unit_test(test_limits),        cmocka_unit_test(test_members),
		cmocka_unit_test(test_wrong_members), cmocka_unit_test(test_not_an_object),
		cmocka_unit_test(test_pointer),       cmocka_unit_test(test_iteration_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
