/*
 * test_store_json.c - the JSON files of Trustee's stores: what is damaged is
 * refused, for reading and for changing, and what is not meant stays.
 */
#include "lib/broker/store_json.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define ITEM(name) "{\"name\":\"" name "\",\"expiration\":\"x\",\"value\":1}"

static struct coco_view view(const char *text)
{
	return coco_view_of(text, strlen(text));
}

static void test_list_damaged(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "{}", COCO_E_FORMAT_JSON }, { "[", COCO_E_FORMAT_JSON },
		{ "5", COCO_E_FORMAT_JSON }, { " ", COCO_E_FORMAT_JSON },
		{ "[1]", COCO_E_FORMAT_JSON_TYPE }, { "[{}]", COCO_E_FORMAT_JSON_TYPE },
		{ "[{\"name\":\"m\",\"value\":1}]", COCO_E_FORMAT_JSON_TYPE },
		{ "[] x", COCO_E_FORMAT_JSON }, { "[" ITEM("m") ",]", COCO_E_FORMAT_JSON },
		{ "[" ITEM("m") " " ITEM("n") "]", COCO_E_FORMAT_JSON },
	};
	const struct coco_view item = view(ITEM("m"));

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		enum coco_stored_form form;
		struct coco_secret s = { 0 };
		struct coco_diag d = { 0 };
		bool found = false;

		assert_err(coco_store_list_get(view(bad[i].text), "m", &s, &form, &d), bad[i].code,
			   &d);
		assert_null(s.p);
		coco_diag_init(&d);
		assert_err(coco_store_list_set(view(bad[i].text), "m", &item, &s, &found, &d),
			   bad[i].code, &d);
		assert_null(s.p);
	}
}

static void test_list(void **state COCO_UNUSED)
{
	/* twice there: the last one counts; afterwards it is there once */
	static const char text[] = "[" ITEM("m") "," ITEM("n") ",{\"name\":\"m\","
				   "\"expiration\":\"y\",\"value\":2}]";
	static const char want[] = "[\n  " ITEM("m") ",\n  " ITEM("n") "\n]\n";
	const struct coco_view item = view(ITEM("m"));
	enum coco_stored_form form;
	struct coco_secret s = { 0 };
	bool found = false;

	assert_ok(coco_store_list_get(view(text), "m", &s, &form, NULL), NULL);
	assert_non_null(memchr(coco_secret_expose(&s), 'y', s.n));
	coco_secret_free(&s);
	assert_ok(coco_store_list_set(view(text), "m", &item, &s, &found, NULL), NULL);
	assert_true(found);
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(coco_secret_expose(&s), want, s.n);
	coco_secret_free(&s);
	assert_ok(coco_store_list_set(view(""), "m", NULL, &s, &found, NULL), NULL);
	assert_false(found);
	coco_secret_free(&s);
}

/* Every cut of a map is refused; no cut is taken for a shorter file. */
static void test_map_cut(void **state COCO_UNUSED)
{
	static const char text[] = "{\"a/b/c\":\"a2V5\", \"q\": 5, \"r/t/g\" : \"a2V5\" }";
	struct coco_secret value = { 0 };

	assert_ok(coco_secret_from(&value, "k", 1, NULL), NULL);
	for (size_t n = 1; n < sizeof(text) - 1; n++) {
		struct coco_secret s = { 0 };
		bool found = false;

		assert_int_not_equal(coco_store_map_set(coco_view_of(text, n), "z", &value, &s,
							&found, NULL), 0);
		assert_null(s.p);
		assert_int_not_equal(coco_store_map_get(coco_view_of(text, n), "z", &s, NULL), 0);
		assert_null(s.p);
	}
	coco_secret_free(&value);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = "{\"a/b/c\":\"a2V5\"}";
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_secret s = { 0 };
		int r = coco_store_map_get(view(text), "a/b/c", &s, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_secret_free(&s);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_damaged), cmocka_unit_test(test_list),
		cmocka_unit_test(test_map_cut), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
