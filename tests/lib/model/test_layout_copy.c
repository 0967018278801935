/*
 * test_layout_copy.c - a layout with a package and its signature, written and
 * checked whole. Given arguments it is the program that
 * tests/house/interop_registry.sh uses around foreign copying tools:
 *
 *	mint DIR          a new layout, package tagged v1, one signature
 *	tag-index DIR     lists the signature in an index tagged sha256-<hex> only
 *	check PATH N      one package v1 with all blobs, N signatures with theirs;
 *	                  prints the digest of the package
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/layout.h"
#include "tests/support/support.h"

#define PACKAGE "application/vnd.example.package.v1+json"
#define SIGNATURE "application/vnd.example.signature.v1+json"
#define SEGMENT "application/vnd.example.segment.v1"
#define CONFIG "application/vnd.example.config.v1+json"

enum { SEGMENTS = 3, SEGMENT_SIZE = 300000 };

static struct coco_diag d;

static char *text_of(const char *s)
{
	char *copy = coco_strdup(s);

	assert_non_null(copy);
	return copy;
}

static void put(int fd, struct coco_descriptor *ret, const char *type, const void *p, size_t n)
{
	*ret = (struct coco_descriptor){ .media_type = text_of(type), .size = n };
	assert_ok(coco_layout_put(fd, p, n, &ret->digest, &d), &d);
}

/* Writes the package; *ret describes its manifest. */
static void put_package(int fd, struct coco_descriptor *ret)
{
	struct coco_descriptor layers[SEGMENTS];
	struct coco_manifest m = { .layers = layers, .n_layers = SEGMENTS };
	struct coco_wr wr;
	uint8_t *p = coco_alloc(SEGMENT_SIZE, 1);
	size_t n = 0;

	assert_non_null(p);
	for (size_t i = 0; i < SEGMENTS; i++) {
		char title[32];

		coco_test_random(p, SEGMENT_SIZE, i + 1);
		put(fd, &layers[i], SEGMENT, p, SEGMENT_SIZE);
		snprintf(title, sizeof(title), "segment-%zu", i);
		assert_ok(coco_annotation_add(&layers[i].annotations, &layers[i].n_annotations,
					      COCO_ANN_TITLE, title, &d),
			  &d);
	}
	coco_free(p);
	put(fd, &m.config, CONFIG, "{\"version\":1}", 13);
	m.artifact_type = text_of(PACKAGE);
	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, &m);
	assert_ok(coco_wr_finish(&wr, &p, &n, &d), &d);
	put(fd, ret, COCO_MT_MANIFEST, p, n);
	coco_free(p);
	for (size_t i = 0; i < SEGMENTS; i++)
		coco_descriptor_free(&layers[i]);
	m.layers = NULL;
	m.n_layers = 0;
	coco_manifest_free(&m);
}

static void mint(const char *dir)
{
	struct coco_descriptor package;
	struct coco_digest digest;
	struct coco_index x = { .manifests = &package, .n_manifests = 1 };
	static const char bundle[] = "{\"signature\":\"of the package\"}";
	const struct coco_attachment a = {
		.artifact_type = SIGNATURE,
		.layer_media_type = SIGNATURE,
		.layer_title = "signature.json",
		.layer = { (const uint8_t *)bundle, sizeof(bundle) - 1 },
	};
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_ok(coco_layout_init(fd, &d), &d);
	put_package(fd, &package);
	package.artifact_type = text_of(PACKAGE);
	assert_ok(coco_annotation_add(&package.annotations, &package.n_annotations,
				      COCO_ANN_REF_NAME, "v1", &d),
		  &d);
	assert_ok(coco_layout_write_index(fd, &x, &d), &d);
	assert_ok(coco_layout_attach(fd, &package, &a, &digest, &d), &d);
	coco_descriptor_free(&package);
	close(fd);
}

/* Moves the last entry of index.json into an index tagged for the first one. */
static void tag_index(const char *dir)
{
	struct coco_layout *l = NULL;
	struct coco_wr wr;
	char tag[COCO_OCI_DIGEST_TEXT];
	uint8_t *p = NULL;
	size_t n = 0;
	struct coco_descriptor list[2];
	int fd = -1;

	assert_ok(coco_layout_open(&l, dir, &d), &d);
	assert_ok(coco_layout_open_dir(dir, &fd, &d), &d);
	const struct coco_index *top = coco_layout_index(l);
	assert_int_equal(top->n_manifests, 2);
	struct coco_index inner = { .manifests = &top->manifests[1], .n_manifests = 1 };
	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_index_encode(&wr, &inner);
	assert_ok(coco_wr_finish(&wr, &p, &n, &d), &d);
	list[0] = top->manifests[0];
	put(fd, &list[1], COCO_MT_INDEX, p, n);
	coco_free(p);
	coco_digest_text(tag, &list[0].digest);
	tag[strlen("sha256")] = '-';
	assert_ok(coco_annotation_add(&list[1].annotations, &list[1].n_annotations,
				      COCO_ANN_REF_NAME, tag, &d),
		  &d);
	struct coco_index outer = { .manifests = list, .n_manifests = 2 };
	assert_ok(coco_layout_write_index(fd, &outer, &d), &d);
	coco_descriptor_free(&list[1]);
	coco_layout_close(l);
	close(fd);
}

/* Every blob that a manifest names is there with its digest. */
static void check_blobs(const struct coco_layout *l, const struct coco_manifest *m)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_ok(coco_layout_read(l, &m->config, 1 << 20, &p, &n, &d), &d);
	coco_free(p);
	for (size_t i = 0; i < m->n_layers; i++) {
		assert_ok(coco_layout_read(l, &m->layers[i], 1 << 20, &p, &n, &d), &d);
		coco_free(p);
		assert_non_null(coco_annotation_get(m->layers[i].annotations,
						    m->layers[i].n_annotations, COCO_ANN_TITLE));
	}
}

static void check(const char *path, size_t signatures, char ret_digest[COCO_OCI_DIGEST_TEXT])
{
	struct coco_layout *l = NULL;
	struct coco_found package;
	struct coco_found *found = NULL;
	size_t n = 0;

	assert_ok(coco_layout_open(&l, path, &d), &d);
	assert_ok(coco_layout_find(l, PACKAGE, "v1", &package, &d), &d);
	assert_int_equal(package.manifest.n_layers, SEGMENTS);
	assert_string_equal(package.manifest.config.media_type, CONFIG);
	check_blobs(l, &package.manifest);
	assert_ok(coco_layout_referrers(l, &package.digest, SIGNATURE, &found, &n, &d), &d);
	assert_int_equal(n, signatures);
	for (size_t i = 0; i < n; i++) {
		check_blobs(l, &found[i].manifest);
		coco_found_free(&found[i]);
	}
	coco_free(found);
	coco_digest_text(ret_digest, &package.digest);
	coco_found_free(&package);
	coco_layout_close(l);
}

static void test_mint_and_check(void **state COCO_UNUSED)
{
	char one[COCO_OCI_DIGEST_TEXT];
	char two[COCO_OCI_DIGEST_TEXT];
	char *dir = coco_test_dir();

	mint(dir);
	check(dir, 1, one);
	tag_index(dir);
	check(dir, 1, two);
	assert_string_equal(one, two);
	coco_test_rmdir(dir);
}

static const char *const *args;

static void tool(void **state COCO_UNUSED)
{
	char digest[COCO_OCI_DIGEST_TEXT];

	if (strcmp(args[1], "mint") == 0) {
		mint(args[2]);
	} else if (strcmp(args[1], "tag-index") == 0) {
		tag_index(args[2]);
	} else {
		assert_string_equal(args[1], "check");
		assert_non_null(args[3]);
		check(args[2], strtoul(args[3], NULL, 10), digest);
		printf("%s\n", digest);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mint_and_check) };
	const struct CMUnitTest tools[] = { cmocka_unit_test(tool) };

	if (argc < 3)
		return cmocka_run_group_tests(tests, NULL, NULL);
	args = (const char *const *)argv;
	return cmocka_run_group_tests(tools, NULL, NULL);
}
