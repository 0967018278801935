/*
 * verity_hash.c - hashes of dm-verity blocks (see verity_hash.h).
 */
#include "lib/measure/verity_hash.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sha256.h"

enum {
	LANES = 16,
	TAIL = COCO_VERITY_SALT + 2 * COCO_SHA256_BLOCK,
};

struct coco_verity_hash {
	struct coco_verity_params params;
	struct coco_digest *digest;        /* not SHA-256 */
	/* SHA-256 */
	struct coco_sha256 start;          /* after the whole blocks of a salt in front */
	size_t zero_block;                 /* size of the block of zeros in zero; 0: none yet */
	uint8_t zero[COCO_SHA256_SIZE];
	struct coco_sha256 ctx[LANES];
	uint8_t head[LANES][COCO_SHA256_BLOCK];
	uint8_t tail[LANES][TAIL];
};

static enum coco_digest_alg digest_alg(enum coco_verity_alg alg)
{
	static const enum coco_digest_alg algs[] = {
		[COCO_VERITY_SHA1] = COCO_DIGEST_SHA1,
		[COCO_VERITY_SHA256] = COCO_DIGEST_SHA256,
		[COCO_VERITY_SHA384] = COCO_DIGEST_SHA384,
		[COCO_VERITY_SHA512] = COCO_DIGEST_SHA512,
	};

	return algs[alg];
}

int coco_verity_hash_new(struct coco_verity_hash **ret, const struct coco_verity_params *p,
			 struct coco_diag *diag)
{
	struct coco_verity_hash *h = coco_zalloc(1, sizeof(*h));

	if (h == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash blocks");
	h->params = *p;
	if (p->alg != COCO_VERITY_SHA256) {
		int r = coco_digest_new(&h->digest, digest_alg(p->alg), diag);

		if (r != 0) {
			coco_verity_hash_free(h);
			return r;
		}
	}
	coco_sha256_init(&h->start);
	if (p->type == 1)
		coco_sha256_update(&h->start, p->salt,
				   p->n_salt / COCO_SHA256_BLOCK * COCO_SHA256_BLOCK);
	*ret = h;
	return 0;
}

void coco_verity_hash_free(struct coco_verity_hash *h)
{
	if (h == NULL)
		return;
	coco_digest_free(h->digest);
	coco_free(h);
}

/* Pads a message of `total` bytes whose last n lie at tail; returns the bytes then there. */
static size_t pad(uint8_t *tail, size_t n, uint64_t total)
{
	size_t size = (n + 9 + COCO_SHA256_BLOCK - 1) / COCO_SHA256_BLOCK * COCO_SHA256_BLOCK;

	tail[n] = 0x80;
	memset(tail + n + 1, 0, size - n - 1 - 8);
	coco_put_be64(tail + size - 8, total * 8);
	return size;
}

/* How the message of every block is cut: the same for all of one size. */
struct cutting {
	size_t salt;     /* bytes of the salt in the head */
	size_t head;     /* bytes of the block in the head; 0: there is no head */
	size_t body;     /* bytes of whole blocks after it */
	size_t rest;     /* bytes of the block behind them */
};

static struct cutting cut(const struct coco_verity_params *p, size_t block)
{
	struct cutting c = { .salt = p->type == 1 ? p->n_salt % COCO_SHA256_BLOCK : 0 };

	c.head = c.salt != 0 ? COCO_SHA256_BLOCK - c.salt : 0;
	c.body = (block - c.head) / COCO_SHA256_BLOCK * COCO_SHA256_BLOCK;
	c.rest = block - c.head - c.body;
	return c;
}

/* Heads and tails of n blocks; returns the bytes of a tail. */
static size_t prepare(struct coco_verity_hash *h, const struct cutting *c,
		      const uint8_t *const *block, size_t size, size_t n)
{
	const struct coco_verity_params *p = &h->params;
	size_t tail = 0;

	for (size_t i = 0; i < n; i++) {
		size_t used = c->rest;

		h->ctx[i] = h->start;
		if (c->head != 0) {
			memcpy(h->head[i], p->salt + p->n_salt - c->salt, c->salt);
			memcpy(h->head[i] + c->salt, block[i], c->head);
		}
		memcpy(h->tail[i], block[i] + c->head + c->body, c->rest);
		if (p->type == 0) {
			memcpy(h->tail[i] + used, p->salt, p->n_salt);
			used += p->n_salt;
		}
		tail = pad(h->tail[i], used, size + p->n_salt);
	}
	return tail;
}

/* Adds bytes at from[i] to each of n <= LANES streams. */
static void feed(struct coco_verity_hash *h, const uint8_t *const *from, size_t size, size_t n)
{
	struct coco_sha256_job job[LANES] = { { .ctx = NULL } };

	for (size_t i = 0; i < n; i++)
		job[i] = (struct coco_sha256_job){ &h->ctx[i], from[i], size };
	coco_sha256_update_many(job, n);
}

/* n <= LANES blocks at the same time. */
static void lanes(struct coco_verity_hash *h, const uint8_t *const *block, size_t size, size_t n)
{
	struct cutting c = cut(&h->params, size);
	size_t tail = prepare(h, &c, block, size, n);
	const uint8_t *head_at[LANES] = { NULL };
	const uint8_t *body_at[LANES] = { NULL };
	const uint8_t *tail_at[LANES] = { NULL };

	for (size_t i = 0; i < n; i++) {
		head_at[i] = h->head[i];
		body_at[i] = block[i] + c.head;
		tail_at[i] = h->tail[i];
	}
	if (c.head != 0)
		feed(h, head_at, COCO_SHA256_BLOCK, n);
	feed(h, body_at, c.body, n);
	feed(h, tail_at, tail, n);
}

/* The padding was part of the message, so the state is the digest. */
static void state_digest(const struct coco_sha256 *ctx, uint8_t *ret)
{
	for (size_t i = 0; i < 8; i++)
		coco_put_be32(ret + 4 * i, ctx->h[i]);
}

static bool is_zero(const uint8_t *p, size_t n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

/* The digest of a block of zeros, p being one: images are full of them. */
static const uint8_t *zero_digest(struct coco_verity_hash *h, const uint8_t *p, size_t block)
{
	if (h->zero_block != block) {
		lanes(h, &p, block, 1);
		state_digest(&h->ctx[0], h->zero);
		h->zero_block = block;
	}
	return h->zero;
}

static void sha256_blocks(struct coco_verity_hash *h, const uint8_t *p, size_t block, size_t n,
			  uint8_t *ret, size_t stride)
{
	const uint8_t *list[LANES];
	size_t to[LANES];
	size_t have = 0;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *one = p + i * block;

		if (is_zero(one, block)) {
			memcpy(ret + i * stride, zero_digest(h, one, block), COCO_SHA256_SIZE);
		} else {
			list[have] = one;
			to[have++] = i;
		}
		if (have == LANES || (i + 1 == n && have != 0)) {
			lanes(h, list, block, have);
			for (size_t k = 0; k < have; k++)
				state_digest(&h->ctx[k], ret + to[k] * stride);
			have = 0;
		}
	}
}

int coco_verity_hash_blocks(struct coco_verity_hash *h, const uint8_t *p, size_t block, size_t n,
			    uint8_t *ret, size_t stride, struct coco_diag *diag)
{
	const struct coco_verity_params *v = &h->params;
	int r = 0;

	if (v->alg == COCO_VERITY_SHA256) {
		sha256_blocks(h, p, block, n, ret, stride);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (v->type == 1)
			r = coco_digest_update(h->digest, v->salt, v->n_salt, diag);
		if (r == 0)
			r = coco_digest_update(h->digest, p + i * block, block, diag);
		if (r == 0 && v->type == 0)
			r = coco_digest_update(h->digest, v->salt, v->n_salt, diag);
		if (r == 0)
			r = coco_digest_final(h->digest, ret + i * stride, diag);
	}
	return r;
}
