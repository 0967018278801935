/*
 * test_seg_reader.c - any bytes of any file of a package, compared with the
 * plain file; only what is asked for is read and authenticated.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "formats/model/cobble.h"
#include "lib/model/seg_reader.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/model.h"

struct opened {
	struct coco_model_place p;
	struct coco_pkg pkg;
	struct coco_catalogue cat;
};

static struct opened opened(enum coco_model_kind kind, enum coco_compress compress,
			    uint64_t segment_size)
{
	struct opened o = { .p = coco_model_place(kind) };
	struct coco_pack_request req = coco_model_request(o.p.dir, o.p.out, &o.p.key,
							  segment_size);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };

	req.compress = compress;
	coco_model_pack(&req, 2, &r);
	coco_pack_result_free(&r);
	assert_ok(coco_pkg_open(o.p.out, NULL, &o.pkg, &d), &d);
	assert_ok(coco_pkg_catalogue(&o.pkg, &o.p.key, &o.cat, &d), &d);
	return o;
}

static void drop(struct opened *o)
{
	coco_catalogue_free(&o->cat);
	coco_pkg_close(&o->pkg);
	coco_model_leave(&o->p);
}

struct sink {
	const uint8_t *want;
	size_t at;
	int code; /* returned by the first call when not 0 */
};

static int compare(void *ctx, const uint8_t *p, size_t n, struct coco_diag *diag)
{
	struct sink *s = ctx;

	if (s->code != 0)
		return coco_fail(diag, s->code, "enough");
	assert_true(n > 0);
	assert_memory_equal(p, s->want + s->at, n);
	s->at += n;
	return 0;
}

static int stream(const struct opened *o, size_t file, uint64_t offset, uint64_t length,
		  const uint8_t *plain, struct coco_diag *d)
{
	const struct coco_run run = coco_model_run(1);
	struct sink s = { .want = plain + (plain != NULL ? offset : 0) };

	coco_diag_init(d);
	int r = coco_file_stream(&run, &o->pkg, &o->p.key, &o->cat.files[file], offset, length,
				 compare, &s, d);
	if (r == 0)
		assert_int_equal(s.at, length);
	return r;
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 20;
}

/* Random ranges of every file, most of them short or around a border. */
static void ranges(enum coco_model_kind kind, enum coco_compress compress, uint64_t segment_size)
{
	struct opened o = opened(kind, compress, segment_size);
	uint64_t seed = (uint64_t)kind * 10 + compress;
	struct coco_diag d;

	for (size_t i = 0; i < o.cat.n_files; i += kind == COCO_MODEL_SMALL ? 20 : 1) {
		const struct coco_cat_file *f = &o.cat.files[i];
		size_t n = 0;
		uint8_t *plain = coco_test_slurp(coco_model_path(o.p.dir, f->path), &n);

		assert_int_equal(n, f->size);
		assert_ok(stream(&o, i, 0, n, plain, &d), &d);
		assert_ok(stream(&o, i, n, 0, plain, &d), &d);
		for (int k = 0; k < 8 && n != 0; k++) {
			uint64_t at = next(&seed) % n;
			if (k % 3 == 0)
				at = at / 16384 * 16384;
			if (k % 3 == 1)
				at = coco_min_u64(at / 65536 * 65536 + 65535, n - 1);
			uint64_t len = next(&seed) % (n - at + 1);
			if (k % 2 == 0)
				len = coco_min_u64(len, 100);

			assert_ok(stream(&o, i, at, len, plain, &d), &d);
		}
		coco_free(plain);
	}
	drop(&o);
}

static void test_ranges(void **state COCO_UNUSED)
{
	for (int k = 0; k < COCO_MODEL_KINDS; k++)
		for (int c = COCO_COMPRESS_AUTO; c <= COCO_COMPRESS_PLANES; c++)
			ranges((enum coco_model_kind)k, (enum coco_compress)c,
			       c % 2 == 0 ? 65536 : (uint64_t)4 << 20);
}

static void test_outside(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_OFF, 65536);
	uint64_t size = o.cat.files[0].size;
	struct coco_diag d;

	assert_err(stream(&o, 0, size + 1, 0, NULL, &d), COCO_E_PACKAGE_EXTENT, &d);
	assert_err(stream(&o, 0, size, 1, NULL, &d), COCO_E_PACKAGE_EXTENT, &d);
	assert_err(stream(&o, 0, 0, size + 1, NULL, &d), COCO_E_PACKAGE_EXTENT, &d);
	assert_err(stream(&o, 0, 1, UINT64_MAX, NULL, &d), COCO_E_PACKAGE_EXTENT, &d);
	assert_err(stream(&o, 0, UINT64_MAX, 1, NULL, &d), COCO_E_PACKAGE_EXTENT, &d);
	drop(&o);
}

/* A receiver that fails ends the stream with its own code; so does a request to stop. */
static void test_stopped(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_OFF, 65536);
	struct coco_run run = coco_model_run(1);
	struct sink s = { .code = COCO_E_IO_WRITE };
	struct coco_diag d = { 0 };

	assert_err(coco_file_stream(&run, &o.pkg, &o.p.key, &o.cat.files[0], 0, 10, compare, &s,
				    &d), COCO_E_IO_WRITE, &d);
	run.cancel = &cancel;
	coco_diag_init(&d);
	assert_err(coco_file_stream(&run, &o.pkg, &o.p.key, &o.cat.files[0], 0, 10, compare, &s,
				    &d), COCO_E_CANCELLED, &d);
	drop(&o);
}

/* ---- segments --------------------------------------------------------------- */

static void test_segments(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_OFF, 65536);
	struct coco_seg_reader *r = NULL;
	struct coco_diag d = { 0 };
	uint8_t *buf = coco_alloc(65536, 1);
	size_t n = 0;
	uint8_t *plain = coco_test_slurp(coco_model_path(o.p.dir, "tiny-f16.gguf"), &n);
	uint64_t seed = 7;

	assert_ok(coco_seg_reader_new(&o.pkg, &o.p.key, &r, &d), &d);
	for (int i = 0; i < 300; i++) {
		uint64_t segment = next(&seed) % o.pkg.header.segment_count;
		uint64_t base = segment * 65536;
		uint64_t size = coco_min_u64(n - base, 65536);
		uint64_t at = next(&seed) % (size + 1);
		size_t len = (size_t)(next(&seed) % (size - at + 1));

		memset(buf, 0xee, 65536);
		assert_ok(coco_seg_read(r, segment, at, buf, len, &d), &d);
		assert_memory_equal(buf, plain + base + at, len);
	}
	uint64_t last = o.pkg.header.segment_count - 1;
	assert_err(coco_seg_read(r, last, n % 65536, buf, 1, &d), COCO_E_CATALOGUE, &d);
	coco_diag_init(&d);
	assert_err(coco_seg_read(r, last, UINT64_MAX, buf, 1, &d), COCO_E_CATALOGUE, &d);
	coco_seg_reader_free(r);
	coco_seg_reader_free(NULL);
	coco_free(buf);
	coco_free(plain);
	drop(&o);
}

/* Changes byte at of segment s on disk; again puts it back. */
static void change(const struct opened *o, uint64_t s, uint64_t at)
{
	char text[COCO_OCI_DIGEST_TEXT];
	uint8_t byte;

	coco_digest_text(text, &coco_pkg_segment(&o->pkg, s)->digest);
	int fd = open(coco_model_path(coco_model_path(o->p.out, "blobs/sha256"), text + 7),
		      O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

static int read_at(const struct opened *o, uint64_t s, uint64_t at, uint8_t *buf, size_t n,
		   struct coco_diag *d)
{
	struct coco_seg_reader *r = NULL;

	coco_diag_init(d);
	assert_ok(coco_seg_reader_new(&o->pkg, &o->p.key, &r, d), d);
	int code = coco_seg_read(r, s, at, buf, n, d);
	coco_seg_reader_free(r);
	return code;
}

/* A damaged chunk spoils what needs it, and nothing else. */
static void test_damage_is_local(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_OFF, 65536);
	static uint8_t buf[65536];
	static const uint8_t zeros[65536];
	struct coco_diag d;

	change(&o, 1, coco_cobble_offset(2) + 5);
	assert_ok(read_at(&o, 1, 0, buf, 32768, &d), &d);
	assert_ok(read_at(&o, 1, 49152, buf, 100, &d), &d);
	assert_ok(read_at(&o, 0, 0, buf, 65536, &d), &d);
	memset(buf, 0xee, sizeof(buf));
	assert_err(read_at(&o, 1, 0, buf, 65536, &d), COCO_E_CHUNK_AUTH, &d);
	assert_string_equal(d.source, "segment 1");
	assert_int_equal(d.offset, coco_cobble_offset(2));
	assert_memory_equal(buf, zeros, sizeof(buf)); /* nothing of it is left */
	assert_err(read_at(&o, 1, 32768 + 16383, buf, 1, &d), COCO_E_CHUNK_AUTH, &d);
	change(&o, 1, coco_cobble_offset(2) + 5);
	/* the head and the last chunk are needed by all */
	change(&o, 1, 30);
	assert_err(read_at(&o, 1, 0, buf, 1, &d), COCO_E_KEY_WRONG, &d);
	change(&o, 1, 30);
	change(&o, 1, coco_pkg_segment(&o.pkg, 1)->size - 1);
	assert_err(read_at(&o, 1, 0, buf, 1, &d), COCO_E_CHUNK_AUTH, &d);
	change(&o, 1, coco_pkg_segment(&o.pkg, 1)->size - 1);
	assert_ok(read_at(&o, 1, 0, buf, 65536, &d), &d);
	drop(&o);
}

/* After a failure the reader is not stuck with the segment that failed. */
static void test_reader_recovers(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_OFF, 65536);
	struct coco_seg_reader *r = NULL;
	uint8_t buf[100];
	struct coco_diag d = { 0 };

	assert_ok(coco_seg_reader_new(&o.pkg, &o.p.key, &r, &d), &d);
	change(&o, 1, 30);
	assert_int_equal(coco_seg_read(r, 1, 0, buf, 100, NULL), COCO_E_KEY_WRONG);
	assert_int_equal(coco_seg_read(r, 1, 0, buf, 100, NULL), COCO_E_KEY_WRONG);
	assert_ok(coco_seg_read(r, 0, 0, buf, 100, &d), &d);
	change(&o, 1, 30);
	assert_ok(coco_seg_read(r, 1, 0, buf, 100, &d), &d);
	coco_seg_reader_free(r);
	drop(&o);
}

/* ---- pieces ----------------------------------------------------------------- */

/* The key holder seals a piece that does not decompress: said so, wiped. */
static void test_bad_piece(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_SINGLE, COCO_COMPRESS_ZSTD, 65536);
	struct coco_transform_ctx *t = coco_transform_ctx_new();
	struct coco_seg_reader *r = NULL;
	uint8_t *dst = coco_alloc(COCO_PIECE, 1);
	struct coco_diag d = { 0 };
	struct coco_run_at run = { .transform = COCO_RUN_NONE };
	uint64_t stored = 0;
	size_t n = 0;

	assert_true(t != NULL && dst != NULL);
	for (size_t i = 0; i < o.cat.n_files; i++)
		for (size_t k = 0; k < o.cat.files[i].n_runs; k++)
			if (o.cat.files[i].runs[k].transform == COCO_RUN_ZSTD &&
			    (o.cat.files[i].runs[k].pieces[0] & COCO_PIECE_RAW) == 0)
				run = o.cat.files[i].runs[k];
	assert_int_equal(run.transform, COCO_RUN_ZSTD);
	assert_ok(coco_seg_reader_new(&o.pkg, &o.p.key, &r, &d), &d);
	assert_ok(coco_run_piece(r, t, &run, 0, 0, dst, &n, &stored, &d), &d);
	assert_int_equal(n, run.length);
	assert_int_equal(stored, run.stored);
	run.length--; /* the frame holds one byte more */
	assert_err(coco_run_piece(r, t, &run, 0, 0, dst, &n, &stored, &d), COCO_E_PACKAGE_CONTENT,
		   &d);
	assert_true(d.has_offset);
	for (size_t i = 0; i < run.length; i++)
		assert_int_equal(dst[i], 0);
	run.length++;
	for (int x = COCO_RUN_BF16; x < COCO_RUN_TRANSFORMS; x++) {
		run.transform = (enum coco_transform_id)x;
		assert_int_not_equal(coco_run_piece(r, t, &run, 0, 0, dst, &n, &stored, NULL), 0);
	}
	coco_seg_reader_free(r);
	coco_transform_ctx_free(t);
	coco_free(dst);
	drop(&o);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct opened o = opened(COCO_MODEL_GGUF, COCO_COMPRESS_ZSTD, 65536);
	size_t n = 0;
	uint8_t *plain = coco_test_slurp(coco_model_path(o.p.dir, "tiny-f16.gguf"), &n);
	struct coco_diag d;

	for (unsigned long k = 1; coco_test_alloc_arm(k); k++)
		if (coco_test_alloc_check(stream(&o, 0, 100, 70000, plain, &d), &d))
			break;
	coco_free(plain);
	drop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_damage_is_local),
		cmocka_unit_test(test_reader_recovers),
		cmocka_unit_test(test_bad_piece),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
