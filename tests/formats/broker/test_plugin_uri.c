/*
 * test_plugin_uri.c - what a plugin of a key broker is asked for.
 */
#include "formats/broker/plugin_uri.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

typedef int (*parse_fn)(struct coco_plugin_uri *, const char *, size_t, struct coco_diag *);

/* Parses a copy without a NUL behind it, for the sanitizer to guard. */
static int parse(parse_fn fn, const char *text, size_t n, struct coco_plugin_uri *ret,
		 struct coco_diag *d)
{
	char *copy = coco_memdup(text, n + (n == 0));

	assert_non_null(copy);
	coco_diag_init(d);
	int r = fn(ret, copy, n, d);
	coco_free(copy);
	return r;
}

static void good(parse_fn fn, const char *text, const char *path, const char *resource)
{
	static struct coco_diag d;
	struct coco_plugin_uri uri;

	assert_ok(parse(fn, text, strlen(text), &uri, &d), &d);
	assert_string_equal(uri.path, path);
	assert_int_equal(uri.n_plugin, strcspn(path, "/"));
	if (resource == NULL)
		assert_null(coco_plugin_uri_resource(&uri));
	else
		assert_string_equal(coco_plugin_uri_resource(&uri), resource);
}

static void test_good(void **state COCO_UNUSED)
{
	good(coco_plugin_uri_parse, "kbs:///a/b/c", "resource/a/b/c", "a/b/c");
	good(coco_plugin_uri_parse, "kbs+resource:///a/b/c", "resource/a/b/c", "a/b/c");
	good(coco_plugin_uri_parse, "kbs://[::1]:8080/a/b/c", "resource/a/b/c", "a/b/c");
	good(coco_plugin_uri_parse, "kbs+external:///x", "external/x", NULL);
	good(coco_plugin_uri_parse, "kbs+nebula-ca:///credential?name=a&ip=10.0.0.2/24",
	     "nebula-ca/credential?name=a&ip=10.0.0.2/24", NULL);
	good(coco_plugin_uri_parse, "kbs+e:///x?", "e/x?", NULL);
	good(coco_plugin_path_parse, "provisioner/provision/1-2", "provisioner/provision/1-2",
	     NULL);
	good(coco_plugin_path_parse, "e/a.b..c?q=%2F%aF", "e/a.b..c?q=%2F%aF", NULL);
	good(coco_plugin_path_parse, "resources/a", "resources/a", NULL);
	good(coco_plugin_path_parse, "resource/a/b/c", "resource/a/b/c", "a/b/c");
}

static void bad(parse_fn fn, const char *text, size_t n, uint64_t offset)
{
	struct coco_plugin_uri uri = { .path = "x", .n_plugin = 9 };
	static struct coco_diag d;

	assert_err(parse(fn, text, n, &uri, &d), COCO_E_PLUGIN_PATH, &d);
	assert_int_equal(d.offset, offset);
	assert_string_equal(uri.path, "x");
	assert_int_equal(uri.n_plugin, 9);
}

static void test_bad(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		uint64_t offset;
	} uris[] = {
		{ "", 0 }, { "kbs", 0 }, { "kb+x:///a", 0 }, { "kbsx:///a", 0 }, { "kbs:", 3 },
		{ "kbs:/a/b", 3 }, { "kbs+:///a", 4 }, { "kbs+.a:///a", 4 }, { "kbs+a:/", 5 },
		{ "kbs+a b:///c", 5 }, { "kbs+https://h/a/b/c", 4 }, { "kbs+http:///a/b/c", 4 },
		{ "kbs+a://", 8 }, { "kbs+a://host", 12 }, { "kbs+a://u@h/b", 9 },
		{ "kbs+a:///", 9 }, { "kbs+a:///b/", 11 }, { "kbs+a:///b//c", 11 },
		{ "kbs+a:///../b", 9 }, { "kbs+a:///b/..", 11 }, { "kbs+a:///b/%2e", 11 },
		{ "kbs+a:///b#c", 10 }, { "kbs+a:///b?c d", 12 }, { "kbs+a:///b?c#d", 12 },
		{ "kbs+a:///b?%", 11 }, { "kbs+a:///b?%2", 11 }, { "kbs+a:///b?%2g", 11 },
		{ "kbs+a:///b?\x7f", 11 }, { "kbs+a:///b?\xc3", 11 }, { "kbs+a:///?q", 9 },
		{ "kbs:///a/b", 10 }, { "kbs:///a/b/c/d", 14 }, { "kbs:///a/b/c?d", 12 },
		{ "kbs+auth:///a", 0 },
	};
	static const struct {
		const char *text;
		uint64_t offset;
	} paths[] = {
		{ "", 0 }, { "a", 1 }, { "/a/b", 0 }, { "a/", 2 }, { "a?b", 1 }, { "..", 0 },
		{ "a/../b", 2 }, { "a/b\\c", 3 }, { "reference-value/x", 0 }, { "attest/x", 0 },
		{ "attestation-policy/x", 0 }, { "resource-policy/x", 0 }, { "auth/x", 0 },
		{ "resource/a/b", 12 }, { "a:b/c", 1 }, { "a/b\r\nc", 3 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(uris); i++)
		bad(coco_plugin_uri_parse, uris[i].text, strlen(uris[i].text), uris[i].offset);
	for (size_t i = 0; i < COCO_ARRAY_LEN(paths); i++)
		bad(coco_plugin_path_parse, paths[i].text, strlen(paths[i].text), paths[i].offset);
	/* a NUL is a character as others are */
	bad(coco_plugin_uri_parse, "kbs+a://\0/b", 11, 8);
	bad(coco_plugin_path_parse, "a/\0", 3, 2);
	bad(coco_plugin_path_parse, "a/b?\0", 5, 4);
}

static void test_limits(void **state COCO_UNUSED)
{
	char text[COCO_PLUGIN_PATH_MAX + 2];
	struct coco_plugin_uri uri;
	static struct coco_diag d;

	memset(text, 'a', sizeof(text));
	text[COCO_PLUGIN_NAME_MAX] = '/';
	assert_ok(parse(coco_plugin_path_parse, text, COCO_PLUGIN_NAME_MAX + 1 +
			COCO_PLUGIN_SEGMENT_MAX, &uri, &d), &d);
	bad(coco_plugin_path_parse, text, COCO_PLUGIN_NAME_MAX + 2 + COCO_PLUGIN_SEGMENT_MAX,
	    COCO_PLUGIN_NAME_MAX + 1);
	text[COCO_PLUGIN_NAME_MAX] = 'a';
	text[COCO_PLUGIN_NAME_MAX + 1] = '/';
	bad(coco_plugin_path_parse, text, COCO_PLUGIN_NAME_MAX + 4, 0);
	memcpy(text, "a/b?", 4);
	text[COCO_PLUGIN_NAME_MAX + 1] = 'a';
	assert_ok(parse(coco_plugin_path_parse, text, COCO_PLUGIN_PATH_MAX, &uri, &d), &d);
	assert_int_equal(strlen(uri.path), COCO_PLUGIN_PATH_MAX);
	bad(coco_plugin_path_parse, text, COCO_PLUGIN_PATH_MAX + 1, 2);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/http/resource-uri.json");
	struct coco_json doc;
	struct coco_jv list;
	size_t n = 0;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "valid", &list, NULL), NULL);
	assert_true(coco_jv_len(&list) > 3);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_plugin_uri got;
		const char *uri = NULL;
		const char *plugin = NULL;
		const char *want = NULL;

		assert_ok(coco_jv_string(&item, "uri", &uri, NULL), NULL);
		assert_ok(coco_jv_string(&item, "plugin", &plugin, NULL), NULL);
		assert_ok(coco_jv_string(&item, "path", &want, NULL), NULL);
		assert_ok(coco_plugin_uri_parse(&got, uri, strlen(uri), NULL), NULL);
		assert_string_equal(got.path, want + strlen("/kbs/v0/"));
		assert_int_equal(got.n_plugin, strlen(plugin));
		assert_memory_equal(got.path, plugin, got.n_plugin);
	}
	assert_ok(coco_jv_array(&root, "invalid_resource_paths", &list, NULL), NULL);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_plugin_uri got;
		const char *name = NULL;
		char uri[200];

		assert_ok(coco_jv_as_string(&item, &name, NULL), NULL);
		snprintf(uri, sizeof(uri), "kbs:///%s", name);
		assert_err(coco_plugin_uri_parse(&got, uri, strlen(uri), NULL), COCO_E_PLUGIN_PATH,
			   NULL);
	}
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
