/*
 * pack_lane.c - the streams of packing: one lane reads a chain of segments
 * piece by piece, transforms, seals, and writes each segment as a blob; its
 * plaintext and its ciphertext are hashed together with those of the other
 * lanes (lanes.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/crypto/cobble_seal.h"
#include "lib/model/pack_priv.h"

enum {
	RAW_PIECE = 64 << 10,      /* plaintext per step without a transform */
	SEAL_SLACK = 3 * COCO_COBBLE_CHUNK + COCO_COBBLE_HEAD,
	MIN_TRANSFORM = 4096,      /* shorter runs are stored as they are */
	PROBE = 64 << 10,
	PROBES = 3,
};

struct lane {
	struct coco_pack *p;
	unsigned worker;
	struct coco_cobble *cobble;
	uint8_t *plain;            /* one piece */
	size_t cap_plain;
	uint8_t *sealed;           /* what a step seals of it */
	uint8_t staging[COCO_COBBLE_PLAIN]; /* the chunk that is not full yet */
	size_t n_staging;
	uint64_t chunk;

	const struct coco_pack_chain *chain;
	size_t seg;                /* index below chain->n */
	bool seg_open;
	int out;                   /* the blob being written, -1 when none */
	uint64_t out_at;
	struct coco_sha256 sealed_sha;
	struct coco_record_segment rec;
	uint64_t stored;           /* message plaintext so far */

	size_t part;               /* of the segment */
	uint64_t part_at;
	int in;                    /* the file being read, -1 when none */
	uint32_t in_file;
	struct coco_sha256 plain_sha;
	uint64_t hash_at;          /* hash_only: offset */

	bool run_open;             /* the last run of rec is being written */
	uint64_t run_left;
	size_t cap_pieces;

	size_t n_plain;            /* of this step */
	size_t n_sealed;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void lane_free(void *ctx COCO_UNUSED, void *state)
{
	struct lane *l = state;

	close_fd(&l->in);
	close_fd(&l->out);
	coco_cobble_free(l->cobble);
	if (l->plain != NULL)
		coco_wipe(l->plain, l->cap_plain);
	coco_free(l->plain);
	coco_free(l->sealed);
	coco_record_segment_free(&l->rec);
	coco_wipe(l, sizeof(*l));
	coco_free(l);
}

static int lane_new(void *ctx, unsigned worker, void **ret, struct coco_diag *diag)
{
	struct coco_pack *p = ctx;
	bool transforms = p->req->compress != COCO_COMPRESS_OFF;
	size_t piece = transforms ? COCO_PIECE : RAW_PIECE;
	struct lane *l = coco_zalloc(1, sizeof(*l));

	if (l == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a stream");
	l->p = p;
	l->worker = worker;
	l->in = -1;
	l->out = -1;
	l->cap_plain = piece;
	l->plain = coco_alloc(piece, 1);
	l->sealed = coco_alloc(piece / COCO_COBBLE_PLAIN * COCO_COBBLE_CHUNK + SEAL_SLACK, 1);
	int r = l->plain != NULL && l->sealed != NULL
			? coco_cobble_new(&l->cobble, diag)
			: coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a stream");
	if (r != 0) {
		lane_free(ctx, l);
		return r;
	}
	*ret = l;
	return 0;
}

static int lane_begin(void *ctx COCO_UNUSED, void *state, void *arg,
		      struct coco_diag *diag COCO_UNUSED)
{
	struct lane *l = state;
	const struct coco_pack_chain *c = arg;

	l->chain = c;
	l->seg = 0;
	l->seg_open = false;
	l->hash_at = 0;
	coco_sha256_init(&l->plain_sha);
	if (c->start.present) {
		memcpy(l->plain_sha.h, c->start.h, sizeof(c->start.h));
		l->plain_sha.n = c->start.n;
	}
	return 0;
}

/* ---- reading ---------------------------------------------------------------- */

static int open_input(struct lane *l, uint32_t file, struct coco_diag *diag)
{
	if (l->in >= 0 && l->in_file == file)
		return 0;
	close_fd(&l->in);
	int r = coco_tree_open(l->p->run, &l->p->tree, file, &l->in, diag);
	if (r != 0) {
		l->in = -1;
		return r;
	}
	l->in_file = file;
	return 0;
}

static int read_input(struct lane *l, uint32_t file, uint64_t at, void *p, size_t n,
		      struct coco_diag *diag)
{
	char name[256];
	struct coco_diag d = { 0 };

	coco_tree_name(l->p->run, &l->p->tree, file, name, sizeof(name));
	coco_read_ahead(l->in, at, n);
	int r = coco_pread_full(l->in, p, n, at, name, &d);
	if (r == COCO_E_IO_READ) {
		int changed = coco_tree_recheck(l->p->run, &l->p->tree, file, l->in, diag);

		if (changed != 0)
			return changed;
	}
	if (r != 0 && diag != NULL && diag->code == 0)
		*diag = d;
	return r;
}

/* ---- sealing ---------------------------------------------------------------- */

static int seal_bytes(struct lane *l, const uint8_t *p, size_t n, struct coco_diag *diag)
{
	int r = 0;

	while (r == 0 && n > 0) {
		const uint8_t *chunk = p;
		size_t take = COCO_COBBLE_PLAIN;

		if (l->n_staging != 0 || n < COCO_COBBLE_PLAIN) {
			take = coco_min_size(n, COCO_COBBLE_PLAIN - l->n_staging);
			memcpy(l->staging + l->n_staging, p, take);
			l->n_staging += take;
			chunk = l->staging;
		}
		p += take;
		n -= take;
		if (chunk == l->staging) {
			if (l->n_staging < COCO_COBBLE_PLAIN)
				break;
			l->n_staging = 0;
		}
		r = coco_cobble_seal_chunk(l->cobble, l->chunk++, chunk, COCO_COBBLE_PLAIN,
					   l->sealed + l->n_sealed, diag);
		l->n_sealed += COCO_COBBLE_CHUNK;
	}
	return r;
}

static int seal_end(struct lane *l, struct coco_diag *diag)
{
	int r = coco_cobble_seal_chunk(l->cobble, l->chunk++, l->staging, l->n_staging,
				       l->sealed + l->n_sealed, diag);

	l->n_sealed += l->n_staging + COCO_COBBLE_TAG;
	l->n_staging = 0;
	return r;
}

static size_t segment_number(const struct lane *l)
{
	return l->chain->first + l->seg;
}

static void temp_name(const struct lane *l, char ret[40])
{
	snprintf(ret, 40, "segment-%zu.tmp", segment_number(l));
}

static int open_segment(struct lane *l, struct coco_diag *diag)
{
	uint8_t context[COCO_PKG_CONTEXT];
	char name[40];

	temp_name(l, name);
	l->out = openat(l->p->blobs, name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
			0666);
	if (l->out < 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create", "a segment");
	coco_pkg_context(context, l->p->header.package_id, segment_number(l));
	int r = coco_cobble_seal_start(l->cobble, l->p->req->key,
				       coco_view_of(context, sizeof(context)), NULL, l->sealed,
				       diag);
	l->n_sealed = COCO_COBBLE_HEAD;
	l->n_staging = 0;
	l->chunk = 0;
	l->out_at = 0;
	l->stored = 0;
	l->part = 0;
	l->part_at = 0;
	l->run_open = false;
	coco_sha256_init(&l->sealed_sha);
	coco_record_segment_free(&l->rec);
	l->rec.segment = segment_number(l);
	l->seg_open = true;
	return r;
}

/* ---- runs and transforms ---------------------------------------------------- */

/* Samples of a run, spread over it, for the choice of a transform. */
static int probe(struct lane *l, uint32_t file, uint64_t at, uint64_t length,
		 enum coco_transform_hint hint, enum coco_transform *ret, struct coco_diag *diag)
{
	struct coco_transform_ctx *t = l->p->workers[l->worker].transform;
	struct coco_transform_sample samples[PROBES];
	size_t each = (size_t)coco_min_u64(PROBE, length / PROBES / 8 * 8);
	size_t n = PROBES;

	if (length <= (uint64_t)PROBE * PROBES) {
		each = (size_t)coco_min_u64(length, (uint64_t)PROBE * PROBES);
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t off = n == 1 ? 0 : (length - each) / (n - 1) * i / 8 * 8;
		int r = read_input(l, file, at + off, l->plain + i * each, each, diag);

		if (r != 0)
			return r;
		samples[i] = (struct coco_transform_sample){ l->plain + i * each, each };
	}
	*ret = coco_transform_probe(t, hint, samples, n);
	return 0;
}

/* The transform that a dtype asks for, without looking at the data. */
static enum coco_transform by_dtype(enum coco_transform_hint hint)
{
	switch (hint) {
	case COCO_TRANSFORM_HINT_BF16:
		return COCO_TRANSFORM_BF16;
	case COCO_TRANSFORM_HINT_FP16:
		return COCO_TRANSFORM_FP16;
	case COCO_TRANSFORM_HINT_FP32:
		return COCO_TRANSFORM_FP32;
	case COCO_TRANSFORM_HINT_UNKNOWN:
	case COCO_TRANSFORM_HINT_OTHER:
		break;
	}
	return COCO_TRANSFORM_ZSTD;
}

static int choose(struct lane *l, uint32_t file, uint64_t at, uint64_t length,
		  enum coco_transform_hint hint, enum coco_transform *ret, struct coco_diag *diag)
{
	*ret = COCO_TRANSFORM_NONE;
	if (length < MIN_TRANSFORM)
		return 0;
	switch (l->p->req->compress) {
	case COCO_COMPRESS_OFF:
		return 0;
	case COCO_COMPRESS_ZSTD:
		*ret = COCO_TRANSFORM_ZSTD;
		return 0;
	case COCO_COMPRESS_PLANES:
		*ret = by_dtype(hint);
		if (*ret != COCO_TRANSFORM_ZSTD)
			return 0;
		break;
	case COCO_COMPRESS_AUTO:
		break;
	}
	return probe(l, file, at, length, hint, ret, diag);
}

/* Opens the run that starts at the current place of the part. */
static int open_run(struct lane *l, const struct coco_seg_part *part, struct coco_diag *diag)
{
	const struct coco_file_map *map = &l->p->maps[part->file];
	uint64_t at = part->offset + l->part_at;
	const struct coco_region *region = &map->regions[coco_file_map_at(map, at)];
	uint64_t left = coco_min_u64(region->offset + region->length - at,
				     part->length - l->part_at);
	enum coco_transform transform = COCO_TRANSFORM_NONE;
	int r = choose(l, part->file, at, left, region->hint, &transform, diag);

	if (r != 0)
		return r;
	if (!coco_grow((void **)&l->rec.runs, &l->rec.cap_runs, l->rec.n_runs,
		       sizeof(*l->rec.runs), COCO_CATALOGUE_FILES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	l->rec.runs[l->rec.n_runs++] = (struct coco_record_run){
		.file = part->file,
		.file_offset = at,
		.run = { .segment = l->rec.segment, .offset = l->stored, .length = left,
			 .transform = (enum coco_transform_id)transform },
	};
	l->run_left = left;
	l->cap_pieces = 0;
	l->run_open = true;
	return 0;
}

static int add_piece(struct lane *l, struct coco_run_at *run, uint32_t piece,
		     struct coco_diag *diag)
{
	if (!coco_grow((void **)&run->pieces, &l->cap_pieces, run->n_pieces, sizeof(piece),
		       COCO_PACKAGE_SEGMENT_MAX / COCO_PIECE))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a piece list");
	run->pieces[run->n_pieces++] = piece;
	return 0;
}

/* Transforms and seals the piece in l->plain. */
static int seal_piece(struct lane *l, size_t n, struct coco_diag *diag)
{
	struct coco_run_at *run = &l->rec.runs[l->rec.n_runs - 1].run;
	const uint8_t *p = l->plain;
	size_t stored = n;

	if (run->transform != COCO_RUN_NONE) {
		struct coco_pack_worker *w = &l->p->workers[l->worker];
		size_t n_out = 0;
		int kind = coco_transform_encode(w->transform,
						 (enum coco_transform)run->transform, l->plain, n,
						 w->piece, COCO_PIECE, &n_out);

		if (kind < 0)
			return coco_fail(diag, COCO_E_INTERNAL, "a transform failed");
		uint32_t piece = COCO_PIECE_RAW | (uint32_t)n;
		if (kind == 0) {
			p = w->piece;
			stored = n_out;
			piece = (uint32_t)n_out;
		}
		int r = add_piece(l, run, piece, diag);
		if (r != 0)
			return r;
	}
	run->stored += stored;
	l->stored += stored;
	return seal_bytes(l, p, stored, diag);
}

/* ---- the steps -------------------------------------------------------------- */

static int step_hash(struct lane *l, struct coco_sha256_job *jobs, size_t *ret_jobs,
		     struct coco_diag *diag)
{
	uint64_t size = l->p->tree.files[l->chain->file].size;
	size_t n = (size_t)coco_min_u64(l->cap_plain, size - l->hash_at);
	int r = open_input(l, l->chain->file, diag);

	if (r == 0)
		r = read_input(l, l->chain->file, l->hash_at, l->plain, n, diag);
	if (r != 0)
		return r;
	l->n_plain = n;
	jobs[0] = (struct coco_sha256_job){ &l->plain_sha, l->plain, n };
	*ret_jobs = 1;
	return 0;
}

static bool hashes(const struct lane *l)
{
	return l->chain->hash;
}

static int step_seal(struct lane *l, struct coco_sha256_job *jobs, size_t *ret_jobs,
		     struct coco_diag *diag)
{
	const struct coco_seg *seg = &l->p->segs.segs[segment_number(l)];
	int r = 0;

	l->n_sealed = 0;
	if (!l->seg_open)
		r = open_segment(l, diag);
	const struct coco_seg_part *part = &seg->parts[l->part];
	if (r == 0)
		r = open_input(l, part->file, diag);
	if (r == 0 && !l->run_open)
		r = open_run(l, part, diag);
	if (r != 0)
		return r;
	bool raw = l->rec.runs[l->rec.n_runs - 1].run.transform == COCO_RUN_NONE;
	size_t n = (size_t)coco_min_u64(raw ? coco_min_size(l->cap_plain, 4 * RAW_PIECE)
					    : COCO_PIECE, l->run_left);
	r = read_input(l, part->file, part->offset + l->part_at, l->plain, n, diag);
	if (r == 0)
		r = seal_piece(l, n, diag);
	l->n_plain = n;
	if (r == 0 && l->part + 1 == seg->n_parts && l->part_at + n == part->length)
		r = seal_end(l, diag);
	if (r != 0)
		return r;
	if (hashes(l) && part->offset + l->part_at == 0 && l->plain_sha.n != 0)
		coco_sha256_init(&l->plain_sha);
	size_t k = 0;
	if (hashes(l))
		jobs[k++] = (struct coco_sha256_job){ &l->plain_sha, l->plain, n };
	if (l->n_sealed != 0)
		jobs[k++] = (struct coco_sha256_job){ &l->sealed_sha, l->sealed, l->n_sealed };
	*ret_jobs = k;
	return 0;
}

static int lane_step(void *ctx COCO_UNUSED, void *state, struct coco_sha256_job jobs[2],
		     size_t *ret_jobs, bool *ret_idle, struct coco_diag *diag)
{
	struct lane *l = state;

	*ret_idle = false;
	return l->chain->hash_only ? step_hash(l, jobs, ret_jobs, diag)
				   : step_seal(l, jobs, ret_jobs, diag);
}

static int finish_hash(struct lane *l, bool *ret_done, struct coco_diag *diag)
{
	struct coco_pack *p = l->p;
	uint32_t file = l->chain->file;
	struct coco_record rec = { .type = COCO_RECORD_FILE, .file.file = file };

	l->hash_at += l->n_plain;
	if (l->hash_at < p->tree.files[file].size)
		return 0;
	int r = coco_tree_recheck(p->run, &p->tree, file, l->in, diag);
	if (r != 0)
		return r;
	close_fd(&l->in);
	coco_sha256_final(&l->plain_sha, rec.file.sha256);
	p->files[file] = rec.file;
	p->has_digest[file] = true;
	*ret_done = true;
	return coco_journal_append(p->journal, &rec, diag);
}

/* A part is read to its end: is the file unchanged, is its digest complete? */
static int end_part(struct lane *l, const struct coco_seg_part *part, struct coco_diag *diag)
{
	struct coco_pack *p = l->p;
	int r = coco_tree_recheck(p->run, &p->tree, part->file, l->in, diag);

	if (r != 0)
		return r;
	if (part->offset + part->length < p->tree.files[part->file].size)
		return 0;
	close_fd(&l->in);
	if (!hashes(l))
		return 0;
	if (!coco_grow((void **)&l->rec.files, &l->rec.cap_files, l->rec.n_files,
		       sizeof(*l->rec.files), COCO_CATALOGUE_FILES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	struct coco_record_file *f = &l->rec.files[l->rec.n_files++];
	f->file = part->file;
	coco_sha256_final(&l->plain_sha, f->sha256);
	coco_sha256_init(&l->plain_sha);
	p->files[part->file] = *f;
	p->has_digest[part->file] = true;
	return 0;
}

/* The blob is complete: name it by its digest, remember it. */
static int end_segment(struct lane *l, struct coco_diag *diag)
{
	struct coco_pack *p = l->p;
	struct coco_record rec = { .type = COCO_RECORD_SEGMENT };
	char temp[40];
	char name[65];

	coco_sha256_final(&l->sealed_sha, l->rec.digest);
	l->rec.size = l->out_at;
	if (hashes(l) && l->plain_sha.n != 0 && l->plain_sha.n % 64 == 0) {
		const struct coco_seg *seg = &p->segs.segs[segment_number(l)];

		l->rec.midstate.present = true;
		l->rec.midstate.file = seg->parts[seg->n_parts - 1].file;
		l->rec.midstate.n = l->plain_sha.n;
		memcpy(l->rec.midstate.h, l->plain_sha.h, sizeof(l->plain_sha.h));
	}
	if (close(l->out) != 0) {
		l->out = -1;
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", "a segment");
	}
	l->out = -1;
	temp_name(l, temp);
	coco_hex_encode(name, l->rec.digest, sizeof(l->rec.digest));
	if (renameat(p->blobs, temp, p->blobs, name) != 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "name", "a segment");
	rec.segment = l->rec;
	int r = coco_journal_append(p->journal, &rec, diag);
	if (r != 0)
		return r;
	p->done[rec.segment.segment] = l->rec;
	l->rec = (struct coco_record_segment){ .n_runs = 0 };
	__atomic_add_fetch(&p->packed, 1, __ATOMIC_RELAXED);
	l->seg_open = false;
	return 0;
}

static int lane_after(void *ctx COCO_UNUSED, void *state, bool *ret_done, struct coco_diag *diag)
{
	struct lane *l = state;

	if (l->chain->hash_only)
		return finish_hash(l, ret_done, diag);
	const struct coco_seg *seg = &l->p->segs.segs[segment_number(l)];
	const struct coco_seg_part *part = &seg->parts[l->part];
	int r = coco_pwrite_full(l->out, l->sealed, l->n_sealed, l->out_at, "a segment", diag);
	if (r != 0)
		return r;
	l->out_at += l->n_sealed;
	l->part_at += l->n_plain;
	l->run_left -= l->n_plain;
	coco_run_advance(l->p->run, l->n_plain);
	if (l->run_left == 0)
		l->run_open = false;
	if (l->part_at < part->length)
		return 0;
	r = end_part(l, part, diag);
	l->part++;
	l->part_at = 0;
	l->run_open = false;
	if (r != 0 || l->part < seg->n_parts)
		return r;
	r = end_segment(l, diag);
	l->seg++;
	*ret_done = l->seg == l->chain->n;
	return r;
}

static void lane_abandon(void *ctx COCO_UNUSED, void *state)
{
	struct lane *l = state;
	char name[40];

	close_fd(&l->in);
	if (l->out < 0)
		return;
	close_fd(&l->out);
	temp_name(l, name);
	unlinkat(l->p->blobs, name, 0);
}

const struct coco_lane_ops coco_pack_ops = {
	.lane_new = lane_new,
	.lane_free = lane_free,
	.begin = lane_begin,
	.step = lane_step,
	.after = lane_after,
	.abandon = lane_abandon,
};
