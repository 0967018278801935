/*
 * test_keystore.c - the directory store of a key broker, old and new layout.
 */
#include "lib/core/keystore.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static int setup(void **state)
{
	*state = coco_test_dir();
	return 0;
}

static int teardown(void **state)
{
	coco_test_rmdir(*state);
	return 0;
}

/* Creates dir/rel with its parent directories. */
static void put(const char *dir, const char *rel, const void *p, size_t n)
{
	char path[1000];

	snprintf(path, sizeof(path), "%s/%s", dir, rel);
	for (char *at = path + strlen(dir) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE | COCO_OUT_SECRET, NULL), NULL);
}

static bool there(const char *dir, const char *rel)
{
	char path[1000];

	snprintf(path, sizeof(path), "%s/%s", dir, rel);
	return access(path, F_OK) == 0;
}

static int load(const char *dir, const char *name, struct coco_secret *s, struct coco_diag *d)
{
	char ref[1000];

	coco_diag_init(d);
	snprintf(ref, sizeof(ref), "store:%s/%s", dir, name);
	return coco_keyref_load(ref, 64, 0, s, d);
}

static int store(const char *dir, const char *name, const char *text, unsigned flags)
{
	char ref[1000];
	struct coco_secret s = { 0 };

	snprintf(ref, sizeof(ref), "store:%s/%s", dir, name);
	assert_ok(coco_secret_from(&s, text, strlen(text), NULL), NULL);
	int r = coco_keyref_write(ref, &s, flags, NULL);
	coco_secret_free(&s);
	return r;
}

static void expect(const char *dir, const char *name, const char *text)
{
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	assert_ok(load(dir, name, &s, &d), &d);
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(coco_secret_expose(&s), text, s.n);
	coco_secret_free(&s);
}

static void refuse(const char *dir, const char *name, int code)
{
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	assert_err(load(dir, name, &s, &d), code, &d);
	assert_null(s.p);
}

static void test_read_layouts(void **state)
{
	const char *dir = *state;

	put(dir, "repository/r\\x2Ft\\x2Fnew", "new", 3);
	put(dir, "r\\x2Ft\\x2Finner", "inner", 5);
	put(dir, "r/t/old", "old", 3);
	expect(dir, "r/t/new", "new");
	expect(dir, "r/t/inner", "inner");
	expect(dir, "r/t/old", "old");
	refuse(dir, "r/t/none", COCO_E_KEY_MISSING);
	put(dir, "r/t/new", "another", 7);
	refuse(dir, "r/t/new", COCO_E_KEY_AMBIGUOUS);
	refuse("/nonexistent", "r/t/g", COCO_E_IO_OPEN);
}

static void test_bad_names(void **state)
{
	static const char *const bad[] = {
		"r/t/", "../t/g", "r/../g", "r/t/..", "r/t/a b", "r/t/.x", "r//g", "r/t/a\\b",
	};
	const char *dir = *state;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		refuse(dir, bad[i], COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_check("store:", NULL, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_check("store:r/t/g", NULL, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_check("store:/r/t/g", NULL, NULL), COCO_E_USAGE_KEYREF);
	assert_ok(coco_keyref_check("store:./r/t/g", NULL, NULL), NULL);
	assert_ok(coco_keyref_check("store:a:b/../d/r/t/g", NULL, NULL), NULL);
}

static void test_modes(void **state)
{
	const char *dir = *state;
	char path[1000];

	put(dir, "r/t/g", "k", 1);
	snprintf(path, sizeof(path), "%s/r/t/g", dir);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	refuse(dir, "r/t/g", COCO_E_IO_MODE);
	assert_int_equal(chmod(dir, 0700), 0);
	expect(dir, "r/t/g", "k");
}

static void test_links(void **state)
{
	const char *dir = *state;
	char path[1000];

	/* a link may stay inside the store (mounted volumes do that), never leave it */
	put(dir, "r/t/real", "k", 1);
	snprintf(path, sizeof(path), "%s/r/t/inside", dir);
	assert_int_equal(symlink("real", path), 0);
	expect(dir, "r/t/inside", "k");
	snprintf(path, sizeof(path), "%s/r/t/outside", dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	refuse(dir, "r/t/outside", COCO_E_IO_OPEN);
	snprintf(path, sizeof(path), "%s/r/t/dots", dir);
	assert_int_equal(symlink("../../../../../../../../etc/passwd", path), 0);
	refuse(dir, "r/t/dots", COCO_E_IO_OPEN);
	snprintf(path, sizeof(path), "%s/r/t/dir", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	refuse(dir, "r/t/dir", COCO_E_IO_KIND);
}

static void test_write_new(void **state)
{
	char *dir = coco_path_join(*state, "fresh");

	assert_ok(store(dir, "r/t/g", "one", 0), NULL);
	assert_true(there(dir, "repository/r\\x2Ft\\x2Fg"));
	expect(dir, "r/t/g", "one");
	assert_int_equal(store(dir, "r/t/g", "two", 0), COCO_E_EXISTS);
	expect(dir, "r/t/g", "one");
	assert_ok(store(dir, "r/t/g", "two", COCO_KEYREF_FORCE), NULL);
	expect(dir, "r/t/g", "two");
	coco_free(dir);
}

static void test_write_old(void **state)
{
	const char *dir = *state;

	put(dir, "default/key/1", "x", 1);
	assert_ok(store(dir, "r/t/g", "old", 0), NULL);
	assert_true(there(dir, "r/t/g"));
	expect(dir, "r/t/g", "old");
}

static void test_write_repository(void **state)
{
	const char *dir = *state;

	put(dir, "a\\x2Fb\\x2Fc", "x", 1);
	assert_ok(store(dir, "r/t/g", "inner", 0), NULL);
	assert_true(there(dir, "r\\x2Ft\\x2Fg"));
	expect(dir, "r/t/g", "inner");
}

static void test_write_root_without_repository(void **state)
{
	const char *dir = *state;

	put(dir, "kbs/resource-policy.rego", "x", 1);
	assert_ok(store(dir, "r/t/g", "k", 0), NULL);
	assert_true(there(dir, "repository/r\\x2Ft\\x2Fg"));
}

static void test_force_replaces_in_place(void **state)
{
	const char *dir = *state;

	/* the directory looks current, but this resource is there in the old form */
	put(dir, "repository/a\\x2Fb\\x2Fc", "x", 1);
	put(dir, "r/t/g", "old", 3);
	assert_int_equal(store(dir, "r/t/g", "new", 0), COCO_E_EXISTS);
	assert_ok(store(dir, "r/t/g", "new", COCO_KEYREF_FORCE), NULL);
	expect(dir, "r/t/g", "new");
	assert_false(there(dir, "repository/r\\x2Ft\\x2Fg"));
}

/* The file that Trustee's own description names holds the described bytes. */
static void test_vector(void **state)
{
	const char *vectors = coco_test_vectors("broker/storage/localfs-v0.19plus.json");
	const char *dir = *state;
	struct coco_json doc;
	struct coco_jv files;
	size_t n = 0;

	if (vectors == NULL)
		skip();
	uint8_t *text = coco_test_slurp(vectors, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "files", &files, NULL), NULL);
	struct coco_jv file = coco_jv_item(&files, 0);
	const char *key = NULL;
	const char *path = NULL;
	uint8_t want[32];
	struct coco_secret s = { 0 };
	static struct coco_diag d;
	assert_ok(coco_jv_string(&file, "key", &key, NULL), NULL);
	assert_ok(coco_jv_string(&file, "path", &path, NULL), NULL);
	assert_ok(coco_jv_hex(&file, "content_hex", want, sizeof(want), NULL), NULL);
	put(dir, path, want, sizeof(want));
	assert_ok(load(dir, key, &s, &d), &d);
	assert_int_equal(s.n, sizeof(want));
	assert_memory_equal(coco_secret_expose(&s), want, sizeof(want));
	coco_secret_free(&s);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_read_layouts), T(test_bad_names), T(test_modes), T(test_links),
		T(test_write_new), T(test_write_old), T(test_write_repository),
		T(test_write_root_without_repository), T(test_force_replaces_in_place),
		T(test_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
