/*
 * test_pkg.c - finding a package and reading its documents; versions and
 * predecessors. Attacks: test_pkg_tamper.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "formats/model/cobble.h"
#include "lib/model/pack_priv.h"
#include "lib/model/pkg.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_layout.h"
#include "tests/support/model.h"

static void pack(const struct coco_model_place *p, struct coco_pack_result *r)
{
	struct coco_pack_request req = coco_model_request(p->dir, p->out, &p->key, 65536);

	req.version = 3;
	req.has_previous = true;
	memset(req.previous.sha256, 0xab, 32);
	coco_model_pack(&req, 2, r);
}

static void test_open(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_result r = { .files = 0 };
	struct coco_catalogue cat;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;
	size_t n = 9;

	pack(&p, &r);
	assert_ok(coco_pkg_open(p.out, NULL, &pkg, &d), &d);
	assert_true(coco_digest_equal(&pkg.found.digest, &r.manifest));
	assert_string_equal(pkg.found.tag, "latest");
	assert_int_equal(pkg.header.version, 3);
	assert_int_equal(pkg.bytes, r.bytes_out);
	assert_int_equal(coco_pkg_segment(&pkg, 0)->size, pkg.found.manifest.layers[1].size);
	assert_ok(coco_pkg_signatures(&pkg, &n, &d), &d);
	assert_int_equal(n, 0);
	assert_ok(coco_pkg_catalogue(&pkg, &p.key, &cat, &d), &d);
	assert_int_equal(cat.n_files, 6);
	assert_null(cat.oms);
	coco_catalogue_free(&cat);
	coco_pkg_close(&pkg);
	coco_pkg_close(&pkg); /* closed is closed */
	assert_ok(coco_pkg_open(p.out, "latest", &pkg, &d), &d);
	coco_pkg_close(&pkg);
	assert_err(coco_pkg_open(p.out, "other", &pkg, &d), COCO_E_PACKAGE_NONE, &d);
	coco_diag_init(&d);
	assert_int_not_equal(coco_pkg_open(p.dir, NULL, &pkg, &d), 0);
	coco_diag_init(&d);
	assert_err(coco_pkg_open("/nonexistent", NULL, &pkg, &d), COCO_E_IO_OPEN, &d);
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

/* A tar of the layout is opened as it is. */
static void test_tar(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_result r = { .files = 0 };
	char command[4096];
	char *tar = coco_path_join(p.work, "package.tar");
	char *opened = coco_path_join(p.work, "opened");

	pack(&p, &r);
	snprintf(command, sizeof(command), "tar -C %s -cf %s .", p.out, tar);
	assert_int_equal(system(command), 0);
	assert_int_equal(coco_model_open(tar, &p.key, opened, 3), 0);
	coco_model_same(p.dir, opened);
	coco_free(tar);
	coco_free(opened);
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

static int version(const struct coco_pkg *pkg, const struct coco_pkg_policy *policy)
{
	struct coco_diag d = { 0 };
	int r = coco_pkg_check_version(pkg, policy, &d);

	assert_int_equal(r, d.code);
	return r;
}

static void test_versions(void **state COCO_UNUSED)
{
	char id[] = "k";
	struct coco_pkg pkg = { .header = { .version = 3, .key_id = id } };
	struct coco_pkg_policy policy = { .min_version = 0 };

	assert_int_equal(version(&pkg, &policy), 0);
	policy.min_version = 3;
	assert_int_equal(version(&pkg, &policy), 0);
	policy.min_version = 4;
	assert_int_equal(version(&pkg, &policy), COCO_E_PACKAGE_ROLLBACK);
	policy.min_version = 0;
	policy.has_previous = true;
	assert_int_equal(version(&pkg, &policy), COCO_E_PACKAGE_PREVIOUS); /* it names none */
	pkg.header.has_previous = true;
	assert_int_equal(version(&pkg, &policy), 0);
	policy.previous_version = 2;
	assert_int_equal(version(&pkg, &policy), 0);
	policy.previous_version = 3;
	assert_int_equal(version(&pkg, &policy), COCO_E_PACKAGE_PREVIOUS);
	policy.previous_version = 0;
	policy.previous.sha256[31] = 1;
	assert_int_equal(version(&pkg, &policy), COCO_E_PACKAGE_PREVIOUS);
	/* too old weighs more than another predecessor */
	policy.min_version = 9;
	assert_int_equal(version(&pkg, &policy), COCO_E_PACKAGE_ROLLBACK);
}

/* ---- packages made by somebody who holds the key ---------------------------- */

struct forged {
	struct coco_model_place p;
	struct coco_pkg_header header;
	struct coco_cat_file file;
	struct coco_run_at run;
	struct coco_record_segment segment;
};

static void forge(struct forged *f)
{
	static char id[] = "kbs:///a/b/c";
	static char path[] = "a";

	*f = (struct forged){ .p = coco_model_place(COCO_MODEL_KINDS) };
	f->header = (struct coco_pkg_header){ .version = 1, .key_id = id, .segment_size = 65536,
					      .segment_count = 1 };
	f->run = (struct coco_run_at){ .stored = 100, .length = 100 };
	f->file = (struct coco_cat_file){ .path = path, .size = 100 };
	f->segment.size = coco_cobble_sealed(100);
}

/* Writes the package with these values and returns what reading it says. */
static int read_forged(struct forged *f, struct coco_diag *d)
{
	struct coco_record_run run = { .run = f->run };
	struct coco_pack_content c = { .key = &f->p.key, .header = &f->header, .files = &f->file,
				       .n_files = 1, .segments = &f->segment, .n_segments = 1 };
	const struct coco_pack_finish finish = { .tag = NULL };
	const struct coco_run quiet = coco_model_run(1);
	struct coco_pack_result result = { .files = 0 };
	struct coco_outdir out = { .fd = -1 };
	struct coco_catalogue cat;
	struct coco_pkg pkg;

	coco_diag_init(d);
	f->segment.runs = &run;
	f->segment.n_runs = 1;
	assert_ok(coco_outdir_open(&out, f->p.out, COCO_OUT_FORCE, d), d);
	assert_ok(coco_layout_init(out.fd, d), d);
	assert_ok(coco_pack_write(&quiet, out.fd, &c, &finish, &result, d), d);
	assert_ok(coco_outdir_commit(&out, d), d);
	int r = coco_pkg_open(f->p.out, NULL, &pkg, d);
	if (r != 0)
		return r;
	r = coco_pkg_catalogue(&pkg, &f->p.key, &cat, d);
	if (r == 0)
		coco_catalogue_free(&cat);
	coco_pkg_close(&pkg);
	return r;
}

static void test_forged(void **state COCO_UNUSED)
{
	struct forged f;
	struct coco_diag d = { 0 };

	forge(&f);
	assert_ok(read_forged(&f, &d), &d);
	/* a run that reaches past the end of its segment */
	f.run.offset = 1;
	assert_err(read_forged(&f, &d), COCO_E_CATALOGUE, &d);
	assert_string_equal(d.pointer, "/files/0/runs/0");
	f.run.offset = 65536;
	assert_err(read_forged(&f, &d), COCO_E_CATALOGUE, &d);
	f.run.offset = 0;
	/* a segment that no message can have, and one longer than the segment size */
	f.segment.size = 60;
	assert_err(read_forged(&f, &d), COCO_E_COBBLE_LENGTH, &d);
	f.segment.size = coco_cobble_sealed(65537);
	assert_err(read_forged(&f, &d), COCO_E_PACKAGE_MIXED, &d);
	f.segment.size = coco_cobble_sealed(100);
	f.header.segment_count = 2;
	assert_err(read_forged(&f, &d), COCO_E_PACKAGE_MIXED, &d);
	f.header.segment_count = 1;
	f.file.size = 101;
	assert_err(read_forged(&f, &d), COCO_E_CATALOGUE, &d);
	coco_model_leave(&f.p);
}

/* A path that leaves the tree: refused before anything is opened. */
static void test_forged_paths(void **state COCO_UNUSED)
{
	static const char *const paths[] = { "../a", "/etc/passwd", "a/../../b", "a//b", "." };

	for (size_t i = 0; i < COCO_ARRAY_LEN(paths); i++) {
		struct forged f;
		struct coco_diag d;

		forge(&f);
		f.file.path = coco_strdup(paths[i]);
		assert_err(read_forged(&f, &d), COCO_E_CATALOGUE_PATH, &d);
		assert_int_equal(coco_model_open(f.p.out, &f.p.key,
						 coco_model_path(f.p.work, "opened"), 1),
				 COCO_E_CATALOGUE_PATH);
		assert_int_equal(coco_model_entries(f.p.work, ""), 1);
		coco_free(f.file.path);
		coco_model_leave(&f.p);
	}
}

/* A container image, an empty layout. */
static void test_other_artifacts(void **state COCO_UNUSED)
{
	char *dir = coco_mint_start();
	struct coco_minted m = coco_mint_manifest(dir, COCO_MINT_PACKAGE, NULL, "layer", NULL);
	char entry[1024];
	char index[2048];
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	coco_mint_entry(entry, sizeof(entry), "manifest", &m, COCO_MINT_PACKAGE, "latest");
	coco_mint_index(index, sizeof(index), entry);
	coco_mint_text(dir, "index.json", index);
	assert_err(coco_pkg_open(dir, NULL, &pkg, &d), COCO_E_PACKAGE_NONE, &d);
	/* the artifact type of a package, but not its config */
	m = coco_mint_manifest(dir, COCO_MT_PACKAGE, NULL, "layer", NULL);
	coco_mint_entry(entry, sizeof(entry), "manifest", &m, COCO_MT_PACKAGE, "latest");
	coco_mint_index(index, sizeof(index), entry);
	coco_mint_text(dir, "index.json", index);
	coco_diag_init(&d);
	assert_err(coco_pkg_open(dir, NULL, &pkg, &d), COCO_E_PACKAGE_MANIFEST, &d);
	coco_test_rmdir(dir);
}

static void test_blobs(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_result r = { .files = 0 };
	struct coco_pkg_blobs blobs = { .checked = 0 };
	const struct coco_run run = coco_model_run(2);
	char text[COCO_OCI_DIGEST_TEXT];
	struct coco_catalogue cat;
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	pack(&p, &r);
	assert_ok(coco_pkg_open(p.out, NULL, &pkg, &d), &d);
	assert_ok(coco_pkg_catalogue(&pkg, &p.key, &cat, &d), &d);
	assert_ok(coco_pkg_check_blobs(&run, &pkg, NULL, &blobs, &d), &d);
	assert_int_equal(blobs.checked, pkg.found.manifest.n_layers);
	assert_int_equal(blobs.bad, 0);
	/* two damaged ones: both are counted, the first is reported */
	for (uint64_t s = 1; s <= 2; s++) {
		coco_digest_text(text, &coco_pkg_segment(&pkg, s)->digest);
		const char *path = coco_model_path(coco_model_path(p.out, "blobs/sha256"),
						   text + 7);
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		assert_true(fd >= 0);
		assert_int_equal(pwrite(fd, "damage", 6, 500), 6);
		close(fd);
	}
	assert_err(coco_pkg_check_blobs(&run, &pkg, NULL, &blobs, &d), COCO_E_BLOB_DIGEST, &d);
	assert_int_equal(blobs.bad, 2);
	assert_string_equal(d.pointer, "/layers/2");
	/* only what a selection of files needs */
	bool *selected = coco_zalloc(cat.n_files, sizeof(*selected));
	size_t good = 0;
	for (size_t i = 0; i < cat.n_files; i++) {
		bool touched = false;

		for (size_t k = 0; k < cat.files[i].n_runs; k++)
			touched = touched || cat.files[i].runs[k].segment == 1 ||
				  cat.files[i].runs[k].segment == 2;
		memset(selected, 0, cat.n_files);
		selected[i] = true;
		coco_diag_init(&d);
		int code = coco_pkg_check_files(&run, &pkg, &cat, selected, &d);
		assert_int_equal(code, touched ? COCO_E_BLOB_DIGEST : 0);
		good += touched ? 0 : 1;
	}
	assert_in_range(good, 1, cat.n_files - 1);
	coco_diag_init(&d);
	assert_err(coco_pkg_check_files(&run, &pkg, &cat, NULL, &d), COCO_E_BLOB_DIGEST, &d);
	coco_free(selected);
	coco_catalogue_free(&cat);
	coco_pkg_close(&pkg);
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_result r = { .files = 0 };

	pack(&p, &r);
	for (unsigned long n = 1;; n++) {
		struct coco_catalogue cat;
		struct coco_diag d = { 0 };
		struct coco_pkg pkg;

		coco_test_alloc_arm(n);
		int code = coco_pkg_open(p.out, NULL, &pkg, &d);
		if (code == 0) {
			code = coco_pkg_catalogue(&pkg, &p.key, &cat, &d);
			if (code == 0)
				coco_catalogue_free(&cat);
			coco_pkg_close(&pkg);
		}
		if (!coco_test_alloc_disarm()) {
			assert_ok(code, &d);
			break;
		}
		if (code != 0)
			assert_err(code, COCO_E_LIMIT_MEMORY, &d);
	}
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_forged_paths),
		cmocka_unit_test(test_other_artifacts),
		cmocka_unit_test(test_blobs),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
