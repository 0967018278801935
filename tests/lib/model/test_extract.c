/*
 * test_extract.c - opening packages: all files or some, split over workers or
 * not, only where there is room, and nothing left when a check fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/model.h"

struct opened {
	struct coco_model_place p;
	struct coco_pkg pkg;
	struct coco_catalogue cat;
	char *out;
};

static void pack_and_open(struct opened *o, const struct coco_pack_request *req)
{
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	coco_model_pack(req, 2, &r);
	coco_pack_result_free(&r);
	assert_ok(coco_pkg_open(o->p.out, NULL, &o->pkg, &d), &d);
	assert_ok(coco_pkg_catalogue(&o->pkg, &o->p.key, &o->cat, &d), &d);
	o->out = coco_path_join(o->p.work, "opened");
}

static struct opened opened(enum coco_model_kind kind, enum coco_compress compress)
{
	struct opened o = { .p = coco_model_place(kind) };
	struct coco_pack_request req = coco_model_request(o.p.dir, o.p.out, &o.p.key, 65536);

	req.compress = compress;
	pack_and_open(&o, &req);
	return o;
}

static void drop(struct opened *o)
{
	coco_free(o->out);
	coco_catalogue_free(&o->cat);
	coco_pkg_close(&o->pkg);
	coco_model_leave(&o->p);
}

static struct coco_extract_request request(const struct opened *o)
{
	return (struct coco_extract_request){ .pkg = &o->pkg, .cat = &o->cat, .key = &o->p.key,
					      .out = o->out, .digests = true };
}

static int extract(const struct coco_extract_request *req, unsigned jobs,
		   struct coco_extract_result *ret, struct coco_diag *d)
{
	const struct coco_run run = coco_model_run(jobs);

	coco_diag_init(d);
	*ret = (struct coco_extract_result){ .files = 0 };
	return coco_extract(&run, req, ret, d);
}

/* Files of 16 MiB and more are split over the workers; the digest follows. */
static void test_large_files(void **state COCO_UNUSED)
{
	struct opened o = { .p = coco_model_place(COCO_MODEL_KINDS) };
	struct coco_pack_request req = coco_model_request(o.p.dir, o.p.out, &o.p.key, 4 << 20);
	struct coco_extract_result r;
	struct coco_diag d;

	coco_model_noise_file(o.p.dir, "first", (17 << 20) + 77, 1);
	coco_model_noise_file(o.p.dir, "second", 16 << 20, 2);
	coco_model_file(o.p.dir, "sparse", "", 0);
	assert_int_equal(truncate(coco_model_path(o.p.dir, "sparse"), 40 << 20), 0);
	coco_model_file(o.p.dir, "small", "x", 1);
	pack_and_open(&o, &req);
	for (unsigned jobs = 1; jobs <= 5; jobs++) {
		struct coco_extract_request x = request(&o);

		x.digests = jobs != 4;
		assert_ok(extract(&x, jobs, &r, &d), &d);
		assert_int_equal(r.files, 4);
		assert_int_equal(r.digests, x.digests ? 4 : 0);
		if (jobs % 2 == 0)
			coco_model_same(o.p.dir, o.out);
		coco_remove_tree(AT_FDCWD, o.out);
		x.out = NULL;
		assert_ok(extract(&x, jobs, &r, &d), &d);
		assert_int_equal(r.digests, x.digests ? 4 : 0);
	}
	drop(&o);
}

/* What was a hole or zeros takes no room again. */
static void test_holes(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_SPARSE, COCO_COMPRESS_AUTO);
	struct coco_extract_request x = request(&o);
	struct coco_extract_result r;
	struct coco_diag d;
	struct stat st;

	assert_ok(extract(&x, 2, &r, &d), &d);
	assert_int_equal(stat(coco_model_path(o.out, "holes.bin"), &st), 0);
	assert_int_equal(st.st_size, 12 << 20);
	assert_true(st.st_blocks * 512 < 1 << 20);
	coco_model_same(o.p.dir, o.out);
	drop(&o);
}

static void test_subsets(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_SMALL, COCO_COMPRESS_AUTO);
	bool *selected = coco_zalloc(o.cat.n_files, sizeof(*selected));
	uint64_t seed = 3;

	for (int round = 0; round < 6; round++) {
		struct coco_extract_request x = request(&o);
		struct coco_extract_result r;
		struct coco_diag d;
		uint64_t files = 0;
		uint64_t bytes = 0;

		for (size_t i = 0; i < o.cat.n_files; i++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			selected[i] = round != 0 && (seed >> 40) % 6 < (uint64_t)round;
			files += selected[i] ? 1 : 0;
			bytes += selected[i] ? o.cat.files[i].size : 0;
		}
		x.selected = selected;
		assert_ok(extract(&x, 1 + (unsigned)round % 3, &r, &d), &d);
		assert_int_equal(r.files, files);
		assert_int_equal(r.bytes, bytes);
		assert_int_equal(r.digests, files);
		for (size_t i = 0; i < o.cat.n_files; i++) {
			const char *path = coco_model_path(o.out, o.cat.files[i].path);

			assert_int_equal(access(path, F_OK) == 0, selected[i]);
			if (!selected[i])
				continue;
			size_t n[2];
			uint8_t *a = coco_test_slurp(path, &n[0]);
			uint8_t *b = coco_test_slurp(coco_model_path(o.p.dir, o.cat.files[i].path),
						     &n[1]);
			assert_int_equal(n[0], n[1]);
			assert_memory_equal(a, b, n[0]);
			coco_free(a);
			coco_free(b);
		}
		coco_remove_tree(AT_FDCWD, o.out);
	}
	coco_free(selected);
	drop(&o);
}

static void test_modes(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_ODD, COCO_COMPRESS_AUTO);
	struct coco_extract_request x = request(&o);
	struct coco_extract_result r;
	struct coco_diag d;
	struct stat st;
	mode_t old = umask(027);

	int code = extract(&x, 2, &r, &d);
	assert_int_equal(umask(old), 027); /* the caller's, as it was */
	assert_ok(code, &d);
	assert_int_equal(stat(coco_model_path(o.out, "run.sh"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(stat(coco_model_path(o.out, "a:b"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(stat(coco_model_path(o.out, "empty"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	drop(&o);
}

static void test_output(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_AUTO);
	struct coco_extract_request x = request(&o);
	struct coco_extract_result r;
	struct coco_diag d;

	x.dry_run = true;
	assert_ok(extract(&x, 2, &r, &d), &d);
	assert_int_equal(r.digests, 1);
	assert_int_equal(coco_model_entries(o.p.work, ""), 2);
	x.dry_run = false;
	assert_int_equal(mkdir(o.out, 0700), 0);
	coco_model_file(o.out, "mine", "x", 1);
	assert_err(extract(&x, 2, &r, &d), COCO_E_EXISTS, &d);
	assert_int_equal(access(coco_model_path(o.out, "mine"), F_OK), 0);
	x.out_flags = COCO_OUT_FORCE;
	assert_ok(extract(&x, 2, &r, &d), &d);
	coco_model_same(o.p.dir, o.out);
	x.out = "/nonexistent/opened";
	assert_int_not_equal(extract(&x, 1, &r, &d), 0);
	assert_int_equal(coco_model_entries(o.p.work, ""), 3);
	drop(&o);
}

/* A file whose digest is not that of the catalogue: nothing is left of the rest either. */
static void test_wrong_digest(void **state COCO_UNUSED)
{
	static const unsigned jobs[] = { 1, 2, 5 };
	struct opened o = opened(COCO_MODEL_SMALL, COCO_COMPRESS_AUTO);
	struct coco_extract_request x = request(&o);
	struct coco_extract_result r;
	struct coco_diag d;

	o.cat.files[o.cat.n_files / 2].sha256[7] ^= 1;
	for (size_t i = 0; i < COCO_ARRAY_LEN(jobs); i++) {
		assert_err(extract(&x, jobs[i], &r, &d), COCO_E_PACKAGE_CONTENT, &d);
		assert_null(strstr(d.message, "file-"));
		assert_int_equal(coco_model_entries(o.p.work, ""), 2);
	}
	x.digests = false;
	assert_ok(extract(&x, 2, &r, &d), &d);
	assert_int_equal(r.digests, 0);
	drop(&o);
}

static void test_wrong_key(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_SMALL, COCO_COMPRESS_AUTO);
	struct coco_extract_request x = request(&o);
	struct coco_secret other = coco_model_key(1);
	struct coco_extract_result r;
	struct coco_diag d;

	x.key = &other;
	assert_err(extract(&x, 2, &r, &d), COCO_E_KEY_WRONG, &d);
	assert_int_equal(coco_model_entries(o.p.work, ""), 2);
	coco_secret_free(&other);
	drop(&o);
}

static void test_cancelled(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct opened o = opened(COCO_MODEL_SMALL, COCO_COMPRESS_AUTO);
	const struct coco_extract_request x = request(&o);
	struct coco_run run = coco_model_run(2);
	struct coco_extract_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	run.cancel = &cancel;
	assert_err(coco_extract(&run, &x, &r, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(coco_model_entries(o.p.work, ""), 2);
	drop(&o);
}

/* On a file system that is too small: refused before anything is written. */
static void test_no_space(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_SINGLE, COCO_COMPRESS_AUTO);
	char *small = coco_path_join(o.p.work, "small");
	char *out = coco_path_join(small, "opened");
	struct coco_extract_request x = request(&o);
	struct coco_extract_result r;
	struct coco_diag d;

	assert_int_equal(mkdir(small, 0700), 0);
	if (mount("tmpfs", small, "tmpfs", 0, "size=1m") != 0) {
		print_message("skip: no right to mount a tmpfs\n");
		coco_free(small);
		coco_free(out);
		drop(&o);
		skip();
	}
	x.out = out;
	int code = extract(&x, 2, &r, &d);
	size_t left = coco_model_entries(small, "");
	/* packing into it fails in the middle, and leaves nothing */
	struct coco_pack_request req = coco_model_request(o.p.dir, out, &o.p.key, 65536);
	req.compress = COCO_COMPRESS_OFF;
	int packed = coco_model_pack_code(&req, 2);
	size_t left_packed = coco_model_entries(small, "");
	assert_int_equal(umount(small), 0);
	assert_err(code, COCO_E_IO_SPACE, &d);
	assert_int_equal(left, 0);
	assert_int_equal(packed, COCO_E_IO_WRITE);
	assert_int_equal(left_packed, 0);
	coco_free(small);
	coco_free(out);
	drop(&o);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct opened o = { .p = coco_model_place(COCO_MODEL_KINDS) };
	struct coco_pack_request req = coco_model_request(o.p.dir, o.p.out, &o.p.key, 65536);

	coco_model_safetensors(o.p.dir, "d/a.safetensors", "BF16", 100000, 1);
	coco_model_file(o.p.dir, "e/b", "small", 5);
	pack_and_open(&o, &req);
	const struct coco_extract_request x = request(&o);
	const struct coco_run run = coco_model_run(1);
	for (unsigned long n = 1;; n++) {
		struct coco_extract_result r = { .files = 0 };
		struct coco_diag d = { 0 };

		coco_test_alloc_arm(n);
		int code = coco_extract(&run, &x, &r, &d);
		bool failed = coco_test_alloc_disarm();

		if (code == 0)
			coco_remove_tree(AT_FDCWD, o.out);
		else
			assert_err(code, COCO_E_LIMIT_MEMORY, &d);
		assert_int_equal(coco_model_entries(o.p.work, ""), 2);
		if (!failed) {
			assert_ok(code, &d);
			break;
		}
	}
	drop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_subsets),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_wrong_digest),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_no_space),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
