/*
 * seg_reader.c - random access to sealed segments (see seg_reader.h).
 */
#include "lib/model/seg_reader.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/cobble_seal.h"

enum { BATCH = 4, SEALED = BATCH * COCO_COBBLE_CHUNK };

#define NO_SEGMENT (UINT64_MAX - 1)

struct coco_seg_reader {
	const struct coco_pkg *pkg;
	const struct coco_secret *key;
	struct coco_cobble *cobble;
	uint64_t segment;           /* NO_SEGMENT: none open */
	bool open;
	struct coco_blob_at blob;
	uint64_t plain;             /* plaintext bytes of the segment */
	uint64_t cached;            /* chunk in cache, or NO_SEGMENT */
	uint8_t *cache;             /* one chunk of plaintext */
	uint8_t *sealed;
	uint8_t *stored;            /* a transformed piece; made when first needed */
};

int coco_seg_reader_new(const struct coco_pkg *pkg, const struct coco_secret *key,
			struct coco_seg_reader **ret, struct coco_diag *diag)
{
	struct coco_seg_reader *r = coco_zalloc(1, sizeof(*r));

	if (r == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a reader");
	r->pkg = pkg;
	r->key = key;
	r->segment = NO_SEGMENT;
	r->cached = NO_SEGMENT;
	r->cache = coco_alloc(COCO_COBBLE_PLAIN, 1);
	r->sealed = coco_alloc(SEALED, 1);
	int code = r->cache != NULL && r->sealed != NULL
			   ? coco_cobble_new(&r->cobble, diag)
			   : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a reader");
	if (code != 0) {
		coco_seg_reader_free(r);
		return code;
	}
	*ret = r;
	return 0;
}

void coco_seg_reader_free(struct coco_seg_reader *r)
{
	if (r == NULL)
		return;
	if (r->open)
		coco_blob_close(&r->blob);
	coco_cobble_free(r->cobble);
	coco_wipe(r->cache, r->cache != NULL ? COCO_COBBLE_PLAIN : 0);
	coco_wipe(r->stored, r->stored != NULL ? COCO_PIECE : 0);
	coco_free(r->cache);
	coco_free(r->sealed);
	coco_free(r->stored);
	coco_free(r);
}

static int where(const struct coco_seg_reader *r, int code, struct coco_diag *diag)
{
	coco_diag_source(diag, "segment %" PRIu64, r->segment);
	return code;
}

/* Plaintext bytes of chunk k. */
static size_t chunk_len(const struct coco_seg_reader *r, uint64_t k)
{
	return (size_t)coco_min_u64(r->plain - k * COCO_COBBLE_PLAIN, COCO_COBBLE_PLAIN);
}

static int load_chunk(struct coco_seg_reader *r, uint64_t k, struct coco_diag *diag)
{
	size_t n = chunk_len(r, k);

	r->cached = NO_SEGMENT;
	int code = coco_pread_full(r->blob.fd, r->sealed, n + COCO_COBBLE_TAG,
				   r->blob.offset + coco_cobble_offset(k), "a blob", diag);
	if (code == 0)
		code = coco_cobble_open_chunk(r->cobble, k, r->sealed, n, r->cache, diag);
	if (code == 0)
		r->cached = k;
	return code;
}

static int open_segment(struct coco_seg_reader *r, uint64_t segment, struct coco_diag *diag)
{
	uint8_t head[COCO_COBBLE_HEAD];
	uint8_t context[COCO_PKG_CONTEXT];

	if (r->segment == segment)
		return 0;
	if (r->open)
		coco_blob_close(&r->blob);
	r->open = false;
	r->cached = NO_SEGMENT;
	r->segment = segment;
	int code = coco_layout_blob(r->pkg->layout, coco_pkg_segment(r->pkg, segment), &r->blob,
				    diag);
	if (code != 0) {
		r->segment = NO_SEGMENT;
		return code;
	}
	r->open = true;
	coco_pkg_context(context, r->pkg->header.package_id, segment);
	code = coco_cobble_opened(r->blob.size, &r->plain, diag);
	if (code == 0)
		code = coco_pread_full(r->blob.fd, head, sizeof(head), r->blob.offset, "a blob",
				       diag);
	if (code == 0)
		code = coco_cobble_open_start(r->cobble, r->key,
					      coco_view_of(context, sizeof(context)), head, diag);
	/* the last chunk proves that the segment has this length */
	if (code == 0)
		code = load_chunk(r, coco_cobble_chunks(r->plain) - 1, diag);
	if (code != 0) {
		where(r, code, diag);
		r->segment = NO_SEGMENT;
	}
	return code;
}

/* Whole chunks k.. straight into dst; *ret_n bytes done. */
static int read_chunks(struct coco_seg_reader *r, uint64_t k, uint8_t *dst, size_t n,
		       size_t *ret_n, struct coco_diag *diag)
{
	size_t count = coco_min_size(n / COCO_COBBLE_PLAIN, BATCH);

	coco_read_ahead(r->blob.fd, r->blob.offset + coco_cobble_offset(k),
			count * COCO_COBBLE_CHUNK);
	int code = coco_pread_full(r->blob.fd, r->sealed, count * COCO_COBBLE_CHUNK,
				   r->blob.offset + coco_cobble_offset(k), "a blob", diag);

	for (size_t i = 0; code == 0 && i < count; i++)
		code = coco_cobble_open_chunk(r->cobble, k + i, r->sealed + i * COCO_COBBLE_CHUNK,
					      COCO_COBBLE_PLAIN, dst + i * COCO_COBBLE_PLAIN,
					      diag);
	*ret_n = count * COCO_COBBLE_PLAIN;
	return code;
}

int coco_seg_read(struct coco_seg_reader *r, uint64_t segment, uint64_t offset, uint8_t *dst,
		  size_t n, struct coco_diag *diag)
{
	uint8_t *start = dst;
	size_t total = n;
	int code = open_segment(r, segment, diag);

	if (code != 0)
		return code;
	if (offset > r->plain || n > r->plain - offset)
		return where(r, coco_fail(diag, COCO_E_CATALOGUE, "a read past its end"), diag);
	while (code == 0 && n > 0) {
		uint64_t k = offset / COCO_COBBLE_PLAIN;
		size_t in = (size_t)(offset % COCO_COBBLE_PLAIN);
		size_t done = 0;

		if (in == 0 && n >= COCO_COBBLE_PLAIN && r->cached != k) {
			code = read_chunks(r, k, dst, n, &done, diag);
		} else {
			if (r->cached != k)
				code = load_chunk(r, k, diag);
			done = coco_min_size(n, chunk_len(r, k) - in);
			if (code == 0)
				memcpy(dst, r->cache + in, done);
		}
		dst += done;
		offset += done;
		n -= done;
	}
	if (code != 0) {
		coco_wipe(start, total);
		where(r, code, diag);
	}
	return code;
}

int coco_run_piece(struct coco_seg_reader *r, struct coco_transform_ctx *t,
		   const struct coco_run_at *run, size_t i, uint64_t at, uint8_t *dst,
		   size_t *ret_n, uint64_t *ret_stored, struct coco_diag *diag)
{
	size_t n = (size_t)coco_min_u64(run->length - (uint64_t)i * COCO_PIECE, COCO_PIECE);
	bool raw = run->transform == COCO_RUN_NONE || (run->pieces[i] & COCO_PIECE_RAW) != 0;
	size_t stored = raw ? n : COCO_PIECE_LEN(run->pieces[i]);
	if (!raw && r->stored == NULL) {
		r->stored = coco_alloc(COCO_PIECE, 1);
		if (r->stored == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a piece");
	}
	int code = coco_seg_read(r, run->segment, run->offset + at, raw ? dst : r->stored, stored,
				 diag);

	if (code == 0 && !raw &&
	    coco_transform_decode(t, (enum coco_transform)run->transform, r->stored, stored, dst,
				  n) != 0) {
		coco_wipe(dst, n);
		code = where(r, coco_fail_at(diag, COCO_E_PACKAGE_CONTENT, run->offset + at, NULL,
					     "a compressed piece does not decompress to %zu bytes",
					     n), diag);
	}
	*ret_n = n;
	*ret_stored = stored;
	return code;
}

/* ---- files ------------------------------------------------------------------ */

struct stream {
	const struct coco_run *run;
	struct coco_seg_reader *reader;
	struct coco_transform_ctx *transform;
	uint8_t *piece;
	int (*fn)(void *ctx, const uint8_t *p, size_t n, struct coco_diag *diag);
	void *ctx;
};

/* The part of one run that lies in [from, to), offsets in the run. */
static int stream_run(struct stream *s, const struct coco_run_at *run, uint64_t from,
		      uint64_t to, struct coco_diag *diag)
{
	uint64_t at = 0;
	int code = 0;

	for (size_t i = 0; code == 0 && (uint64_t)i * COCO_PIECE < to; i++) {
		uint64_t base = (uint64_t)i * COCO_PIECE;
		size_t n = (size_t)coco_min_u64(run->length - base, COCO_PIECE);
		uint64_t stored = run->transform == COCO_RUN_NONE ? n
								  : COCO_PIECE_LEN(run->pieces[i]);

		if (base + n > from) {
			size_t skip = from > base ? (size_t)(from - base) : 0;
			size_t end = (size_t)coco_min_u64(to - base, n);

			code = coco_run_check(s->run, diag);
			if (code == 0)
				code = coco_run_piece(s->reader, s->transform, run, i, at,
						      s->piece, &n, &stored, diag);
			if (code == 0)
				code = s->fn(s->ctx, s->piece + skip, end - skip, diag);
			coco_run_advance(s->run, end - skip);
		}
		at += stored;
	}
	return code;
}

static int stream_all(struct stream *s, const struct coco_cat_file *file, uint64_t offset,
		      uint64_t length, struct coco_diag *diag)
{
	uint64_t base = 0;
	int code = 0;

	for (size_t i = 0; code == 0 && i < file->n_runs; i++) {
		const struct coco_run_at *run = &file->runs[i];

		if (base + run->length > offset && base < offset + length)
			code = stream_run(s, run, offset > base ? offset - base : 0,
					  coco_min_u64(offset + length - base, run->length), diag);
		base += run->length;
	}
	return code;
}

int coco_file_stream(const struct coco_run *run, const struct coco_pkg *pkg,
		     const struct coco_secret *key, const struct coco_cat_file *file,
		     uint64_t offset, uint64_t length,
		     int (*fn)(void *ctx, const uint8_t *p, size_t n, struct coco_diag *diag),
		     void *ctx, struct coco_diag *diag)
{
	struct stream s = { .run = run, .fn = fn, .ctx = ctx };

	if (offset > file->size || length > file->size - offset)
		return coco_fail(diag, COCO_E_PACKAGE_EXTENT, "bytes %" PRIu64 " to %" PRIu64
				 " of a file of %" PRIu64, offset, offset + length, file->size);
	if (length == 0)
		return 0;
	int code = coco_seg_reader_new(pkg, key, &s.reader, diag);
	if (code == 0) {
		s.transform = coco_transform_ctx_new();
		s.piece = coco_alloc(COCO_PIECE, 1);
		if (s.transform == NULL || s.piece == NULL)
			code = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a piece");
	}
	if (code == 0) {
		coco_run_phase(run, "reading", length);
		code = stream_all(&s, file, offset, length, diag);
	}
	if (s.piece != NULL)
		coco_wipe(s.piece, COCO_PIECE);
	coco_free(s.piece);
	coco_transform_ctx_free(s.transform);
	coco_seg_reader_free(s.reader);
	return code;
}
