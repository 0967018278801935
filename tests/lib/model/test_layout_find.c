/*
 * test_layout_find.c - packages and referrers in layouts as copying tools
 * leave them: nested, untyped, tagged twice, damaged, and built to exhaust.
 */
#include "lib/model/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/mint_layout.h"
#include "tests/support/support.h"

#define IMAGE_CONFIG "application/vnd.oci.image.config.v1+json"

static struct coco_diag d;
static char entries[1 << 16];
static char index_text[1 << 17];
static char *dir;

static int setup(void **state COCO_UNUSED)
{
	dir = coco_mint_start();
	entries[0] = '\0';
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

static void list(const char *media, const struct coco_minted *m, const char *type,
		 const char *tag)
{
	size_t n = strlen(entries);

	if (n != 0)
		entries[n++] = ',';
	coco_mint_entry(entries + n, sizeof(entries) - n, media, m, type, tag);
}

/* The entries so far as a nested index; starts a new list. */
static struct coco_minted nest(void)
{
	coco_mint_index(index_text, sizeof(index_text), entries);
	entries[0] = '\0';
	return coco_mint_blob(dir, index_text);
}

static struct coco_layout *open_layout(void)
{
	struct coco_layout *l = NULL;

	coco_mint_index(index_text, sizeof(index_text), entries);
	coco_mint_text(dir, "index.json", index_text);
	coco_diag_init(&d);
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	return l;
}

static void expect_found(const char *tag, const struct coco_minted *want, const char *want_tag)
{
	struct coco_layout *l = open_layout();
	struct coco_found f;
	char text[COCO_OCI_DIGEST_TEXT];

	assert_ok(coco_layout_find(l, COCO_MINT_PACKAGE, tag, &f, &d), &d);
	coco_digest_text(text, &f.digest);
	assert_string_equal(text, want->digest);
	assert_int_equal(f.n_text, want->size);
	assert_string_equal(f.manifest.artifact_type, COCO_MINT_PACKAGE);
	if (want_tag != NULL)
		assert_string_equal(f.tag, want_tag);
	else
		assert_null(f.tag);
	coco_found_free(&f);
	coco_layout_close(l);
}

static void expect_none(const char *tag, int code)
{
	struct coco_layout *l = open_layout();
	struct coco_found f = { .n_text = 77 };

	assert_err(coco_layout_find(l, COCO_MINT_PACKAGE, tag, &f, &d), code, &d);
	assert_int_equal(f.n_text, 77);
	coco_layout_close(l);
}

/* Number of signatures that refer to subject; each is checked. */
static size_t referrers(const struct coco_minted *subject)
{
	struct coco_layout *l = open_layout();
	struct coco_digest digest;
	struct coco_found *found = NULL;
	size_t n = 0;

	assert_int_equal(coco_digest_parse(&digest, subject->digest, NULL), 0);
	assert_ok(coco_layout_referrers(l, &digest, COCO_MINT_SIGNATURE, &found, &n, &d), &d);
	for (size_t i = 0; i < n; i++) {
		assert_true(coco_digest_equal(&found[i].manifest.subject.digest, &digest));
		coco_found_free(&found[i]);
	}
	coco_free(found);
	coco_layout_close(l);
	return n;
}

static void expect_referrers_error(const struct coco_minted *subject, int code)
{
	struct coco_layout *l = open_layout();
	struct coco_digest digest;
	struct coco_found *found = NULL;
	size_t n = 77;

	assert_int_equal(coco_digest_parse(&digest, subject->digest, NULL), 0);
	assert_err(coco_layout_referrers(l, &digest, COCO_MINT_SIGNATURE, &found, &n, &d), code,
		   &d);
	assert_null(found);
	assert_int_equal(n, 77);
	coco_layout_close(l);
}

static struct coco_minted package(const char *payload)
{
	return coco_mint_manifest(dir, COCO_MINT_PACKAGE, NULL, payload, NULL);
}

static struct coco_minted signature(const struct coco_minted *subject, const char *payload)
{
	return coco_mint_manifest(dir, COCO_MINT_SIGNATURE, NULL, payload, subject);
}

static void test_find(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");

	list("manifest", &m, COCO_MINT_PACKAGE, "v1");
	expect_found(NULL, &m, "v1");
	expect_found("v1", &m, "v1");
	expect_none("v2", COCO_E_PACKAGE_NONE);
	assert_non_null(strstr(d.message, "v2"));
	assert_non_null(strstr(d.hint, "v1"));
}

static void test_find_untyped_entry(void **state COCO_UNUSED)
{
	/* oras and skopeo drop artifactType from the index, others misstate it */
	struct coco_minted m = package("a");
	struct coco_minted s = signature(&m, "s");

	list("manifest", &s, NULL, NULL);
	list("manifest", &m, NULL, NULL);
	expect_found(NULL, &m, NULL);
	entries[0] = '\0';
	list("manifest", &m, "application/vnd.oci.empty.v1+json", "v1");
	expect_found(NULL, &m, "v1");
}

static void test_find_two_tags(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");

	list("manifest", &m, NULL, NULL);
	list("manifest", &m, NULL, "v1");
	list("manifest", &m, NULL, "latest");
	expect_found(NULL, &m, "v1");
	expect_found("latest", &m, "latest");
}

static void test_find_several(void **state COCO_UNUSED)
{
	struct coco_minted a = package("a");
	struct coco_minted b = package("b");
	struct coco_minted c = package("c");

	list("manifest", &a, NULL, "v1");
	list("manifest", &b, NULL, "v2");
	list("manifest", &c, NULL, NULL);
	expect_none(NULL, COCO_E_PACKAGE_SEVERAL);
	assert_non_null(strstr(d.hint, "v1, v2, untagged sha256:"));
	expect_found("v2", &b, "v2");
	list("manifest", &c, NULL, "v2");
	expect_none("v2", COCO_E_PACKAGE_SEVERAL);
}

static void test_find_something_else(void **state COCO_UNUSED)
{
	expect_none(NULL, COCO_E_PACKAGE_NONE);
	assert_non_null(strstr(d.message, "no manifest"));
	struct coco_minted image = coco_mint_manifest(dir, NULL, IMAGE_CONFIG, "layer", NULL);
	list("manifest", &image, NULL, "v1");
	expect_none(NULL, COCO_E_PACKAGE_NONE);
	assert_non_null(strstr(d.message, "a container image"));
	struct coco_minted s = signature(&image, "s");
	list("manifest", &s, NULL, NULL);
	expect_none(NULL, COCO_E_PACKAGE_NONE);
	assert_non_null(strstr(d.message, "2 manifests"));
	entries[0] = '\0';
	list("application/vnd.docker.distribution.manifest.v2+json", &image, NULL, NULL);
	expect_none(NULL, COCO_E_PACKAGE_NONE);
	assert_non_null(strstr(d.message, "a container image"));
	entries[0] = '\0';
	list("text/plain", &image, NULL, NULL);
	expect_none(NULL, COCO_E_PACKAGE_NONE);
}

static void test_find_damaged(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");
	struct coco_minted other = package("b");

	/* a damaged entry does not hide a good one ... */
	unlink(coco_mint_blob_path(dir, &other));
	list("manifest", &other, NULL, "broken");
	list("manifest", &m, NULL, "v1");
	expect_found(NULL, &m, "v1");
	/* ... but is the reason when there is no other */
	expect_none("broken", COCO_E_BLOB_MISSING);
	assert_non_null(strstr(d.message, other.digest));
	entries[0] = '\0';
	m.size++;
	list("manifest", &m, NULL, "v1");
	expect_none(NULL, COCO_E_BLOB_SIZE);
	m.size--;
	entries[0] = '\0';
	list("manifest", &m, NULL, "v1");
	coco_mint_text("", coco_mint_blob_path(dir, &m), "{");
	m.size = 1;
	entries[0] = '\0';
	list("manifest", &m, NULL, "v1");
	expect_none(NULL, COCO_E_BLOB_DIGEST);
	/* a blob that is no manifest */
	struct coco_minted text = coco_mint_blob(dir, "{\"schemaVersion\":2}");
	entries[0] = '\0';
	list("manifest", &text, COCO_MINT_PACKAGE, "v1");
	expect_none(NULL, COCO_E_FORMAT_JSON_TYPE);
	/* one that says it is of another type is not missed */
	entries[0] = '\0';
	list("manifest", &other, COCO_MINT_SIGNATURE, "x");
	expect_none(NULL, COCO_E_PACKAGE_NONE);
}

static void test_find_oversized_manifest(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");

	m.size = COCO_OCI_MANIFEST_MAX + 1;
	assert_int_equal(truncate(coco_mint_blob_path(dir, &m), (off_t)m.size), 0);
	list("manifest", &m, NULL, "v1");
	expect_none(NULL, COCO_E_LIMIT_SIZE);
}

static void test_nested(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");

	list("manifest", &m, NULL, NULL);
	for (int i = 0; i < COCO_LAYOUT_DEPTH_MAX; i++) {
		struct coco_minted x = nest();

		list("index", &x, NULL, i == COCO_LAYOUT_DEPTH_MAX - 1 ? "v1" : NULL);
	}
	expect_found(NULL, &m, "v1");
	expect_found("v1", &m, "v1");
	/* one more level is too many */
	struct coco_minted x = nest();
	list("index", &x, NULL, NULL);
	expect_none(NULL, COCO_E_LIMIT_DEPTH);
}

static void test_nested_wide(void **state COCO_UNUSED)
{
	/* each level lists the next one fifty times: 50^4 paths, five documents */
	struct coco_minted m = package("a");

	list("manifest", &m, NULL, NULL);
	for (int i = 0; i < COCO_LAYOUT_DEPTH_MAX; i++) {
		struct coco_minted x = nest();

		for (int k = 0; k < 50; k++)
			list("index", &x, NULL, NULL);
	}
	expect_found(NULL, &m, NULL);
}

static void test_nested_damaged(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");
	struct coco_minted x = coco_mint_blob(dir, "{\"schemaVersion\":2,\"manifests\":7}");

	list("index", &x, NULL, NULL);
	expect_none(NULL, COCO_E_FORMAT_JSON_TYPE);
	list("manifest", &m, NULL, "v1");
	expect_found(NULL, &m, "v1");
}

static void test_referrers(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");
	struct coco_minted other = package("b");
	struct coco_minted s1 = signature(&m, "one");
	struct coco_minted s2 = signature(&m, "two");
	struct coco_minted s3 = signature(&other, "three");
	struct coco_minted wrap = coco_mint_manifest(dir, "application/vnd.example.wrap", NULL,
						     "wrap", &m);
	/* without artifactType the config's media type counts */
	struct coco_minted s4 = coco_mint_manifest(dir, NULL, COCO_MINT_SIGNATURE, "four", &m);

	list("manifest", &m, COCO_MINT_PACKAGE, "v1");
	assert_int_equal(referrers(&m), 0);
	list("manifest", &s1, COCO_MINT_SIGNATURE, NULL);
	list("manifest", &s1, COCO_MINT_SIGNATURE, NULL);
	list("manifest", &s3, COCO_MINT_SIGNATURE, NULL);
	list("manifest", &wrap, NULL, NULL);
	assert_int_equal(referrers(&m), 1);
	list("manifest", &s2, NULL, NULL);
	list("manifest", &s4, NULL, NULL);
	assert_int_equal(referrers(&m), 3);
	assert_int_equal(referrers(&other), 1);
	assert_int_equal(referrers(&wrap), 0);
}

static void test_referrers_tag_index(void **state COCO_UNUSED)
{
	/* what skopeo copy --all brings back: an index tagged sha256-<hex> */
	struct coco_minted m = package("a");
	struct coco_minted s = signature(&m, "one");
	char tag[80];

	list("manifest", &s, NULL, NULL);
	struct coco_minted x = nest();
	snprintf(tag, sizeof(tag), "sha256-%s", m.digest + 7);
	list("manifest", &m, NULL, "v1");
	list("index", &x, NULL, tag);
	assert_int_equal(referrers(&m), 1);
	expect_found(NULL, &m, "v1");
	/* listed as well: still one */
	list("manifest", &s, COCO_MINT_SIGNATURE, NULL);
	assert_int_equal(referrers(&m), 1);
}

static void test_referrers_damaged(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");
	struct coco_minted s = signature(&m, "one");
	struct coco_minted good = signature(&m, "two");

	list("manifest", &m, NULL, "v1");
	list("manifest", &s, NULL, NULL);
	unlink(coco_mint_blob_path(dir, &s));
	expect_referrers_error(&m, COCO_E_BLOB_MISSING);
	list("manifest", &good, NULL, NULL);
	assert_int_equal(referrers(&m), 1);
}

static void test_referrers_many(void **state COCO_UNUSED)
{
	struct coco_minted m = package("a");
	size_t per = 200;
	size_t last = 0;

	/* in nested indexes, one more than a search returns */
	static char top[1 << 14];
	top[0] = '\0';
	for (size_t i = 0; i <= COCO_LAYOUT_FOUND_MAX; i++) {
		char payload[32];

		snprintf(payload, sizeof(payload), "signature %zu", i);
		struct coco_minted s = signature(&m, payload);
		list("manifest", &s, NULL, NULL);
		if (i % per == per - 1 || i == COCO_LAYOUT_FOUND_MAX) {
			struct coco_minted x = nest();
			size_t n = strlen(top);

			last = n;
			if (n != 0)
				top[n++] = ',';
			coco_mint_entry(top + n, sizeof(top) - n, "index", &x, NULL, NULL);
		}
	}
	snprintf(entries, sizeof(entries), "%s", top);
	expect_referrers_error(&m, COCO_E_LIMIT_SIZE);
	entries[last] = '\0';
	assert_int_equal(referrers(&m), COCO_LAYOUT_FOUND_MAX);
}

#define IN_LAYOUT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_LAYOUT(test_find),
		IN_LAYOUT(test_find_untyped_entry),
		IN_LAYOUT(test_find_two_tags),
		IN_LAYOUT(test_find_several),
		IN_LAYOUT(test_find_something_else),
		IN_LAYOUT(test_find_damaged),
		IN_LAYOUT(test_find_oversized_manifest),
		IN_LAYOUT(test_nested),
		IN_LAYOUT(test_nested_wide),
		IN_LAYOUT(test_nested_damaged),
		IN_LAYOUT(test_referrers),
		IN_LAYOUT(test_referrers_tag_index),
		IN_LAYOUT(test_referrers_damaged),
		IN_LAYOUT(test_referrers_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
