/*
 * test_resource_id.c - names of key broker resources.
 */
#include "formats/core/resource_id.h"

#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static int parse(const char *text, struct coco_resource_id *id, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_resource_id_parse(id, text, strlen(text), d);
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_resource_id id;
	static struct coco_diag d;
	char uri[COCO_RESOURCE_URI_MAX];

	assert_ok(parse("default/key/1", &id, &d), &d);
	assert_string_equal(id.repo, "default");
	assert_string_equal(id.type, "key");
	assert_string_equal(id.tag, "1");
	coco_resource_id_uri(&id, uri);
	assert_string_equal(uri, "kbs:///default/key/1");
	assert_ok(parse("_a/-b/c.d..e", &id, &d), &d);
	static const char with_host[] = "kbs://kbs.example.test:8080/r/t/g";
	assert_ok(coco_resource_id_parse_uri(&id, with_host, strlen(with_host), &d), &d);
	assert_string_equal(id.tag, "g");
}

static void test_bad(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		uint64_t offset;
	} bad[] = {
		{ "", 0 },	     { "a", 1 },	 { "a/b", 3 },	       { "a/b/", 4 },
		{ "a/b/c/", 5 },     { "a/b/c/d", 5 },	 { "/a/b/c", 0 },      { "a//c", 2 },
		{ ".a/b/c", 0 },     { "a/../c", 2 },	 { "a/b/..", 4 },      { "a/b/.", 4 },
		{ "a/b/c d", 5 },    { "a/b/c:d", 5 },	 { "a/b/\xc3\xa9", 4 }, { "a/b\\c/d", 3 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_resource_id id = { "x", "y", "z" };
		static struct coco_diag d;

		assert_err(parse(bad[i].text, &id, &d), COCO_E_FORMAT_VALUE, &d);
		assert_int_equal(d.offset, bad[i].offset);
		assert_string_equal(id.repo, "x");
	}
}

static void test_length(void **state COCO_UNUSED)
{
	char text[COCO_RESOURCE_PART_MAX + 6];
	struct coco_resource_id id;
	static struct coco_diag d;

	memset(text, 'a', sizeof(text));
	memcpy(text + COCO_RESOURCE_PART_MAX, "/b/c", 5);
	assert_ok(parse(text, &id, &d), &d);
	memset(text, 'a', sizeof(text));
	memcpy(text + COCO_RESOURCE_PART_MAX + 1, "/b/c", 5);
	assert_err(parse(text, &id, &d), COCO_E_FORMAT_VALUE, &d);
}

static void test_uri_bad(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "kbs:/a/b/c", "kbs://", "kbs:///", "kbs:///a/b",
					   "http:///a/b/c", "kbs://h ost/a/b/c", "KBS:///a/b/c" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_resource_id id;

		assert_int_equal(coco_resource_id_parse_uri(&id, bad[i], strlen(bad[i]), NULL),
				 COCO_E_FORMAT_VALUE);
	}
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/http/resource-uri.json");
	struct coco_resource_id id;
	struct coco_json doc;
	struct coco_jv list;
	size_t n = 0;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "invalid_resource_paths", &list, NULL), NULL);
	assert_true(coco_jv_len(&list) > 5);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *s = NULL;

		assert_ok(coco_jv_as_string(&item, &s, NULL), NULL);
		assert_int_not_equal(coco_resource_id_parse(&id, s, strlen(s), NULL), 0);
	}
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length),  cmocka_unit_test(test_uri_bad),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
