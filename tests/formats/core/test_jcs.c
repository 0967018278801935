/*
 * test_jcs.c - canonical JSON.
 */
#include "formats/core/jcs.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static int encode(const char *text, char *ret, size_t cap, struct coco_diag *d)
{
	struct coco_json doc;
	struct coco_wr wr;

	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 16, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	coco_wr_init(&wr, 1 << 16);
	int r = coco_jcs_encode(&wr, &root, d);
	if (r == 0) {
		assert_true(wr.n < cap);
		memcpy(ret, wr.p, wr.n);
		ret[wr.n] = '\0';
	}
	coco_wr_free(&wr);
	coco_json_free(&doc);
	return r;
}

static void test_forms(void **state COCO_UNUSED)
{
	static const char *const cases[][2] = {
		{ "{}", "{}" },
		{ " [ ] ", "[]" },
		{ "{ \"b\" : 1 , \"a\" : \"test\", \"c\":{\"d\":\"e\"} }",
		  "{\"a\":\"test\",\"b\":1,\"c\":{\"d\":\"e\"}}" },
		{ "[null,true,false,0,-0,1.0,1e3,-7,9007199254740992,-9007199254740992]",
		  "[null,true,false,0,0,1,1000,-7,9007199254740992,-9007199254740992]" },
		{ "{\"a\":1,\"\":2,\"A\":3,\"aa\":4,\"10\":5,\"1\":6}",
		  "{\"\":2,\"1\":6,\"10\":5,\"A\":3,\"a\":1,\"aa\":4}" },
		{ "\"\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\\\/\\u007f\\u20ac\"",
		  "\"\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\/\x7f\xe2\x82\xac\"" },
		/* the example of RFC 8785 section 3.2.3 */
		{ "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
		  "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
		  "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
		  "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
		  "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		  "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
		  "\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
		  "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { 0 };
		char got[1024];

		assert_ok(encode(cases[i][0], got, sizeof(got), &d), &d);
		assert_string_equal(got, cases[i][1]);
	}
}

static void test_numbers_refused(void **state COCO_UNUSED)
{
	static const char *const cases[] = {
		"{\"a\":[0.5]}", "{\"a\":[1e300]}", "{\"a\":[9007199254740993]}",
		"{\"a\":[-9007199254740993]}", "{\"a\":[-0.1]}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { 0 };
		char got[64];

		assert_err(encode(cases[i], got, sizeof(got), &d), COCO_E_FORMAT_JSON_TYPE, &d);
		assert_string_equal(d.pointer, "/a/0");
	}
}

static void test_order(void **state COCO_UNUSED)
{
	/* each is before the next */
	static const char *const names[] = {
		"", "\r", "1", "a", "aa", "\xc3\xb6", "\xe2\x82\xac", "\xed\x9f\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xee\x80\x80", "\xef\xac\xb3",
		"\xef\xbf\xbf",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		for (size_t k = 0; k < COCO_ARRAY_LEN(names); k++)
			assert_int_equal(coco_jcs_compare(names[i], names[k]),
					 i == k ? 0 : i < k ? -1 : 1);
}

static void test_no_memory(void **state COCO_UNUSED)
{
	static const char text[] = "{\"b\":[1,{\"c\":\"d\"}],\"a\":{}}";
	struct coco_diag d = { 0 };
	struct coco_json doc;

	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(text)), 100, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 1000);
		int r = coco_jcs_encode(&wr, &root, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_wr_free(&wr);
		if (done)
			break;
	}
	struct coco_wr small;
	coco_wr_init(&small, 5);
	assert_err(coco_jcs_encode(&small, &root, &d), COCO_E_LIMIT_SIZE, &d);
	coco_wr_free(&small);
	coco_json_free(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_numbers_refused),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
