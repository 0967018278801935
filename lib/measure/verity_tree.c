/*
 * verity_tree.c - the root hash of a disk (see verity_tree.h).
 *
 * Threads take pieces of the data in order. A piece is some whole hash blocks
 * of level 0, or, where one such block covers more than PIECE_MAX bytes, a
 * part of one. Its thread hashes it, and with whole blocks also the blocks, and
 * puts the digests into a ring. Whoever fills the place that is next takes the
 * digests of all places from there on up the tree, in order, so that every
 * level needs one block of memory.
 */
#include "lib/measure/verity_tree.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/measure/verity_hash.h"

enum {
	PIECE = 512 << 10,         /* bytes of data that a thread takes at least */
	PIECE_MAX = 4 << 20,
	PLACES = 8,                /* of the ring, for each thread */
	RUN = 64 << 10,            /* bytes that are read at once, and at least LANES blocks */
	LANES = 16,
};

/* The block of a level that is being filled. */
struct level {
	uint8_t *block;            /* hash_block bytes, owned */
	uint64_t filled;           /* digests in it */
	uint64_t number;           /* of the block in its level */
	uint64_t total;            /* digests of the level so far */
};

struct place {
	bool full;
	size_t n;                  /* digests */
	uint8_t *digest;           /* n times layout.digest bytes, room for per_place; owned */
};

struct state {
	const struct coco_run *run;
	const struct coco_verity_work *work;
	struct coco_verity_params params;
	struct coco_verity_layout layout;   /* levels are known when sized */
	bool sized;
	size_t piece;              /* data blocks of a piece */
	size_t feed;               /* level to which pieces give digests: 0 or 1 */
	size_t per_place;
	uint64_t size;             /* bytes of data, or COCO_DISK_UNKNOWN */
	bool serial;               /* a pipe: read by whoever takes the piece */
	size_t n_places;
	struct place *place;       /* owned */
	struct coco_verity_hash *hash;      /* of the levels above, under lock */
	struct level level[COCO_VERITY_LEVELS + 1];
	pthread_mutex_t reading;   /* of the next two; a pipe is read under it */
	uint64_t next;             /* piece to be taken */
	bool ended;
	pthread_mutex_t lock;      /* of all below, the ring and the levels */
	pthread_cond_t drained;
	uint64_t done;             /* pieces that went up the tree */
	uint64_t blocks;           /* data blocks so far */
	bool failed;
	bool single;               /* one data block: root is its digest */
	uint8_t root[COCO_VERITY_DIGEST];
	/* differences from the stored tree; the least of each level that differs */
	bool differs[COCO_VERITY_LEVELS];
	uint64_t least[COCO_VERITY_LEVELS];
	uint64_t least_data;
	uint64_t n_data;
};

/* What a thread needs. */
struct worker {
	uint8_t *data;             /* piece */
	uint8_t *level0;           /* hash blocks of a piece, with whole blocks */
	uint8_t *stored;           /* one hash block */
	uint8_t *digest;           /* per_place digests */
	struct coco_verity_hash *hash;
};

/* ---- one hash block ------------------------------------------------------------ */

static uint64_t tree_offset(const struct state *s, size_t level, uint64_t number)
{
	return (s->layout.level[level].first + number) * s->params.hash_block;
}

/* Counts the slots in which a block differs from the stored one; locked. */
static void note_difference(struct state *s, size_t level, uint64_t number, const uint8_t *block,
			    const uint8_t *stored)
{
	if (!s->differs[level] || number < s->least[level])
		s->least[level] = number;
	s->differs[level] = true;
	for (uint64_t i = 0; level == 0 && i < s->layout.per_block; i++) {
		uint64_t data = number * s->layout.per_block + i;

		if (data >= s->params.data_blocks ||
		    memcmp(block + i * s->layout.slot, stored + i * s->layout.slot,
			   s->layout.digest) == 0)
			continue;
		if (s->n_data++ == 0 || data < s->least_data)
			s->least_data = data;
	}
}

/* Writes a finished block and compares it, as far as that is wanted. */
static int settle(struct state *s, size_t level, uint64_t number, const uint8_t *block,
		  uint8_t *scratch, bool locked, struct coco_diag *diag)
{
	const struct coco_verity_work *w = s->work;
	size_t n = s->params.hash_block;
	int r = 0;

	if (w->out >= 0)
		r = coco_pwrite_full(w->out, block, n, w->out_at + tree_offset(s, level, number),
				     w->out_name, diag);
	if (r != 0 || w->stored == NULL)
		return r;
	r = coco_disk_read(w->stored, w->stored_at + tree_offset(s, level, number), scratch, n,
			   diag);
	if (r != 0 || memcmp(scratch, block, n) == 0)
		return r;
	if (!locked)
		(void)pthread_mutex_lock(&s->lock);
	note_difference(s, level, number, block, scratch);
	if (!locked)
		(void)pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- up the tree, under lock --------------------------------------------------- */

static int push(struct state *s, struct worker *w, size_t level, const uint8_t *digest,
		struct coco_diag *diag);

/* Ends the block of a level and gives its digest to the next one. */
static int close_block(struct state *s, struct worker *w, size_t level, struct coco_diag *diag)
{
	struct level *l = &s->level[level];
	uint8_t digest[COCO_VERITY_DIGEST];

	int r = settle(s, level, l->number, l->block, w->stored, true, diag);
	if (r == 0)
		r = coco_verity_hash_blocks(s->hash, l->block, s->params.hash_block, 1, digest,
					    s->layout.slot, diag);
	if (r != 0)
		return r;
	memset(l->block, 0, s->params.hash_block);
	l->filled = 0;
	l->number++;
	return push(s, w, level + 1, digest, diag);
}

static int push(struct state *s, struct worker *w, size_t level, const uint8_t *digest,
		struct coco_diag *diag)
{
	struct level *l = &s->level[level];

	if (level >= COCO_VERITY_LEVELS)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER, "the hash tree is too high");
	if (l->block == NULL)
		l->block = coco_zalloc(s->params.hash_block, 1);
	if (l->block == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a hash block");
	memcpy(l->block + l->filled * s->layout.slot, digest, s->layout.digest);
	l->filled++;
	l->total++;
	return l->filled == s->layout.per_block ? close_block(s, w, level, diag) : 0;
}

/* Takes what is ready out of the ring. */
static int drain(struct state *s, struct worker *w, struct coco_diag *diag)
{
	struct place *p = &s->place[s->done % s->n_places];
	int r = 0;

	while (r == 0 && p->full) {
		for (size_t i = 0; r == 0 && i < p->n; i++)
			r = push(s, w, s->feed, p->digest + i * s->layout.digest, diag);
		p->full = false;
		s->done++;
		p = &s->place[s->done % s->n_places];
	}
	(void)pthread_cond_broadcast(&s->drained);
	return r;
}

/* The unfinished blocks, from the lowest level up; the last digest is the root. */
static int finish(struct state *s, struct worker *w, struct coco_diag *diag)
{
	for (size_t level = s->feed; !s->single; level++) {
		struct level *l = &s->level[level];

		if (l->total == 1) {
			memcpy(s->root, l->block, s->layout.digest);
			return 0;
		}
		int r = l->filled != 0 ? close_block(s, w, level, diag) : 0;
		if (r != 0)
			return r;
	}
	return 0;
}

/* ---- pieces -------------------------------------------------------------------- */

/* Reads the next piece of a pipe; *ret_n is its data blocks. */
static int take_serial(struct state *s, struct worker *w, uint64_t off, size_t want, size_t *ret_n,
		       struct coco_diag *diag)
{
	const struct coco_verity_area *a = &s->work->data;
	size_t got = 0;

	int r = coco_disk_read_some(a->disk, a->at + off, w->data, want, &got, diag);
	if (r != 0)
		return r;
	s->ended = got < want;
	if (s->ended && s->size != COCO_DISK_UNKNOWN)
		return coco_fail(diag, COCO_E_IO_READ, "the data ends after %" PRIu64 " bytes",
				 off + got);
	if (got % s->params.data_block != 0)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "the data ends with a part of a block: %" PRIu64
				 " bytes are not whole blocks of %u", off + got,
				 s->params.data_block);
	*ret_n = got / s->params.data_block;
	return 0;
}

/* Takes the next piece; *ret_n is its data blocks, 0 at the end. */
static int take(struct state *s, struct worker *w, uint64_t *ret_number, size_t *ret_n,
		struct coco_diag *diag)
{
	size_t want = s->piece * s->params.data_block;
	uint64_t number = s->next;
	uint64_t off = number * want;

	*ret_n = 0;
	if (s->ended || off >= s->size)
		return 0;
	s->next++;
	*ret_number = number;
	if (s->size != COCO_DISK_UNKNOWN)
		want = (size_t)coco_min_u64(want, s->size - off);
	if (s->serial)
		return take_serial(s, w, off, want, ret_n, diag);
	*ret_n = want / s->params.data_block;
	return 0;
}

/*
 * Hashes n data blocks from block `at` of a piece on. Files are read in runs
 * that stay in the processor's cache; a pipe has been read already.
 */
static int hash_data(struct state *s, struct worker *w, uint64_t number, size_t at, size_t n,
		     uint8_t *ret, size_t stride, struct coco_diag *diag)
{
	const struct coco_verity_area *a = &s->work->data;
	size_t block = s->params.data_block;
	uint64_t from = a->at + (number * s->piece + at) * block;
	size_t most = block < RUN / LANES ? RUN / block : LANES;
	int r = 0;

	if (s->serial)
		return coco_verity_hash_blocks(w->hash, w->data + at * block, block, n, ret, stride,
					       diag);
	for (size_t i = 0; r == 0 && i < n; i += most) {
		size_t part = coco_min_size(most, n - i);

		r = coco_disk_read(a->disk, from + i * block, w->data, part * block, diag);
		if (r == 0)
			r = coco_verity_hash_blocks(w->hash, w->data, block, part, ret + i * stride,
						    stride, diag);
	}
	return r;
}

/* A piece as whole hash blocks of level 0; their digests go to w->digest. */
static int whole_blocks(struct state *s, struct worker *w, uint64_t number, size_t n,
			size_t *ret_digests, struct coco_diag *diag)
{
	size_t per = (size_t)s->layout.per_block;
	size_t blocks = (n + per - 1) / per;
	uint64_t first = number * (s->piece / per);
	size_t size = s->params.hash_block;

	memset(w->level0, 0, blocks * size);
	int r = 0;
	for (size_t i = 0; r == 0 && i < blocks; i++)
		r = hash_data(s, w, number, i * per, coco_min_size(per, n - i * per),
			      w->level0 + i * size, s->layout.slot, diag);
	for (size_t i = 0; r == 0 && i < blocks; i++)
		r = settle(s, 0, first + i, w->level0 + i * size, w->stored, false, diag);
	if (r == 0)
		r = coco_verity_hash_blocks(w->hash, w->level0, size, blocks, w->digest,
					    s->layout.digest, diag);
	*ret_digests = blocks;
	return r;
}

static int hash_piece(struct state *s, struct worker *w, uint64_t number, size_t n,
		      size_t *ret_digests, struct coco_diag *diag)
{
	coco_run_advance(s->run, n * s->params.data_block);
	/* a single block has no tree; a pipe is known to hold no more when it has ended */
	if (number == 0 && n == 1) {
		s->single = true;
		*ret_digests = 0;
		return hash_data(s, w, 0, 0, 1, s->root, s->layout.digest, diag);
	}
	if (s->feed == 1)
		return whole_blocks(s, w, number, n, ret_digests, diag);
	*ret_digests = n;
	return hash_data(s, w, number, 0, n, w->digest, s->layout.digest, diag);
}

/* Hands the digests in and drains; waits while the ring is full. */
static int hand_in(struct state *s, struct worker *w, uint64_t number, size_t blocks,
		   size_t digests, struct coco_diag *diag)
{
	int r = 0;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->failed && number >= s->done + s->n_places)
		(void)pthread_cond_wait(&s->drained, &s->lock);
	if (!s->failed) {
		struct place *p = &s->place[number % s->n_places];

		memcpy(p->digest, w->digest, digests * s->layout.digest);
		p->n = digests;
		p->full = true;
		s->blocks += blocks;
		r = drain(s, w, diag);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return r;
}

static int work_on(struct state *s, struct worker *w, struct coco_diag *diag)
{
	for (;;) {
		uint64_t number = 0;
		size_t digests = 0;
		size_t n = 0;

		int r = coco_run_check(s->run, diag);
		(void)pthread_mutex_lock(&s->reading);
		if (r == 0 && !s->failed)
			r = take(s, w, &number, &n, diag);
		(void)pthread_mutex_unlock(&s->reading);
		if (r == 0 && n != 0)
			r = hash_piece(s, w, number, n, &digests, diag);
		if (r == 0 && n != 0)
			r = hand_in(s, w, number, n, digests, diag);
		if (r != 0 || n == 0)
			return r;
	}
}

static void worker_free(struct worker *w)
{
	coco_free(w->data);
	coco_free(w->level0);
	coco_free(w->stored);
	coco_free(w->digest);
	coco_verity_hash_free(w->hash);
}

static int worker_init(const struct state *s, struct worker *w, struct coco_diag *diag)
{
	size_t hash_blocks = s->feed == 1 ? s->per_place : 1;

	*w = (struct worker){ .data = coco_alloc(s->piece, s->params.data_block) };
	w->level0 = coco_alloc(hash_blocks, s->params.hash_block);
	w->stored = coco_alloc(1, s->params.hash_block);
	w->digest = coco_alloc(s->per_place, s->layout.digest);
	if (w->data == NULL || w->level0 == NULL || w->stored == NULL || w->digest == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a disk");
	return coco_verity_hash_new(&w->hash, &s->params, diag);
}

static int thread(void *ctx, unsigned id, struct coco_diag *diag)
{
	struct state *s = ctx;
	struct worker w;

	(void)id;
	int r = worker_init(s, &w, diag);
	if (r == 0)
		r = work_on(s, &w, diag);
	if (r != 0) {
		(void)pthread_mutex_lock(&s->reading);
		(void)pthread_mutex_lock(&s->lock);
		s->failed = true;
		(void)pthread_cond_broadcast(&s->drained);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_mutex_unlock(&s->reading);
	}
	worker_free(&w);
	return r;
}

/* ---- before and after ---------------------------------------------------------- */

/* How many bytes of data there are, and that they are whole blocks. */
static int measure_data(struct state *s, struct coco_diag *diag)
{
	const struct coco_verity_area *a = &s->work->data;
	uint64_t disk = coco_disk_size(a->disk);

	s->serial = strcmp(coco_disk_container(a->disk), "pipe") == 0;
	s->size = a->size;
	if (s->size == COCO_DISK_UNKNOWN && disk != COCO_DISK_UNKNOWN)
		s->size = disk > a->at ? disk - a->at : 0;
	if (s->params.data_blocks != 0) {
		uint64_t bytes = 0;

		if (coco_mul64_overflows(s->params.data_blocks, s->params.data_block, &bytes) ||
		    bytes > s->size)
			return coco_fail(diag, COCO_E_VERITY_PARAMETER,
					 "%" PRIu64 " blocks of %u bytes are more than there is",
					 s->params.data_blocks, s->params.data_block);
		s->size = bytes;
	}
	if (s->size == COCO_DISK_UNKNOWN)
		return 0;
	if (s->size == 0 || s->size % s->params.data_block != 0)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "%" PRIu64 " bytes of data are not whole blocks of %u", s->size,
				 s->params.data_block);
	s->params.data_blocks = s->size / s->params.data_block;
	s->sized = true;
	return 0;
}

/* How the data is cut for the threads. */
static void plan(struct state *s)
{
	size_t block = s->params.data_block;
	uint64_t covered = s->layout.per_block * block;   /* by one hash block of level 0 */

	if (covered <= PIECE_MAX) {
		size_t many = covered < PIECE ? (size_t)(PIECE / covered) : 1;

		s->feed = 1;
		s->piece = many * (size_t)s->layout.per_block;
		s->per_place = many;
	} else {
		s->feed = 0;
		s->piece = coco_min_size(PIECE_MAX / block, (size_t)s->layout.per_block);
		s->per_place = s->piece;
	}
}

static int prepare(struct state *s, struct coco_diag *diag)
{
	int r = measure_data(s, diag);

	if (r == 0)
		r = s->sized ? coco_verity_layout(&s->layout, &s->params, diag)
			     : coco_verity_slots(&s->layout, &s->params, diag);
	if (r != 0)
		return r;
	if (!s->sized && (s->work->out >= 0 || s->work->stored != NULL))
		return coco_fail(diag, COCO_E_VERITY_PARAMETER,
				 "the size of the data has to be known for its hash tree");
	plan(s);
	s->n_places = (size_t)s->run->jobs * PLACES;
	s->place = coco_zalloc(s->n_places, sizeof(*s->place));
	if (s->place == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a disk");
	for (size_t i = 0; i < s->n_places; i++) {
		s->place[i].digest = coco_alloc(s->per_place, s->layout.digest);
		if (s->place[i].digest == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a disk");
	}
	return coco_verity_hash_new(&s->hash, &s->params, diag);
}

static void state_free(struct state *s)
{
	for (size_t i = 0; s->place != NULL && i < s->n_places; i++)
		coco_free(s->place[i].digest);
	for (size_t i = 0; i < COCO_ARRAY_LEN(s->level); i++)
		coco_free(s->level[i].block);
	coco_free(s->place);
	coco_verity_hash_free(s->hash);
}

/*
 * Whether the stored hash block is what its stored parent says: then the data
 * below differs; else the block itself was changed.
 */
static int stored_holds(struct state *s, struct worker *w, size_t level, uint64_t number,
			bool *ret, struct coco_diag *diag)
{
	const struct coco_verity_work *work = s->work;
	size_t n = s->params.hash_block;
	uint8_t digest[COCO_VERITY_DIGEST];

	*ret = true;
	if (level + 1 >= s->layout.levels)
		return 0;   /* its parent is the root hash, which is not stored */
	int r = coco_disk_read(work->stored, work->stored_at + tree_offset(s, level, number),
			       w->stored, n, diag);
	if (r == 0)
		r = coco_verity_hash_blocks(s->hash, w->stored, n, 1, digest, s->layout.slot, diag);
	if (r == 0)
		r = coco_disk_read(work->stored, work->stored_at +
				   tree_offset(s, level + 1, number / s->layout.per_block),
				   w->stored, n, diag);
	if (r == 0)
		*ret = memcmp(w->stored + number % s->layout.per_block * s->layout.slot, digest,
			      s->layout.digest) == 0;
	return r;
}

/* Names what differs: the lowest level says it. */
static int explain(struct state *s, struct worker *w, struct coco_verity_found *f,
		   struct coco_diag *diag)
{
	size_t level = 0;
	bool holds = false;

	f->difference = COCO_VERITY_SAME;
	while (level < s->layout.levels && !s->differs[level])
		level++;
	if (s->work->stored == NULL || level == s->layout.levels)
		return 0;
	f->difference = COCO_VERITY_HASH;
	f->block = s->layout.level[level].first + s->least[level];
	if (level != 0 || s->n_data == 0)
		return 0;
	int r = stored_holds(s, w, 0, s->least[0], &holds, diag);
	if (r == 0 && holds) {
		f->difference = COCO_VERITY_DATA;
		f->block = s->least_data;
		f->differing = s->n_data;
	}
	return r;
}

/* The part after all data was hashed. */
static int conclude(struct state *s, struct coco_verity_found *ret, struct coco_diag *diag)
{
	struct coco_verity_found f = { .differing = 0 };
	struct worker w;

	if (s->blocks == 0)
		return coco_fail(diag, COCO_E_VERITY_PARAMETER, "there is no data");
	int r = worker_init(s, &w, diag);
	if (r == 0)
		r = finish(s, &w, diag);
	if (r == 0)
		r = explain(s, &w, &f, diag);
	worker_free(&w);
	if (r != 0)
		return r;
	f.params = s->params;
	f.params.data_blocks = s->blocks;
	memcpy(f.root, s->root, sizeof(f.root));
	*ret = f;
	return 0;
}

int coco_verity_tree(const struct coco_run *run, const struct coco_verity_work *work,
		     struct coco_verity_found *ret, struct coco_diag *diag)
{
	struct state *s = coco_zalloc(1, sizeof(*s));

	if (s == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a disk");
	s->run = run;
	s->work = work;
	s->params = work->params;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_mutex_init(&s->reading, NULL);
	(void)pthread_cond_init(&s->drained, NULL);
	int r = prepare(s, diag);
	if (r == 0) {
		coco_run_phase(run, "hashing", s->sized ? s->size : 0);
		r = coco_pool_run(run->jobs, thread, s, diag);
	}
	if (r == 0)
		r = conclude(s, ret, diag);
	state_free(s);
	(void)pthread_cond_destroy(&s->drained);
	(void)pthread_mutex_destroy(&s->reading);
	(void)pthread_mutex_destroy(&s->lock);
	coco_free(s);
	return r;
}
