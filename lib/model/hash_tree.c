/*
 * hash_tree.c - many files through the multi-stream SHA-256 (see hash_tree.h).
 *
 * A stream is one range being hashed. It belongs to one worker at a time; a
 * worker without streams waits, and a worker that sees somebody wait while
 * the queue is empty parks half of its streams for him. A worker with one
 * stream cannot share it, but lets the one who waits read its next chunk.
 */
#include "lib/model/hash_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/crypto/blake2b.h"
#include "lib/crypto/sha256.h"

enum {
	LANES = 16,              /* streams of one worker; what the widest kernel takes */
	CHUNK = 64 * 1024,       /* bytes per stream and round: 16 of them stay in L2 */
	SEQUENTIAL = 1 << 20,    /* longer ranges are announced to the kernel */
	SPARE_FDS = 128,         /* descriptors that are left to everybody else */
};

struct stream {
	struct coco_sha256 ctx;
	size_t range;
	uint64_t at;
	int fd;                  /* -1: not opened yet */
};

/* A chunk that somebody else may read; guarded by the lock. */
struct ahead {
	enum { WANTED, FILLING, READY, FAILED } state;
	int fd;
	uint64_t at;
	size_t n;
	uint8_t *buf;
};

struct hasher {
	const struct coco_run *run;
	const struct coco_tree *tree;
	const struct coco_hash_range *ranges;
	uint8_t *digests;
	uint32_t *queue;         /* ranges, in the order they are started */
	size_t n;
	unsigned jobs;
	size_t lanes;            /* per worker */

	pthread_mutex_t lock;    /* of everything below */
	pthread_cond_t work;
	size_t next;             /* in queue */
	struct stream *parked;
	size_t n_parked;
	struct ahead **wanted;
	size_t n_wanted;
	size_t active;           /* streams that workers hold */
	unsigned waiting;
	bool stop;
};

struct worker {
	struct hasher *h;
	struct stream streams[LANES];
	size_t n;
	uint8_t *buf;            /* lanes times CHUNK */
	struct ahead ahead;      /* of streams[0], when it is the only one */
	bool offered;            /* ahead is in use; only the worker looks at this */
	struct coco_diag *diag;
};

static uint64_t range_length(const struct coco_hash_range *r)
{
	return r->end - r->start;
}

/* Long ranges first, so that lanes stay full to the end; short ones as they lie on disk. */
static int queue_cmp(const void *a, const void *b, void *ctx)
{
	const struct coco_hash_range *ranges = ctx;
	uint32_t i = *(const uint32_t *)a;
	uint32_t j = *(const uint32_t *)b;
	uint64_t x = range_length(&ranges[i]) > CHUNK ? range_length(&ranges[i]) : 0;
	uint64_t y = range_length(&ranges[j]) > CHUNK ? range_length(&ranges[j]) : 0;

	if (x != y)
		return x < y ? 1 : -1;
	return (i > j) - (i < j);
}

/* A fair share of all streams that are left. */
static size_t fair_share(const struct hasher *h)
{
	size_t left = h->n - h->next + h->n_parked + h->active;
	size_t share = (left + h->jobs - 1) / h->jobs;

	return share < h->lanes ? share : h->lanes;
}

static void take_streams(struct hasher *h, struct worker *w)
{
	size_t share = fair_share(h);

	while (w->n < share && (h->n_parked > 0 || h->next < h->n)) {
		struct stream *s = &w->streams[w->n++];

		if (h->n_parked > 0) {
			*s = h->parked[--h->n_parked];
		} else {
			s->range = h->queue[h->next++];
			s->at = h->ranges[s->range].start;
			s->fd = -1;
			coco_sha256_init(&s->ctx);
		}
		h->active++;
	}
}

/* Every second stream goes to whoever waits. */
static void park_streams(struct hasher *h, struct worker *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (i % 2 == 1) {
			h->parked[h->n_parked++] = w->streams[i];
			h->active--;
		} else {
			w->streams[kept++] = w->streams[i];
		}
	}
	w->n = kept;
	pthread_cond_broadcast(&h->work);
}

/* 0, an errno value, or -1 when the file ends before n bytes. */
static int read_fully(int fd, uint64_t at, uint8_t *buf, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t k = pread(fd, buf + got, n - got, (off_t)(at + got));

		if (k > 0)
			got += (size_t)k;
		else if (k == 0)
			return -1;
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

/* Reads a chunk for another worker; a failure is left to him to find again. */
static void read_ahead(struct hasher *h)
{
	struct ahead *a = h->wanted[--h->n_wanted];

	a->state = FILLING;
	pthread_mutex_unlock(&h->lock);
	bool ok = read_fully(a->fd, a->at, a->buf, a->n) == 0;
	pthread_mutex_lock(&h->lock);
	a->state = ok ? READY : FAILED;
	pthread_cond_broadcast(&h->work);
}

/* Offers the chunk behind the current one to a worker that waits. */
static void want_ahead(struct hasher *h, struct worker *w, uint64_t at, size_t n, uint8_t *buf)
{
	pthread_mutex_lock(&h->lock);
	if (h->waiting > 0 && !h->stop) {
		w->ahead = (struct ahead){ WANTED, w->streams[0].fd, at, n, buf };
		h->wanted[h->n_wanted++] = &w->ahead;
		w->offered = true;
		pthread_cond_broadcast(&h->work);
	}
	pthread_mutex_unlock(&h->lock);
}

/* Ends the offer; true when the chunk is there. Nobody touches it afterwards. */
static bool settle_ahead(struct hasher *h, struct worker *w)
{
	if (!w->offered)
		return false;
	w->offered = false;
	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->n_wanted; i++)
		if (h->wanted[i] == &w->ahead)
			h->wanted[i--] = h->wanted[--h->n_wanted];
	while (w->ahead.state == FILLING)
		pthread_cond_wait(&h->work, &h->lock);
	bool ready = w->ahead.state == READY;
	pthread_mutex_unlock(&h->lock);
	return ready;
}

/* Fills the worker; false when there is nothing left to do. */
static bool get_work(struct hasher *h, struct worker *w)
{
	pthread_mutex_lock(&h->lock);
	take_streams(h, w);
	while (w->n == 0 && h->active > 0 && !h->stop) {
		if (h->n_wanted > 0) {
			read_ahead(h);
		} else {
			h->waiting++;
			pthread_cond_wait(&h->work, &h->lock);
			h->waiting--;
		}
		take_streams(h, w);
	}
	if (h->waiting > 0 && w->n > 1 && h->n_parked == 0 && h->next == h->n)
		park_streams(h, w);
	bool go = w->n > 0 && !h->stop;
	pthread_mutex_unlock(&h->lock);
	return go;
}

static void drop_stream(struct worker *w, size_t i)
{
	if (w->streams[i].fd >= 0)
		close(w->streams[i].fd);
	w->streams[i] = w->streams[--w->n];
}

/* Tells the others: failed, or n streams are done. */
static void report(struct hasher *h, size_t done, bool failed)
{
	pthread_mutex_lock(&h->lock);
	h->active -= done;
	h->stop = h->stop || failed;
	if (h->stop || h->active == 0)
		pthread_cond_broadcast(&h->work);
	pthread_mutex_unlock(&h->lock);
}

/* What is needed to read and to report about it. */
struct source {
	const struct coco_run *run;
	const struct coco_tree *tree;
	size_t file;
	struct coco_diag *diag;
};

static int read_chunk(const struct source *src, int fd, uint64_t at, uint8_t *buf, size_t n)
{
	char name[256];
	int err = read_fully(fd, at, buf, n);

	if (err == 0)
		return 0;
	coco_tree_name(src->run, src->tree, src->file, name, sizeof(name));
	if (err > 0)
		return coco_fail_errno(src->diag, COCO_E_IO_READ, err, "read", name);
	return coco_fail(src->diag, COCO_E_IO_CHANGED, "%s became shorter while it was read", name);
}

static int open_stream(struct worker *w, struct stream *s)
{
	struct hasher *h = w->h;
	const struct coco_hash_range *r = &h->ranges[s->range];

	if (s->fd >= 0)
		return 0;
	int code = coco_tree_open(h->run, h->tree, r->file, &s->fd, w->diag);
	if (code != 0)
		return code;
	if (range_length(r) > SEQUENTIAL)
		(void)posix_fadvise(s->fd, (off_t)r->start, (off_t)range_length(r),
				    POSIX_FADV_SEQUENTIAL);
	return 0;
}

/* The next chunk of a stream; at most room bytes. */
static int fill_lane(struct worker *w, struct stream *s, uint8_t *buf, size_t room,
		     struct coco_sha256_job *job)
{
	struct hasher *h = w->h;
	const struct coco_hash_range *r = &h->ranges[s->range];
	const struct source src = { h->run, h->tree, r->file, w->diag };
	size_t n = (size_t)coco_min_u64(r->end - s->at, room);
	int code = open_stream(w, s);

	if (code == 0)
		code = read_chunk(&src, s->fd, s->at, buf, n);
	if (code != 0)
		return code;
	s->at += n;
	*job = (struct coco_sha256_job){ &s->ctx, buf, n };
	return 0;
}

/* Finishes the streams that have read their last byte. */
static int finish_lanes(struct worker *w)
{
	struct hasher *h = w->h;
	size_t before = w->n;
	int r = 0;

	for (size_t i = w->n; r == 0 && i-- > 0;) {
		struct stream *s = &w->streams[i];
		const struct coco_hash_range *range = &h->ranges[s->range];

		if (s->at < range->end)
			continue;
		coco_sha256_final(&s->ctx, h->digests + s->range * COCO_SHA256_SIZE);
		r = coco_tree_recheck(h->run, h->tree, range->file, s->fd, w->diag);
		drop_stream(w, i);
	}
	if (w->n < before)
		report(h, before - w->n, false);
	return r;
}

/*
 * One large chunk of the only stream. The buffer has two halves: one is
 * hashed while the other may be filled by a worker that waits.
 */
static int hash_single(struct worker *w)
{
	struct hasher *h = w->h;
	struct stream *s = &w->streams[0];
	uint64_t end = h->ranges[s->range].end;
	size_t half = h->lanes * CHUNK / 2;
	uint8_t *buf = w->buf;
	struct coco_sha256_job job;
	int r = 0;

	if (settle_ahead(h, w)) {
		buf = w->ahead.buf;
		s->at += w->ahead.n;
		job = (struct coco_sha256_job){ &s->ctx, buf, w->ahead.n };
	} else {
		r = fill_lane(w, s, buf, half, &job);
	}
	if (r != 0)
		return r;
	if (s->at < end)
		want_ahead(h, w, s->at, (size_t)coco_min_u64(end - s->at, half),
			   buf == w->buf ? w->buf + half : w->buf);
	coco_sha256_update_many(&job, 1);
	coco_run_advance(h->run, job.n);
	return finish_lanes(w);
}

/* One chunk of every stream. */
static int hash_round(struct worker *w)
{
	struct coco_sha256_job jobs[LANES];
	uint64_t bytes = 0;
	int r = coco_run_check(w->h->run, w->diag);

	if (r != 0)
		return r;
	if (w->n == 1)
		return hash_single(w);
	settle_ahead(w->h, w);
	for (size_t i = 0; i < w->n; i++) {
		r = fill_lane(w, &w->streams[i], w->buf + i * CHUNK, CHUNK, &jobs[i]);
		if (r != 0)
			return r;
		bytes += jobs[i].n;
	}
	coco_sha256_update_many(jobs, w->n);
	coco_run_advance(w->h->run, bytes);
	return finish_lanes(w);
}

static int hash_worker(void *ctx, unsigned id COCO_UNUSED, struct coco_diag *diag)
{
	struct hasher *h = ctx;
	struct worker *w = coco_zalloc(1, sizeof(*w));
	int r = 0;

	if (w != NULL)
		w->buf = coco_alloc(h->lanes, CHUNK);
	if (w == NULL || w->buf == NULL) {
		coco_free(w);
		report(h, 0, true);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash files");
	}
	w->h = h;
	w->diag = diag;
	while (r == 0 && get_work(h, w))
		r = hash_round(w);
	settle_ahead(h, w);
	size_t left = w->n;
	while (w->n > 0)
		drop_stream(w, w->n - 1);
	report(h, left, r != 0);
	coco_free(w->buf);
	coco_free(w);
	return r;
}

/* What each worker may hold without running out of descriptors. */
static size_t lanes_per_worker(unsigned jobs)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur == RLIM_INFINITY)
		return LANES;
	size_t each = lim.rlim_cur > SPARE_FDS ? (size_t)(lim.rlim_cur - SPARE_FDS) / jobs : 1;
	if (each < 1)
		return 1;
	return each < LANES ? each : LANES;
}

static int hash_sha256(const struct coco_run *run, const struct coco_tree *tree,
		       const struct coco_hash_range *ranges, size_t n, uint8_t *ret_digests,
		       struct coco_diag *diag)
{
	struct hasher h = { .run = run, .tree = tree, .ranges = ranges, .digests = ret_digests,
			    .n = n, .jobs = run->jobs > 0 ? run->jobs : 1 };

	/* one more than there are ranges can read ahead for each */
	if (n < h.jobs / 2)
		h.jobs = n > 0 ? (unsigned)n * 2 : 1;
	h.lanes = lanes_per_worker(h.jobs);
	h.queue = coco_alloc(n, sizeof(*h.queue));
	h.parked = coco_alloc(h.jobs, LANES * sizeof(*h.parked));
	h.wanted = coco_alloc(h.jobs, sizeof(*h.wanted));
	if (h.queue == NULL || h.parked == NULL || h.wanted == NULL) {
		coco_free(h.queue);
		coco_free(h.parked);
		coco_free(h.wanted);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash %zu files", n);
	}
	for (size_t i = 0; i < n; i++)
		h.queue[i] = (uint32_t)i;
	/* the comparison only reads; qsort_r has no const context */
	union {
		const struct coco_hash_range *in;
		void *out;
	} ctx = { .in = ranges };
	qsort_r(h.queue, n, sizeof(*h.queue), queue_cmp, ctx.out);
	pthread_mutex_init(&h.lock, NULL);
	pthread_cond_init(&h.work, NULL);
	int r = coco_pool_run(h.jobs, hash_worker, &h, diag);
	for (size_t i = 0; i < h.n_parked; i++)
		if (h.parked[i].fd >= 0)
			close(h.parked[i].fd);
	pthread_cond_destroy(&h.work);
	pthread_mutex_destroy(&h.lock);
	coco_free(h.queue);
	coco_free(h.parked);
	coco_free(h.wanted);
	return r;
}

struct blake2b_job {
	const struct coco_run *run;
	const struct coco_tree *tree;
	const struct coco_hash_range *ranges;
	uint8_t *digests;
};

static int blake2b_stream(const struct source *src, const struct coco_hash_range *range, int fd,
			  uint8_t *buf, uint8_t *ret)
{
	struct coco_blake2b *b = NULL;
	int r = coco_blake2b_new(&b, src->diag);

	for (uint64_t at = range->start; r == 0 && at < range->end;) {
		size_t n = (size_t)coco_min_u64(range->end - at, CHUNK);

		r = coco_run_check(src->run, src->diag);
		if (r == 0)
			r = read_chunk(src, fd, at, buf, n);
		if (r == 0)
			r = coco_blake2b_update(b, buf, n, src->diag);
		coco_run_advance(src->run, n);
		at += n;
	}
	if (r == 0)
		r = coco_blake2b_final(b, ret, src->diag);
	coco_blake2b_free(b);
	return r;
}

/* Only met when verifying; one range per thread is enough. */
static int blake2b_range(void *ctx, size_t item, struct coco_diag *diag)
{
	const struct blake2b_job *j = ctx;
	const struct coco_hash_range *range = &j->ranges[item];
	const struct source src = { j->run, j->tree, range->file, diag };
	uint8_t *buf = coco_alloc(1, CHUNK);
	int fd;

	if (buf == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	int r = coco_tree_open(j->run, j->tree, range->file, &fd, diag);
	if (r == 0) {
		r = blake2b_stream(&src, range, fd, buf,
				   j->digests + item * COCO_BLAKE2B_SIZE);
		if (r == 0)
			r = coco_tree_recheck(j->run, j->tree, range->file, fd, diag);
		close(fd);
	}
	coco_free(buf);
	return r;
}

int coco_hash_ranges(const struct coco_run *run, const struct coco_tree *tree,
		     const struct coco_hash_range *ranges, size_t n, enum coco_oms_hash hash,
		     uint8_t *ret_digests, struct coco_diag *diag)
{
	struct blake2b_job b = { run, tree, ranges, ret_digests };
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++) {
		if (ranges[i].file >= tree->n || ranges[i].start > ranges[i].end ||
		    ranges[i].end > tree->files[ranges[i].file].size)
			return coco_fail(diag, COCO_E_INTERNAL, "a range outside its file");
		total += range_length(&ranges[i]);
	}
	if (n > COCO_TREE_MAX_FILES)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "%zu ranges, the limit is %d", n,
				 COCO_TREE_MAX_FILES);
	coco_run_phase(run, "hashing", total);
	switch (hash) {
	case COCO_OMS_SHA256:
		return hash_sha256(run, tree, ranges, n, ret_digests, diag);
	case COCO_OMS_BLAKE2B:
		return coco_pool_each(run, n, blake2b_range, &b, diag);
	case COCO_OMS_BLAKE3:
		break;
	}
	return coco_fail(diag, COCO_E_OMS_HASH, "%s cannot be computed by this build",
			 coco_oms_hash_name(hash));
}

int coco_hash_tree(const struct coco_run *run, const struct coco_tree *tree,
		   uint8_t *ret_digests, struct coco_diag *diag)
{
	struct coco_hash_range *ranges = coco_alloc(tree->n, sizeof(*ranges));

	if (ranges == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash %zu files",
				 tree->n);
	for (size_t i = 0; i < tree->n; i++)
		ranges[i] = (struct coco_hash_range){ .file = i, .end = tree->files[i].size };
	int r = coco_hash_ranges(run, tree, ranges, tree->n, COCO_OMS_SHA256, ret_digests, diag);
	coco_free(ranges);
	return r;
}
