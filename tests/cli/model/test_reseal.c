/*
 * test_reseal.c - a packer that lies, for the scripts in tests/cli: shows the
 * catalogue of a package and seals another one in its place, as somebody can
 * who holds the content key.
 *
 *   test_reseal show PKG KEY               catalogue to standard output
 *   test_reseal catalogue PKG KEY <TEXT    replaces it; signatures are dropped
 *   test_reseal header PKG KEY <TEXT       replaces the header alike
 *
 * Without arguments it tests itself.
 */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/cobble_seal.h"
#include "lib/crypto/content_key.h"
#include "lib/model/pack.h"
#include "lib/model/pkg.h"

static int context_of(const struct coco_pkg *pkg, uint8_t ret[COCO_PKG_CONTEXT])
{
	coco_pkg_context(ret, pkg->header.package_id, COCO_SEGMENT_CATALOGUE);
	return COCO_PKG_CONTEXT;
}

/* The catalogue as text, without looking at what it says. */
static int show(const struct coco_pkg *pkg, const struct coco_secret *key, uint8_t **ret,
		size_t *ret_n, struct coco_diag *d)
{
	uint8_t context[COCO_PKG_CONTEXT];
	uint8_t *sealed = NULL;
	size_t n = 0;
	int r = coco_layout_read(pkg->layout, &pkg->found.manifest.layers[0], COCO_CATALOGUE_MAX,
				 &sealed, &n, d);

	if (r == 0)
		r = coco_cobble_open(key, coco_view_of(context, (size_t)context_of(pkg, context)),
				     coco_view_of(sealed, n), ret, ret_n, d);
	coco_free(sealed);
	return r;
}

/* A manifest and an index that name what was put in place. */
static int rewrite(int dirfd, const struct coco_manifest *m, struct coco_diag *d)
{
	struct coco_descriptor entry = { .size = 0 };
	struct coco_index index = { .manifests = &entry, .n_manifests = 1 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, m);
	int r = coco_wr_finish(&wr, &text, &n, d);
	if (r == 0)
		r = coco_layout_put(dirfd, text, n, &entry.digest, d);
	coco_free(text);
	entry.size = n;
	entry.media_type = coco_strdup(COCO_MT_MANIFEST);
	entry.artifact_type = coco_strdup(COCO_MT_PACKAGE);
	if (r == 0 && (entry.media_type == NULL || entry.artifact_type == NULL))
		r = coco_fail(d, COCO_E_LIMIT_MEMORY, "no memory");
	if (r == 0)
		r = coco_annotation_add(&entry.annotations, &entry.n_annotations,
					COCO_ANN_REF_NAME, "latest", d);
	if (r == 0)
		r = coco_layout_write_index(dirfd, &index, d);
	coco_descriptor_free(&entry);
	return r;
}

static int replace(struct coco_pkg *pkg, const char *path, const struct coco_secret *key,
		   bool header, struct coco_view text, struct coco_diag *d)
{
	struct coco_descriptor *blob = header ? &pkg->found.manifest.config
					      : &pkg->found.manifest.layers[0];
	uint8_t context[COCO_PKG_CONTEXT];
	uint8_t *sealed = NULL;
	size_t n = text.n;
	int fd = -1;
	int r = coco_layout_open_dir(path, &fd, d);

	if (r == 0 && !header)
		r = coco_cobble_seal(key, coco_view_of(context, (size_t)context_of(pkg, context)),
				     text, &sealed, &n, d);
	if (r == 0)
		r = coco_layout_put(fd, header ? text.p : sealed, n, &blob->digest, d);
	blob->size = n;
	if (r == 0)
		r = rewrite(fd, &pkg->found.manifest, d);
	coco_free(sealed);
	if (fd >= 0)
		close(fd);
	return r;
}

static int run(char **argv)
{
	struct coco_diag d = { .code = 0 };
	struct coco_pkg pkg = { .layout = NULL };
	struct coco_secret key = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	bool shows = strcmp(argv[1], "show") == 0;
	int r = coco_pkg_open(argv[2], NULL, &pkg, &d);

	if (r == 0)
		r = coco_content_key_load(argv[3], 0, &key, &d);
	if (r == 0 && !shows)
		r = coco_read_fd(STDIN_FILENO, "input", COCO_CATALOGUE_MAX, &text, &n, &d);
	if (r == 0 && shows) {
		r = show(&pkg, &key, &text, &n, &d);
		if (r == 0)
			r = coco_write_full(STDOUT_FILENO, text, n, "output", &d);
	} else if (r == 0) {
		r = replace(&pkg, argv[2], &key, strcmp(argv[1], "header") == 0,
			    coco_view_of(text, n), &d);
	}
	if (r != 0)
		fprintf(stderr, "test_reseal: %s\n", d.message);
	coco_free(text);
	coco_secret_free(&key);
	if (pkg.layout != NULL)
		coco_pkg_close(&pkg);
	return r == 0 ? 0 : 1;
}

/* ---- self-test -------------------------------------------------------------- */

static char *join(const char *dir, const char *name)
{
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	return path;
}

static void test_same_catalogue(void **state COCO_UNUSED)
{
	struct coco_diag d = { .code = 0 };
	const struct coco_run quiet = { .jobs = 1 };
	struct coco_secret key = { 0 };
	struct coco_pack_result res = { .files = 0 };
	struct coco_pkg pkg;
	struct coco_catalogue cat;
	uint8_t *text = NULL;
	size_t n = 0;
	char *dir = coco_test_dir();
	char *model = join(dir, "model");
	char *file = join(dir, "model/file");
	char *out = join(dir, "pkg");

	assert_int_equal(mkdir(model, 0700), 0);
	assert_ok(coco_write_file(file, "weights", 7, 0, &d), &d);
	assert_ok(coco_content_key_generate(&key, &d), &d);
	const struct coco_pack_request req = { .dir = model, .out = out, .key = &key,
					       .digests = true };
	assert_ok(coco_pack(&quiet, &req, &res, &d), &d);
	assert_ok(coco_pkg_open(out, NULL, &pkg, &d), &d);
	assert_ok(show(&pkg, &key, &text, &n, &d), &d);
	assert_ok(replace(&pkg, out, &key, false, coco_view_of(text, n), &d), &d);
	coco_pkg_close(&pkg);
	coco_free(text);

	/* sealed again it is another blob that says the same */
	assert_ok(coco_pkg_open(out, NULL, &pkg, &d), &d);
	assert_false(coco_digest_equal(&pkg.found.digest, &res.manifest));
	assert_ok(coco_pkg_catalogue(&pkg, &key, &cat, &d), &d);
	assert_int_equal(cat.n_files, 1);
	assert_string_equal(cat.files[0].path, "file");
	coco_catalogue_free(&cat);
	assert_ok(show(&pkg, &key, &text, &n, &d), &d);
	text[n / 2] ^= 1;
	text[0] = '[';
	assert_ok(replace(&pkg, out, &key, false, coco_view_of(text, n), &d), &d);
	coco_pkg_close(&pkg);
	assert_ok(coco_pkg_open(out, NULL, &pkg, &d), &d);
	assert_int_not_equal(coco_pkg_catalogue(&pkg, &key, &cat, &d), 0);
	coco_pkg_close(&pkg);
	coco_free(text);
	coco_pack_result_free(&res);
	coco_secret_free(&key);
	coco_free(model);
	coco_free(file);
	coco_free(out);
	coco_test_rmdir(dir);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_catalogue),
	};

	if (argc == 4)
		return run(argv);
	return cmocka_run_group_tests_name("reseal", tests, NULL, NULL);
}
