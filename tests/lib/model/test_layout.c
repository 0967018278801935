/*
 * test_layout.c - opening layouts and blobs: every way in which a directory
 * can be wrong, and the shared vectors.
 */
#include "lib/model/layout.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/mint_layout.h"
#include "tests/support/support.h"

static struct coco_diag d;

/* A layout with one package tagged v1; *ret names its manifest. */
static char *package_layout(struct coco_minted *ret)
{
	static char entry[1024];
	static char index[2048];
	char *dir = coco_mint_start();

	*ret = coco_mint_manifest(dir, COCO_MINT_PACKAGE, NULL, "payload", NULL);
	coco_mint_entry(entry, sizeof(entry), "manifest", ret, COCO_MINT_PACKAGE, "v1");
	coco_mint_index(index, sizeof(index), entry);
	coco_mint_text(dir, "index.json", index);
	return dir;
}

static void expect_open(const char *dir, int code)
{
	struct coco_layout *l = NULL;

	coco_diag_init(&d);
	int r = coco_layout_open(&l, dir, &d);
	if (code == 0) {
		assert_ok(r, &d);
		coco_layout_close(l);
		return;
	}
	assert_err(r, code, &d);
	assert_null(l);
	assert_string_not_equal(d.source, "");
}

static struct coco_descriptor describe(const struct coco_minted *m, uint64_t size)
{
	struct coco_descriptor desc = { .size = size };

	assert_int_equal(coco_digest_parse(&desc.digest, m->digest, NULL), 0);
	return desc;
}

static void test_open(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);
	struct coco_layout *l = NULL;
	enum coco_target_kind kind;

	coco_diag_init(&d);
	assert_ok(coco_layout_probe(dir, &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_LAYOUT_DIR);
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	assert_false(coco_layout_is_tar(l));
	assert_int_equal(coco_layout_index(l)->n_manifests, 1);
	coco_layout_close(l);
	coco_layout_close(NULL);
	/* without blobs/sha256 a layout opens, but every blob is missing */
	coco_remove_tree(AT_FDCWD, coco_mint_path(dir, "blobs"));
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	struct coco_descriptor desc = describe(&m, m.size);
	struct coco_blob_at at;
	assert_err(coco_layout_blob(l, &desc, &at, &d), COCO_E_BLOB_MISSING, &d);
	coco_layout_close(l);
	coco_test_rmdir(dir);
}

static void test_open_defects(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);

	expect_open(coco_mint_path(dir, "none"), COCO_E_IO_OPEN);
	coco_mint_text(dir, "oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}");
	expect_open(dir, COCO_E_LAYOUT_FORMAT);
	assert_non_null(strstr(d.source, "oci-layout"));
	coco_mint_text(dir, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"");
	expect_open(dir, COCO_E_FORMAT_JSON);
	coco_mint_text(dir, "oci-layout", "");
	expect_open(dir, COCO_E_FORMAT_JSON);
	assert_int_equal(truncate(coco_mint_path(dir, "oci-layout"), 5000), 0);
	expect_open(dir, COCO_E_LIMIT_SIZE);
	unlink(coco_mint_path(dir, "oci-layout"));
	expect_open(dir, COCO_E_LAYOUT_FORMAT);
	coco_mint_text(dir, "target", "{\"imageLayoutVersion\":\"1.0.0\"}");
	assert_int_equal(symlink("target", coco_mint_path(dir, "oci-layout")), 0);
	expect_open(dir, COCO_E_IO_KIND);
	unlink(coco_mint_path(dir, "oci-layout"));
	assert_int_equal(mkdir(coco_mint_path(dir, "oci-layout"), 0777), 0);
	expect_open(dir, COCO_E_IO_KIND);
	coco_test_rmdir(dir);
}

static void test_index_defects(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);

	coco_mint_text(dir, "index.json",
		       "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}");
	expect_open(dir, COCO_E_FORMAT_JSON_DUPLICATE);
	assert_non_null(strstr(d.source, "index.json"));
	coco_mint_text(dir, "index.json",
		       "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\","
		       "\"digest\":\"sha256:../../../../../../../../../../../../../../../../../"
		       "../../etc/x\",\"size\":1}]}");
	expect_open(dir, COCO_E_FORMAT_VALUE);
	assert_string_equal(d.pointer, "/manifests/0/digest");
	/* huge, but without blocks on the disk */
	assert_int_equal(truncate(coco_mint_path(dir, "index.json"), (off_t)1 << 40), 0);
	expect_open(dir, COCO_E_LIMIT_SIZE);
	unlink(coco_mint_path(dir, "index.json"));
	expect_open(dir, COCO_E_LAYOUT_FORMAT);
	assert_int_equal(mkfifo(coco_mint_path(dir, "index.json"), 0600), 0);
	expect_open(dir, COCO_E_IO_KIND);
	unlink(coco_mint_path(dir, "index.json"));
	assert_int_equal(symlink("/etc/passwd", coco_mint_path(dir, "index.json")), 0);
	expect_open(dir, COCO_E_IO_KIND);
	coco_test_rmdir(dir);
}

static void test_blobs_link(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);
	char *other = package_layout(&m);

	coco_remove_tree(AT_FDCWD, coco_mint_path(dir, "blobs/sha256"));
	assert_int_equal(symlink(coco_mint_path(other, "blobs/sha256"),
				 coco_mint_path(dir, "blobs/sha256")),
			 0);
	expect_open(dir, COCO_E_IO_KIND);
	unlink(coco_mint_path(dir, "blobs/sha256"));
	rmdir(coco_mint_path(dir, "blobs"));
	assert_int_equal(symlink(coco_mint_path(other, "blobs"), coco_mint_path(dir, "blobs")), 0);
	expect_open(dir, COCO_E_IO_KIND);
	unlink(coco_mint_path(dir, "blobs"));
	coco_mint_text(dir, "blobs", "a file");
	expect_open(dir, COCO_E_IO_KIND);
	coco_test_rmdir(dir);
	coco_test_rmdir(other);
}

static void expect_blob(const struct coco_layout *l, const struct coco_minted *m, uint64_t size,
			int code)
{
	struct coco_descriptor desc = describe(m, size);
	struct coco_blob_at at = { .fd = -7 };

	coco_diag_init(&d);
	assert_err(coco_layout_blob(l, &desc, &at, &d), code, &d);
	assert_int_equal(at.fd, -7);
	assert_non_null(strstr(d.message, m->digest));
}

static void test_blob(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);
	struct coco_layout *l = NULL;
	struct coco_blob_at at;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_diag_init(&d);
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	struct coco_descriptor desc = describe(&m, m.size);
	assert_ok(coco_layout_blob(l, &desc, &at, &d), &d);
	assert_int_equal(at.offset, 0);
	assert_int_equal(at.size, m.size);
	coco_blob_close(&at);
	assert_int_equal(at.fd, -1);
	assert_ok(coco_layout_read(l, &desc, m.size, &text, &n, &d), &d);
	assert_int_equal(n, m.size);
	assert_int_equal(text[n], 0);
	coco_free(text);
	assert_err(coco_layout_read(l, &desc, m.size - 1, &text, &n, &d), COCO_E_LIMIT_SIZE, &d);

	expect_blob(l, &m, m.size + 1, COCO_E_BLOB_SIZE);
	assert_string_not_equal(d.expected, "");
	assert_string_not_equal(d.actual, "");
	struct coco_minted none = m;
	none.digest[70] = none.digest[70] == '0' ? '1' : '0';
	expect_blob(l, &none, m.size, COCO_E_BLOB_MISSING);

	const char *path = coco_mint_blob_path(dir, &m);
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	fputc('[', f);
	fclose(f);
	coco_diag_init(&d);
	assert_err(coco_layout_read(l, &desc, m.size, &text, &n, &d), COCO_E_BLOB_DIGEST, &d);
	assert_string_equal(d.expected, m.digest);
	assert_non_null(strstr(d.message, m.digest));
	assert_int_equal(truncate(path, 3), 0);
	expect_blob(l, &m, m.size, COCO_E_BLOB_SIZE);
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	expect_blob(l, &m, m.size, COCO_E_IO_KIND);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_blob(l, &m, m.size, COCO_E_IO_KIND);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_blob(l, &m, m.size, COCO_E_IO_KIND);
	coco_layout_close(l);
	coco_test_rmdir(dir);
}

static void test_probe(void **state COCO_UNUSED)
{
	struct coco_minted m;
	char *dir = package_layout(&m);
	enum coco_target_kind kind;
	int fd = -1;

	coco_diag_init(&d);
	assert_ok(coco_layout_open_dir(dir, &fd, &d), &d);
	close(fd);
	assert_ok(coco_layout_probe(coco_mint_path(dir, "blobs"), &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_PLAIN_DIR);
	assert_err(coco_layout_open_dir(coco_mint_path(dir, "blobs"), &fd, &d),
		   COCO_E_LAYOUT_FORMAT, &d);
	coco_diag_init(&d);
	assert_ok(coco_layout_probe(coco_mint_path(dir, "index.json"), &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_OTHER);
	assert_err(coco_layout_open_dir(coco_mint_path(dir, "index.json"), &fd, &d),
		   COCO_E_IO_KIND, &d);
	expect_open(coco_mint_path(dir, "index.json"), COCO_E_LAYOUT_FORMAT);
	expect_open("/dev/null", COCO_E_IO_KIND);
	assert_int_equal(mkfifo(coco_mint_path(dir, "fifo"), 0600), 0);
	expect_open(coco_mint_path(dir, "fifo"), COCO_E_IO_KIND);
	coco_diag_init(&d);
	assert_ok(coco_layout_probe(coco_mint_path(dir, "fifo"), &kind, &d), &d);
	assert_int_equal(kind, COCO_TARGET_OTHER);
	coco_mint_text(dir, "empty", "");
	expect_open(coco_mint_path(dir, "empty"), COCO_E_LAYOUT_FORMAT);
	coco_diag_init(&d);
	assert_err(coco_layout_probe(coco_mint_path(dir, "none"), &kind, &d), COCO_E_IO_OPEN, &d);
	coco_test_rmdir(dir);
}

/* The vectors: all blobs of every manifest are there with their digests. */
static void check_vector(const char *name, const char *want_type)
{
	const char *path = coco_test_vectors(name);
	struct coco_layout *l = NULL;

	if (path == NULL)
		skip();
	coco_diag_init(&d);
	assert_ok(coco_layout_open(&l, path, &d), &d);
	const struct coco_index *x = coco_layout_index(l);
	assert_true(x->n_manifests >= 1);
	for (size_t i = 0; i < x->n_manifests; i++) {
		struct coco_manifest m;
		uint8_t *text = NULL;
		size_t n = 0;

		assert_ok(coco_layout_read(l, &x->manifests[i], COCO_OCI_MANIFEST_MAX, &text, &n,
					   &d),
			  &d);
		assert_ok(coco_manifest_decode(&m, coco_view_of(text, n), &d), &d);
		coco_free(text);
		if (i == 0 && want_type != NULL)
			assert_string_equal(m.layers[0].media_type, want_type);
		for (size_t k = 0; k < m.n_layers; k++) {
			assert_ok(coco_layout_read(l, &m.layers[k], 1 << 20, &text, &n, &d), &d);
			coco_free(text);
		}
		coco_manifest_free(&m);
	}
	coco_layout_close(l);
}

static void test_vector_modelpack(void **state COCO_UNUSED)
{
	check_vector("packaging/oci/modelpack-layout", "application/vnd.cncf.model.weight.v1.raw");
}

static void test_vector_ocicrypt(void **state COCO_UNUSED)
{
	check_vector("packaging/ocicrypt/plain-tar", "application/vnd.oci.image.layer.v1.tar");
	check_vector("packaging/ocicrypt/plain-tar-gzip",
		     "application/vnd.oci.image.layer.v1.tar+gzip");
	check_vector("packaging/ocicrypt/jwe-rsa-tar",
		     "application/vnd.oci.image.layer.v1.tar+encrypted");
	check_vector("packaging/ocicrypt/jwe-rsa-gzip",
		     "application/vnd.oci.image.layer.v1.tar+gzip+encrypted");
	check_vector("packaging/ocicrypt/jwe-ec256-tar",
		     "application/vnd.oci.image.layer.v1.tar+encrypted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_defects),
		cmocka_unit_test(test_index_defects),
		cmocka_unit_test(test_blobs_link),
		cmocka_unit_test(test_blob),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_vector_modelpack),
		cmocka_unit_test(test_vector_ocicrypt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
