/*
 * extract.c - opening a package: which streams, into which place (see
 * extract.h).
 */
#include "lib/model/extract.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/extract_priv.h"

enum {
	LANES_TRANSFORM = 4,
	GROUP_BYTES = 8 << 20,     /* small files share a stream */
	GROUP_FILES = 1000,
	LARGE = 16 << 20,
	FILES_PER_JOB = 4,         /* fewer large files than this per worker: split them */
};

/* ---- streams ---------------------------------------------------------------- */

static bool wants_digest(const struct coco_extract *x, size_t i)
{
	return x->req->digests && x->req->cat->files[i].has_sha256;
}

static void add(struct coco_extract *x, struct coco_extract_item item)
{
	x->items[x->n_items++] = item;
}

/* One stream per segment of the file, and one that follows with the digest. */
static int split_file(struct coco_extract *x, size_t i, struct coco_diag *diag)
{
	const struct coco_cat_file *f = &x->req->cat->files[i];
	struct coco_extract_file *out = &x->files[i];
	unsigned left = 0;

	for (size_t at = 0; at < f->n_runs;) {
		size_t n = 1;

		while (at + n < f->n_runs && f->runs[at + n].segment == f->runs[at].segment)
			n++;
		add(x, (struct coco_extract_item){ .file = i, .n_files = 1, .first_run = at,
						   .n_runs = n });
		left++;
		at += n;
	}
	if (wants_digest(x, i)) {
		out->run_done = coco_zalloc(f->n_runs, sizeof(*out->run_done));
		if (out->run_done == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a digest");
		add(x, (struct coco_extract_item){ .file = i, .n_files = 1, .follow = true });
		left++;
	}
	atomic_store(&out->left, left);
	return 0;
}

static int make_items(struct coco_extract *x, struct coco_diag *diag)
{
	const struct coco_catalogue *cat = x->req->cat;
	struct coco_extract_item group = { .n_files = 0 };
	uint64_t group_bytes = 0;
	size_t large = 0;
	int r = 0;

	for (size_t i = 0; i < cat->n_files; i++)
		large += coco_extract_selected(x, i) && cat->files[i].size >= LARGE ? 1 : 0;
	/* without output nothing can be read back, so a digest goes along */
	bool split = large < (size_t)FILES_PER_JOB * x->run->jobs && x->run->jobs > 1;
	for (size_t i = 0; r == 0 && i < cat->n_files; i++) {
		bool digest = wants_digest(x, i);
		bool big = cat->files[i].size >= LARGE;

		if (!coco_extract_selected(x, i))
			continue;
		atomic_store(&x->files[i].left, 1);
		if (big && split && (x->writes || !digest)) {
			/* a group is consecutive files, so it ends before this one */
			if (group.n_files != 0)
				add(x, group);
			group.n_files = 0;
			if (x->writes) {
				struct coco_extract_dir dir = { .fd = -1 };

				r = coco_extract_create(x, i, &dir, diag);
				coco_extract_dir_close(&dir);
			}
			if (r == 0)
				r = split_file(x, i, diag);
			continue;
		}
		bool fits = group.n_files != 0 && group.hash == digest && !big &&
			    group_bytes + cat->files[i].size <= GROUP_BYTES &&
			    group.n_files < GROUP_FILES;
		if (group.n_files != 0 && !fits) {
			add(x, group);
			group.n_files = 0;
		}
		if (group.n_files == 0) {
			group = (struct coco_extract_item){ .file = i, .hash = digest };
			group_bytes = 0;
		}
		group.n_files++;
		group_bytes += cat->files[i].size;
		if (big) {
			add(x, group);
			group.n_files = 0;
		}
	}
	if (group.n_files != 0)
		add(x, group);
	return r;
}

static uint64_t item_bytes(const struct coco_extract *x, const struct coco_extract_item *item)
{
	const struct coco_cat_file *f = &x->req->cat->files[item->file];
	uint64_t n = 0;

	if (item->n_runs == 0)
		return f->size;
	for (size_t i = 0; i < item->n_runs; i++)
		n += f->runs[item->first_run + i].length;
	return n;
}

/* Many lanes serve digests; without them one stream at a time stays in the cache. */
static unsigned lanes_for(const struct coco_extract *x)
{
	bool hash = false;

	for (size_t i = 0; i < x->n_items; i++) {
		if (x->items[i].follow)
			return 1;
		hash = hash || x->items[i].hash;
	}
	if (!hash)
		return 1;
	return x->transforms ? LANES_TRANSFORM : COCO_LANES_MAX;
}

static int run_items(struct coco_extract *x, uint64_t total, struct coco_diag *diag)
{
	struct coco_lane_item *items = coco_zalloc(x->n_items, sizeof(*items));

	if (items == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu streams",
				 x->n_items);
	for (size_t i = 0; i < x->n_items; i++)
		items[i] = (struct coco_lane_item){ .bytes = item_bytes(x, &x->items[i]),
						    .serial = x->items[i].follow,
						    .arg = &x->items[i] };
	coco_run_phase(x->run, x->writes ? "opening" : "checking content", total);
	int r = coco_lanes_run(x->run, items, x->n_items, lanes_for(x), &coco_extract_ops, x,
			       diag);
	coco_free(items);
	return r;
}

/* ---- the whole -------------------------------------------------------------- */

static int check_space(const struct coco_extract *x, const char *dir, uint64_t total,
		       struct coco_diag *diag)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "examine", x->req->out);
	uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	/* some file systems (ramfs) count nothing */
	if (fs.f_blocks == 0 || total <= free_bytes)
		return 0;
	coco_diag_source(diag, "%s", x->req->out);
	coco_diag_expected(diag, "%" PRIu64 " bytes", total);
	coco_diag_actual(diag, "%" PRIu64 " bytes free", free_bytes);
	return coco_fail(diag, COCO_E_IO_SPACE, "the opened model does not fit there");
}

static int allocate(struct coco_extract *x, struct coco_diag *diag)
{
	const struct coco_catalogue *cat = x->req->cat;
	size_t items = cat->n_files;

	for (size_t i = 0; i < cat->n_files; i++) {
		items += cat->files[i].n_runs + 1;
		for (size_t k = 0; k < cat->files[i].n_runs; k++)
			if (cat->files[i].runs[k].transform != COCO_RUN_NONE)
				x->transforms = true;
	}
	x->files = coco_zalloc(cat->n_files, sizeof(*x->files));
	x->items = coco_zalloc(items, sizeof(*x->items));
	x->transform = coco_zalloc(x->run->jobs, sizeof(*x->transform));
	for (size_t i = 0; x->files != NULL && i < cat->n_files; i++) {
		x->files[i].fd = -1;
		pthread_mutex_init(&x->files[i].writing, NULL);
	}
	if (x->files == NULL || x->items == NULL || x->transform == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu files",
				 cat->n_files);
	for (unsigned i = 0; x->transforms && i < x->run->jobs; i++) {
		x->transform[i] = coco_transform_ctx_new();
		if (x->transform[i] == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a worker");
	}
	return 0;
}

static void extract_free(struct coco_extract *x)
{
	for (size_t i = 0; x->files != NULL && i < x->req->cat->n_files; i++) {
		if (x->files[i].fd >= 0)
			close(x->files[i].fd);
		pthread_mutex_destroy(&x->files[i].writing);
		coco_free(x->files[i].run_done);
	}
	for (unsigned i = 0; x->transform != NULL && i < x->run->jobs; i++)
		coco_transform_ctx_free(x->transform[i]);
	coco_free(x->files);
	coco_free(x->items);
	coco_free(x->transform);
}

static void tell_leftover(const struct coco_extract *x)
{
	char *left = coco_outdir_leftover(x->req->out);

	if (left != NULL)
		coco_log(x->run, 0, "%s may hold files in the clear: a killed run left it, unless "
			 "one is going on; remove it", left);
	coco_free(left);
}

static int open_output(struct coco_extract *x, uint64_t total, struct coco_diag *diag)
{
	char *parent = NULL;
	int r = coco_out_check(x->req->out, x->req->out_flags, &parent, diag);

	if (r == 0)
		r = coco_at_rest_check(x->req->pkg->header.at_rest, parent, diag);
	if (r == 0)
		r = check_space(x, parent, total, diag);
	if (r == 0 && x->writes)
		tell_leftover(x);
	if (r == 0 && x->writes)
		r = coco_outdir_open(&x->out, x->req->out, x->req->out_flags, diag);
	coco_free(parent);
	x->umask = umask(0);
	umask(x->umask);
	return r;
}

int coco_extract(const struct coco_run *run, const struct coco_extract_request *req,
		 struct coco_extract_result *ret, struct coco_diag *diag)
{
	struct coco_extract x = { .run = run, .req = req, .out.fd = -1,
				  .writes = req->out != NULL && !req->dry_run };
	struct coco_extract_result result = { .files = 0 };
	int r = 0;

	for (size_t i = 0; i < req->cat->n_files; i++) {
		if (!coco_extract_selected(&x, i))
			continue;
		result.files++;
		result.bytes += req->cat->files[i].size;
	}
	r = allocate(&x, diag);
	if (r == 0 && req->out != NULL)
		r = open_output(&x, result.bytes, diag);
	if (r == 0)
		r = make_items(&x, diag);
	if (r == 0)
		r = run_items(&x, result.bytes, diag);
	result.digests = atomic_load(&x.digests);
	if (r == 0 && atomic_load(&x.finished) != result.files)
		r = coco_fail(diag, COCO_E_INTERNAL, "%" PRIu64 " of %" PRIu64
			      " files were finished", atomic_load(&x.finished), result.files);
	if (r == 0 && x.writes && syncfs(x.out.fd) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", req->out);
	extract_free(&x);
	if (r == 0 && x.writes)
		r = coco_outdir_commit(&x.out, diag);
	else
		coco_outdir_abort(&x.out);
	if (r == 0)
		*ret = result;
	return r;
}
