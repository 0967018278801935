/*
 * test_pack.c - directories into packages and back: every kind of model, every
 * way of compressing, any number of jobs and size of segments, bit by bit.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/model.h"

static const enum coco_compress modes[] = { COCO_COMPRESS_AUTO, COCO_COMPRESS_OFF,
					    COCO_COMPRESS_ZSTD, COCO_COMPRESS_PLANES };

static void each_mode(enum coco_model_kind kind, uint64_t segment_size, const unsigned *jobs,
		      size_t n_jobs)
{
	struct coco_model_place p = coco_model_place(kind);

	for (size_t m = 0; m < COCO_ARRAY_LEN(modes); m++)
		for (int digests = 0; digests < 2; digests++) {
			struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key,
									  segment_size);

			req.compress = modes[m];
			req.digests = digests != 0;
			coco_model_check(p.work, &req, jobs[(m + (size_t)digests) % n_jobs]);
			assert_int_equal(coco_model_entries(p.work, ""), 1);
		}
	coco_model_leave(&p);
}

static void test_matrix(void **state COCO_UNUSED)
{
	static const unsigned jobs[] = { 1, 2, 5 };

	for (int k = 0; k < COCO_MODEL_KINDS; k++)
		each_mode((enum coco_model_kind)k, 65536, jobs, 3);
}

static void test_larger_segments(void **state COCO_UNUSED)
{
	static const unsigned jobs[] = { 2 };

	each_mode(COCO_MODEL_SINGLE, (uint64_t)1 << 20, jobs, 1);
	each_mode(COCO_MODEL_ODD, (uint64_t)4 << 20, jobs, 1);
	each_mode(COCO_MODEL_SPARSE, (uint64_t)4 << 20, jobs, 1);
	each_mode(COCO_MODEL_SINGLE, 0, jobs, 1);
}

static void test_result(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SINGLE);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 1 << 20);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	struct coco_pkg pkg;

	coco_model_pack(&req, 2, &r);
	assert_int_equal(r.files, 3);
	assert_int_equal(r.tensors, 4);
	assert_int_equal(r.segments, 4);
	assert_int_equal(r.resumed, 0);
	assert_false(r.is_part);
	assert_false(r.is_signed);
	assert_int_equal(r.header.version, 1);
	assert_int_equal(strncmp(r.header.key_id, COCO_KEY_ID_PREFIX, strlen(COCO_KEY_ID_PREFIX)),
			 0);
	assert_ok(coco_pkg_open(p.out, NULL, &pkg, &d), &d);
	assert_true(coco_digest_equal(&pkg.found.digest, &r.manifest));
	assert_true(coco_pkg_header_equal(&pkg.header, &r.header));
	assert_int_equal(pkg.bytes, r.bytes_out);
	assert_true(r.bytes_out < r.bytes_in);
	coco_pkg_close(&pkg);
	/* the layout: its own files, three documents and a blob per segment */
	assert_int_equal(coco_model_entries(p.out, ""), 3);
	assert_int_equal(coco_model_entries(coco_model_path(p.out, "blobs/sha256"), ""), 3 + 4);
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

/* 16-bit floats get smaller, noise does not get larger. */
static void test_sizes(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SHARDED);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);
	uint64_t bytes[4];

	for (size_t m = 0; m < 4; m++) {
		struct coco_pack_result r = { .files = 0 };

		req.compress = modes[m];
		req.out_flags = COCO_OUT_FORCE;
		coco_model_pack(&req, 2, &r);
		bytes[m] = r.bytes_out;
		coco_pack_result_free(&r);
	}
	assert_true(bytes[0] < bytes[1] * 70 / 100);
	assert_true(bytes[0] <= bytes[3] + bytes[3] / 50);
	assert_true(bytes[2] < bytes[1]);
	coco_model_leave(&p);
	p = coco_model_place(COCO_MODEL_GGUF);
	coco_remove_tree(AT_FDCWD, p.dir);
	coco_model_noise_file(p.dir, "noise", 3000000, 1);
	for (size_t m = 0; m < 2; m++) {
		struct coco_pack_result r = { .files = 0 };
		struct coco_pack_request noise = coco_model_request(p.dir, p.out, &p.key, 0);

		noise.compress = modes[m];
		noise.out_flags = COCO_OUT_FORCE;
		coco_model_pack(&noise, 2, &r);
		bytes[m] = r.bytes_out;
		coco_pack_result_free(&r);
	}
	assert_true(bytes[0] <= bytes[1] + bytes[1] / 1000);
	coco_model_leave(&p);
}

static void test_only_empty_files(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);

	coco_remove_tree(AT_FDCWD, p.dir);
	coco_model_file(p.dir, "a/empty", "", 0);
	coco_model_file(p.dir, "b", "", 0);
	coco_model_check(p.work, &req, 1);
	coco_model_check(p.work, &req, 3);
	coco_model_leave(&p);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);
	char empty[4096];

	snprintf(empty, sizeof(empty), "%s/empty", p.work);
	assert_int_equal(mkdir(empty, 0777), 0);
	req.dir = empty;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_MODEL_EMPTY);
	req.dir = coco_model_path(p.work, "missing");
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_IO_OPEN);
	assert_int_equal(symlink("b", coco_model_path(empty, "a")), 0);
	req.dir = empty;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_TREE_LINK);
	assert_int_equal(unlink(coco_model_path(empty, "a")), 0);
	assert_int_equal(mkfifo(coco_model_path(empty, "a"), 0600), 0);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_IO_KIND);
	assert_int_equal(unlink(coco_model_path(empty, "a")), 0);
	coco_model_file(empty, "\xff.bin", "x", 1);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_MODEL_NAME);
	req.dir = p.dir;
	req.out = empty;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_EXISTS);
	req.out = "/nonexistent/package";
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_IO_WRITE);
	/* nothing of all that is left */
	assert_int_equal(coco_model_entries(p.work, ""), 2);
	coco_model_leave(&p);
}

static void test_versions(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);
	struct coco_pack_result r = { .files = 0 };

	req.has_previous = true;
	req.previous_version = 7;
	coco_model_pack(&req, 1, &r);
	assert_int_equal(r.header.version, 8);
	assert_true(r.header.has_previous);
	coco_pack_result_free(&r);
	req.out_flags = COCO_OUT_FORCE;
	req.version = 7;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PACKAGE_PREVIOUS);
	req.version = 9;
	assert_int_equal(coco_model_pack_code(&req, 1), 0);
	/* a version that no reader takes is not written */
	req.version = COCO_PACKAGE_VERSION_MAX + 1;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_USAGE_VALUE);
	req.version = 0;
	req.previous_version = COCO_PACKAGE_VERSION_MAX;
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_PACKAGE_PREVIOUS);
	req.has_previous = false;
	req.key_id = "no key id";
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_USAGE_VALUE);
	req.key_id = "";
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_USAGE_VALUE);
	req.key_id = "kbs:///a/b/c";
	coco_model_pack(&req, 1, &r);
	assert_string_equal(r.header.key_id, "kbs:///a/b/c");
	coco_pack_result_free(&r);
	assert_int_equal(coco_model_entries(p.work, ""), 2);
	coco_model_leave(&p);
}

static void test_key_length(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_secret key = { .p = NULL };

	assert_ok(coco_secret_from(&key, "short", 5, NULL), NULL);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &key, 0);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_KEY_LENGTH);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	coco_secret_free(&key);
	coco_model_leave(&p);
}

static void test_cancel(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct coco_model_place p = coco_model_place(COCO_MODEL_SMALL);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);
	struct coco_run run = coco_model_run(2);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	run.cancel = &cancel;
	assert_err(coco_pack(&run, &req, &r, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	coco_model_leave(&p);
}

static void test_dry_run(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SINGLE);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_pack_result r = { .files = 0 };

	req.dry_run = true;
	coco_model_pack(&req, 2, &r);
	assert_int_equal(r.files, 3);
	assert_true(r.segments > 20);
	coco_pack_result_free(&r);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	coco_model_leave(&p);
}

static void test_plan(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_SINGLE);
	const struct coco_run run = coco_model_run(1);
	const struct coco_tree_opts opts = { .ignore_git = true };
	struct coco_plan_info info;
	struct coco_plan_doc doc;
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_pack_plan(&run, p.dir, &opts, 65536, &text, &n, &info, &d), &d);
	assert_int_equal(info.files, 3);
	assert_int_equal(info.segment_size, 65536);
	assert_ok(coco_plan_doc_decode(&doc, coco_view_of(text, n), &d), &d);
	assert_int_equal(doc.segment_count, info.segments);
	assert_true(doc.ignore_git);
	/* no name and no size of a file */
	assert_null(strstr((char *)text, "config"));
	assert_null(strstr((char *)text, "safetensors"));
	coco_free(text);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_larger_segments),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_only_empty_files),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_key_length),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
