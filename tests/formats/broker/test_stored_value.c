/*
 * test_stored_value.c - reference values as each release stores them.
 */
#include "formats/broker/stored_value.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/support.h"

#define UNTIL "2027-01-31T00:00:00Z"

static int write_form(enum coco_stored_form form, const char *value, uint8_t **ret,
		      struct coco_diag *d)
{
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;
	size_t n = 0;

	coco_diag_init(d);
	assert_ok(coco_json_parse(&doc, coco_view_of(value, strlen(value)), 1000, NULL), NULL);
	struct coco_jv v = coco_json_root(&doc);
	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	int r = coco_stored_value_write(&jw, form, "name", UNTIL, &v, d);
	coco_json_free(&doc);
	if (r != 0)
		coco_wr_free(&wr);
	else
		assert_ok(coco_wr_finish(&wr, ret, &n, d), d);
	return r;
}

/* Written like this, and read back as the same value. */
static void golden(enum coco_stored_form form, const char *value, const char *want)
{
	struct coco_stored_value v;
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;
	struct coco_diag d;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(write_form(form, value, &text, &d), &d);
	assert_string_equal((char *)text, want);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, strlen(want)), 1000, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_stored_value_read(&v, &root, &d), &d);
	assert_int_equal(v.form, form);
	assert_string_equal(v.name, "name");
	assert_string_equal(v.expiration, UNTIL);
	coco_free(text);
	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	assert_ok(coco_stored_value_text(&v, &jw, &d), &d);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, value);
	coco_free(text);
	coco_json_free(&doc);
}

static void test_forms(void **state COCO_UNUSED)
{
	golden(COCO_STORED_VALUE, "[\"ab\",1,true]",
	       "{\"version\":\"0.1.0\",\"name\":\"name\",\"expiration\":\"" UNTIL "\","
	       "\"value\":[\"ab\",1,true]}");
	golden(COCO_STORED_VALUE, "false",
	       "{\"version\":\"0.1.0\",\"name\":\"name\",\"expiration\":\"" UNTIL "\","
	       "\"value\":false}");
	golden(COCO_STORED_HASHES, "[\"ab\",\"cd\"]",
	       "{\"version\":\"0.1.0\",\"name\":\"name\",\"expiration\":\"" UNTIL "\","
	       "\"hash-value\":[{\"alg\":\"sha384\",\"value\":\"ab\"},"
	       "{\"alg\":\"sha384\",\"value\":\"cd\"}]}");
	golden(COCO_STORED_EXPIRED, "[\"ab\"]",
	       "{\"version\":\"0.1.0\",\"name\":\"name\",\"expired\":\"" UNTIL "\","
	       "\"hash-value\":[{\"alg\":\"sha384\",\"value\":\"ab\"}]}");
}

static void test_unfit(void **state COCO_UNUSED)
{
	static const char *const values[] = { "1", "\"ab\"", "[]", "[1]", "[\"a\",2]", "{}",
					      "null" };
	struct coco_diag d;
	uint8_t *text = NULL;

	for (size_t i = 0; i < COCO_ARRAY_LEN(values); i++) {
		int r = write_form(COCO_STORED_HASHES, values[i], &text, &d);

		assert_err(r, COCO_E_STORE_VALUE, &d);
		r = write_form(COCO_STORED_EXPIRED, values[i], &text, &d);
		assert_err(r, COCO_E_STORE_VALUE, &d);
		assert_null(text);
	}
}

static void test_damaged(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"{}", "1", "[]", "{\"name\":1,\"value\":1,\"expiration\":\"x\"}",
		"{\"name\":\"a\",\"expiration\":\"x\"}", "{\"name\":\"a\",\"value\":1}",
		"{\"name\":\"a\",\"value\":1,\"expiration\":2}",
		"{\"name\":\"a\",\"hash-value\":1,\"expiration\":\"x\"}",
		"{\"name\":\"a\",\"hash-value\":[]}",
		"{\"name\":\"a\",\"hash-value\":[],\"expired\":1}",
	};
	struct coco_stored_value v;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_diag d = { 0 };
		struct coco_json doc;

		assert_ok(coco_json_parse(&doc, coco_view_of(bad[i], strlen(bad[i])), 1000, NULL),
			  NULL);
		struct coco_jv root = coco_json_root(&doc);
		assert_err(coco_stored_value_read(&v, &root, &d), COCO_E_FORMAT_JSON_TYPE, &d);
		coco_json_free(&doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_unfit),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
