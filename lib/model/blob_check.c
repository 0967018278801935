/*
 * blob_check.c - digests of many blobs at once (see blob_check.h).
 */
#include "lib/model/blob_check.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/lanes.h"

enum { PIECE = 128 << 10 };

struct check {
	const struct coco_run *run;
	struct coco_blob_check *list;
	int (*open)(void *ctx, size_t i, struct coco_blob_at *ret, struct coco_diag *diag);
	void *ctx;
};

struct lane {
	struct coco_blob_check *item;
	struct coco_blob_at at;
	bool open;
	uint64_t pos;
	size_t n;
	struct coco_sha256 sha;
	uint8_t buf[PIECE];
};

static int lane_new(void *ctx COCO_UNUSED, unsigned worker COCO_UNUSED, void **ret,
		    struct coco_diag *diag)
{
	*ret = coco_zalloc(1, sizeof(struct lane));
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a stream");
}

static void close_blob(struct lane *l)
{
	if (l->open)
		coco_blob_close(&l->at);
	l->open = false;
}

static void lane_free(void *ctx COCO_UNUSED, void *state)
{
	close_blob(state);
	coco_free(state);
}

static int lane_begin(void *ctx, void *state, void *arg, struct coco_diag *diag)
{
	struct check *c = ctx;
	struct lane *l = state;
	struct coco_diag d = { 0 };

	l->item = arg;
	l->pos = 0;
	coco_sha256_init(&l->sha);
	int r = c->open(c->ctx, (size_t)(l->item - c->list), &l->at, &d);
	if (r == COCO_E_BLOB_MISSING || r == COCO_E_BLOB_SIZE) {
		l->item->code = r;
		return 0;
	}
	if (r != 0) {
		if (diag != NULL)
			*diag = d;
		return r;
	}
	l->open = true;
	return 0;
}

static int lane_step(void *ctx COCO_UNUSED, void *state, struct coco_sha256_job jobs[2],
		     size_t *ret_jobs, bool *ret_idle, struct coco_diag *diag)
{
	struct lane *l = state;

	*ret_idle = false;
	*ret_jobs = 0;
	l->n = 0;
	if (!l->open || l->pos == l->at.size)
		return 0;
	l->n = (size_t)coco_min_u64(PIECE, l->at.size - l->pos);
	coco_read_ahead(l->at.fd, l->at.offset + l->pos, l->n);
	int r = coco_pread_full(l->at.fd, l->buf, l->n, l->at.offset + l->pos, "a blob", diag);
	if (r != 0)
		return r;
	jobs[0] = (struct coco_sha256_job){ &l->sha, l->buf, l->n };
	*ret_jobs = 1;
	return 0;
}

static int lane_after(void *ctx, void *state, bool *ret_done,
		      struct coco_diag *diag COCO_UNUSED)
{
	struct check *c = ctx;
	struct lane *l = state;
	uint8_t digest[32];

	coco_run_advance(c->run, l->n);
	l->pos += l->n;
	if (l->open && l->pos < l->at.size)
		return 0;
	*ret_done = true;
	if (!l->open)
		return 0;
	coco_sha256_final(&l->sha, digest);
	l->item->code = memcmp(digest, l->item->want.sha256, sizeof(digest)) == 0
				? 0 : COCO_E_BLOB_DIGEST;
	close_blob(l);
	return 0;
}

static void lane_abandon(void *ctx COCO_UNUSED, void *state)
{
	close_blob(state);
}

int coco_blob_check_all(const struct coco_run *run, struct coco_blob_check *list, size_t n,
			int (*open)(void *ctx, size_t i, struct coco_blob_at *ret,
				    struct coco_diag *diag),
			void *ctx, struct coco_diag *diag)
{
	static const struct coco_lane_ops ops = {
		.lane_new = lane_new, .lane_free = lane_free, .begin = lane_begin,
		.step = lane_step, .after = lane_after, .abandon = lane_abandon,
	};
	struct check c = { .run = run, .list = list, .open = open, .ctx = ctx };
	struct coco_lane_item *items = coco_zalloc(n, sizeof(*items));

	if (items == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu blobs", n);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct coco_lane_item){ .bytes = list[i].size, .arg = &list[i] };
	int r = coco_lanes_run(run, items, n, COCO_LANES_MAX, &ops, &c, diag);
	coco_free(items);
	return r;
}
