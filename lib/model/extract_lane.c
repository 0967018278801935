/*
 * extract_lane.c - the streams of opening: pieces are read, authenticated,
 * decompressed, hashed together with those of the other lanes, and written
 * (see extract_priv.h, lanes.h).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/extract_priv.h"

enum {
	RAW_PIECE = 64 << 10,
	SPARSE_MIN = 256,      /* a piece stored this much smaller may be all zeros */
};

struct lane {
	struct coco_extract *x;
	unsigned worker;
	struct coco_seg_reader *reader;
	uint8_t *piece;
	size_t cap;
	struct coco_extract_dir dir;
	const struct coco_extract_item *item;
	size_t file;           /* of item: file..file + n_files - 1 */
	size_t files_left;
	size_t run;
	size_t run_end;
	uint64_t run_at;       /* plaintext done of the run */
	uint64_t stored_at;    /* stored bytes done of the run */
	uint64_t file_at;      /* plaintext offset in the file */
	struct coco_sha256 sha;
	size_t n;              /* bytes of this step */
	bool maybe_zero;
	bool idle;
};

static void lane_free(void *ctx COCO_UNUSED, void *state)
{
	struct lane *l = state;

	coco_seg_reader_free(l->reader);
	coco_extract_dir_close(&l->dir);
	if (l->piece != NULL)
		coco_wipe(l->piece, l->cap);
	coco_free(l->piece);
	coco_free(l);
}

static int lane_new(void *ctx, unsigned worker, void **ret, struct coco_diag *diag)
{
	struct coco_extract *x = ctx;
	struct lane *l = coco_zalloc(1, sizeof(*l));

	if (l == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a stream");
	l->x = x;
	l->worker = worker;
	l->dir.fd = -1;
	l->cap = x->transforms ? COCO_PIECE : RAW_PIECE;
	l->piece = coco_alloc(l->cap, 1);
	int r = l->piece != NULL
			? coco_seg_reader_new(x->req->pkg, x->req->key, &l->reader, diag)
			: coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a stream");
	if (r != 0) {
		lane_free(ctx, l);
		return r;
	}
	*ret = l;
	return 0;
}

static const struct coco_cat_file *entry(const struct lane *l)
{
	return &l->x->req->cat->files[l->file];
}

/* Starts the file at l->file: place in it, digest, output. */
static int begin_file(struct lane *l, struct coco_diag *diag)
{
	const struct coco_cat_file *f = entry(l);

	l->run = l->item->first_run;
	l->run_end = l->item->n_runs != 0 ? l->run + l->item->n_runs : f->n_runs;
	l->run_at = 0;
	l->stored_at = 0;
	l->file_at = 0;
	for (size_t i = 0; i < l->run; i++)
		l->file_at += f->runs[i].length;
	coco_sha256_init(&l->sha);
	if (!l->x->writes || l->x->files[l->file].fd >= 0)
		return 0;
	return coco_extract_create(l->x, l->file, &l->dir, diag);
}

static int lane_begin(void *ctx COCO_UNUSED, void *state, void *arg, struct coco_diag *diag)
{
	struct lane *l = state;

	l->item = arg;
	l->file = l->item->file;
	l->files_left = l->item->n_files;
	return begin_file(l, diag);
}

static int read_piece(struct lane *l, const struct coco_run_at *run, struct coco_diag *diag)
{
	uint64_t stored = 0;
	int r;

	l->maybe_zero = false;
	if (run->transform == COCO_RUN_NONE) {
		l->n = (size_t)coco_min_u64(coco_min_size(l->cap, RAW_PIECE),
					    run->length - l->run_at);
		r = coco_seg_read(l->reader, run->segment, run->offset + l->run_at, l->piece,
				  l->n, diag);
	} else {
		r = coco_run_piece(l->reader, l->x->transform[l->worker], run,
				   (size_t)(l->run_at / COCO_PIECE), l->stored_at, l->piece,
				   &l->n, &stored, diag);
		l->maybe_zero = stored * SPARSE_MIN < l->n;
	}
	l->stored_at += stored;
	return r;
}

/* What other streams have written of the file, once it is there. */
static int read_back(struct lane *l, const struct coco_run_at *run, struct coco_diag *diag)
{
	struct coco_extract_file *f = &l->x->files[l->file];
	char name[256];

	if (atomic_load_explicit(&f->run_done[l->run], memory_order_acquire) == 0) {
		l->idle = true;
		return 0;
	}
	l->n = (size_t)coco_min_u64(l->cap, run->length - l->run_at);
	return coco_pread_full(f->fd, l->piece, l->n, l->file_at,
			       coco_extract_name(l->x, l->file, name, sizeof(name)), diag);
}

static int lane_step(void *ctx COCO_UNUSED, void *state, struct coco_sha256_job jobs[2],
		     size_t *ret_jobs, bool *ret_idle, struct coco_diag *diag)
{
	struct lane *l = state;
	int r = 0;

	l->n = 0;
	l->idle = false;
	*ret_jobs = 0;
	if (l->run < l->run_end) {
		const struct coco_run_at *run = &entry(l)->runs[l->run];

		r = l->item->follow ? read_back(l, run, diag) : read_piece(l, run, diag);
	}
	*ret_idle = l->idle;
	if (r == 0 && l->n != 0 && (l->item->hash || l->item->follow)) {
		jobs[0] = (struct coco_sha256_job){ &l->sha, l->piece, l->n };
		*ret_jobs = 1;
	}
	return r;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static int write_piece(struct lane *l, struct coco_diag *diag)
{
	char name[256];

	/* the file was made with its size, so zeros need not be written */
	if (!l->x->writes || l->item->follow ||
	    (l->maybe_zero && all_zero(l->piece, l->n)))
		return 0;
	struct coco_extract_file *f = &l->x->files[l->file];
	pthread_mutex_lock(&f->writing);
	int r = coco_pwrite_full(f->fd, l->piece, l->n, l->file_at,
				 coco_extract_name(l->x, l->file, name, sizeof(name)), diag);
	pthread_mutex_unlock(&f->writing);
	return r;
}

static int compare_digest(struct lane *l, struct coco_diag *diag)
{
	const struct coco_cat_file *f = entry(l);
	uint8_t digest[32];
	char name[256];

	coco_sha256_final(&l->sha, digest);
	if (memcmp(digest, f->sha256, sizeof(digest)) != 0)
		return coco_fail(diag, COCO_E_PACKAGE_CONTENT,
				 "%s does not have the digest that the catalogue gives",
				 coco_extract_name(l->x, l->file, name, sizeof(name)));
	atomic_fetch_add(&l->x->digests, 1);
	return 0;
}

/* The stream is through with its part of the file. */
static int end_file(struct lane *l, bool *ret_done, struct coco_diag *diag)
{
	int r = 0;

	if (l->item->hash || l->item->follow)
		r = compare_digest(l, diag);
	if (r == 0 && atomic_fetch_sub(&l->x->files[l->file].left, 1) == 1) {
		if (l->x->writes)
			r = coco_extract_place(l->x, l->file, &l->dir, diag);
		atomic_fetch_add(&l->x->finished, 1);
	}
	if (r != 0)
		return r;
	if (--l->files_left == 0) {
		*ret_done = true;
		return 0;
	}
	do
		l->file++;
	while (!coco_extract_selected(l->x, l->file));
	return begin_file(l, diag);
}

static int lane_after(void *ctx COCO_UNUSED, void *state, bool *ret_done, struct coco_diag *diag)
{
	struct lane *l = state;
	const struct coco_cat_file *f = entry(l);
	int r = 0;

	if (l->idle)
		return 0;
	if (l->n != 0) {
		r = write_piece(l, diag);
		if (!l->item->follow)
			coco_run_advance(l->x->run, l->n);
		l->run_at += l->n;
		l->file_at += l->n;
	}
	if (r == 0 && l->run < l->run_end && l->run_at == f->runs[l->run].length) {
		atomic_uchar *done = l->x->files[l->file].run_done;

		if (done != NULL && !l->item->follow)
			atomic_store_explicit(&done[l->run], 1, memory_order_release);
		l->run++;
		l->run_at = 0;
		l->stored_at = 0;
	}
	if (r == 0 && l->run == l->run_end)
		r = end_file(l, ret_done, diag);
	return r;
}

static void lane_abandon(void *ctx COCO_UNUSED, void *state COCO_UNUSED)
{
	/* files that are not placed have no name; extract.c closes them */
}

const struct coco_lane_ops coco_extract_ops = {
	.lane_new = lane_new,
	.lane_free = lane_free,
	.begin = lane_begin,
	.step = lane_step,
	.after = lane_after,
	.abandon = lane_abandon,
};
