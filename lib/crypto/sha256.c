/*
 * sha256.c - SHA-256: contexts, padding, the portable kernel, and the scheduler that
 * spreads many streams over the widest kernel that pays.
 *
 * Source: FIPS 180-4.  The vector kernels are in sha256_x86.c.  No allocation, no I/O.
 */
#include "lib/crypto/sha256.h"
#include "lib/crypto/sha256_impl.h"

#include <string.h>

#include "lib/crypto/cpu.h"

/*
 * From how many running streams a wide kernel beats the narrower ones.  One step of
 * AVX512X16 costs the same for 1 and for 16 streams: about as much as ten single-stream
 * blocks in SHANI2 (bench_sha256 prints the table), or as two portable blocks.
 */
#define WIDE_FROM_SHANI    10
#define WIDE_FROM_GENERIC  3

/*
 * Blocks that a pair runs before the two longest streams are chosen again.  Short enough
 * that no long stream is left alone at the end, long enough that choosing costs nothing.
 */
#define PAIR_QUANTUM 1024

const uint32_t coco_sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* ---- portable kernel, FIPS 180-4 section 6.2.2 ---- */

static inline uint32_t ror32(uint32_t x, unsigned n)
{
	return (x >> n) | (x << (32 - n));
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline uint32_t schedule(const uint32_t w[16], unsigned t)
{
	uint32_t w15 = w[(t + 1) & 15];
	uint32_t w2 = w[(t + 14) & 15];
	uint32_t s0 = ror32(w15, 7) ^ ror32(w15, 18) ^ (w15 >> 3);
	uint32_t s1 = ror32(w2, 17) ^ ror32(w2, 19) ^ (w2 >> 10);

	return w[t & 15] + s0 + w[(t + 9) & 15] + s1;
}

/* The new a and e of one round; the caller renames the other six. */
#define ROUND(a, b, c, d, e, f, g, h, kw)                                                    \
	do {                                                                                 \
		uint32_t t1 = (h) + (kw) + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) +     \
			      ((((f) ^ (g)) & (e)) ^ (g));                                   \
		(d) += t1;                                                                   \
		(h) = t1 + (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) +                     \
		      (((a) & (b)) | (((a) | (b)) & (c)));                                   \
	} while (0)

static void blocks_generic(uint32_t state[8], const uint8_t *p, size_t blocks)
{
	uint32_t w[16];

	for (; blocks; blocks--, p += COCO_SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

		for (unsigned i = 0; i < 16; i++)
			w[i] = load_be32(p + 4 * i);
		for (unsigned t = 0; t < 64; t += 8) {
			const uint32_t *k = coco_sha256_k + t;
			uint32_t *x = w + (t & 8);

			ROUND(a, b, c, d, e, f, g, h, k[0] + x[0]);
			ROUND(h, a, b, c, d, e, f, g, k[1] + x[1]);
			ROUND(g, h, a, b, c, d, e, f, k[2] + x[2]);
			ROUND(f, g, h, a, b, c, d, e, k[3] + x[3]);
			ROUND(e, f, g, h, a, b, c, d, k[4] + x[4]);
			ROUND(d, e, f, g, h, a, b, c, k[5] + x[5]);
			ROUND(c, d, e, f, g, h, a, b, k[6] + x[6]);
			ROUND(b, c, d, e, f, g, h, a, k[7] + x[7]);
			/* The eight words just used become those of 16 rounds later. */
			for (unsigned i = 0; t < 48 && i < 8; i++)
				x[i] = schedule(w, (t & 8) + i);
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

/* ---- choice of kernel ---- */

bool coco_sha256_kernel_available(enum coco_sha256_kernel kernel)
{
	switch (kernel) {
	case COCO_SHA256_AUTO:
	case COCO_SHA256_GENERIC:
		return true;
	case COCO_SHA256_SHANI1:
	case COCO_SHA256_SHANI2:
		return coco_cpu_features() & COCO_CPU_SHANI;
	case COCO_SHA256_AVX2X8:
		return coco_cpu_features() & COCO_CPU_AVX2;
	case COCO_SHA256_AVX512X16:
		return coco_cpu_features() & COCO_CPU_AVX512BW;
	case COCO_SHA256_KERNELS:
		break;
	}
	return false;
}

const char *coco_sha256_kernel_label(enum coco_sha256_kernel kernel)
{
	switch (kernel) {
	case COCO_SHA256_AUTO:
		return "auto";
	case COCO_SHA256_GENERIC:
		return "generic";
	case COCO_SHA256_SHANI1:
		return "shani1";
	case COCO_SHA256_SHANI2:
		return "shani2";
	case COCO_SHA256_AVX2X8:
		return "avx2x8";
	case COCO_SHA256_AVX512X16:
		return "avx512x16";
	case COCO_SHA256_KERNELS:
		break;
	}
	return "?";
}

/* The kernel for this many running streams, which is at least one. */
static enum coco_sha256_kernel choose(unsigned cpu, size_t streams)
{
	size_t wide_from = cpu & COCO_CPU_SHANI ? WIDE_FROM_SHANI : WIDE_FROM_GENERIC;

	if ((cpu & COCO_CPU_AVX512BW) && streams >= wide_from)
		return COCO_SHA256_AVX512X16;
	if (cpu & COCO_CPU_SHANI)
		return streams > 1 ? COCO_SHA256_SHANI2 : COCO_SHA256_SHANI1;
	if ((cpu & COCO_CPU_AVX2) && streams >= WIDE_FROM_GENERIC)
		return COCO_SHA256_AVX2X8;
	return COCO_SHA256_GENERIC;
}

const char *coco_sha256_kernel_name(unsigned streams)
{
	return coco_sha256_kernel_label(choose(coco_cpu_features(), streams));
}

static void blocks_one(unsigned cpu, uint32_t h[8], const uint8_t *p, size_t blocks)
{
#if defined(__x86_64__)
	if (cpu & COCO_CPU_SHANI) {
		coco_sha256_blocks_shani1(h, p, blocks);
		return;
	}
#else
	(void)cpu;
#endif
	blocks_generic(h, p, blocks);
}

/* ---- one stream ---- */

void coco_sha256_init(struct coco_sha256 *ctx)
{
	/* FIPS 180-4 section 5.3.3. */
	static const uint32_t iv[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(ctx->h, iv, sizeof(iv));
	ctx->n = 0;
	memset(ctx->buf, 0, sizeof(ctx->buf));
}

void coco_sha256_update(struct coco_sha256 *ctx, const void *p, size_t n)
{
	const struct coco_sha256_job job = { ctx, p, n };

	coco_sha256_update_many(&job, 1);
}

void coco_sha256_final(struct coco_sha256 *ctx, uint8_t ret_digest[COCO_SHA256_SIZE])
{
	uint8_t pad[2 * COCO_SHA256_BLOCK] = { 0 };
	size_t have = (size_t)(ctx->n % COCO_SHA256_BLOCK);
	size_t blocks = have < COCO_SHA256_BLOCK - 8 ? 1 : 2;
	uint64_t bits = ctx->n * 8;

	memcpy(pad, ctx->buf, have);
	pad[have] = 0x80;
	store_be32(pad + blocks * COCO_SHA256_BLOCK - 8, (uint32_t)(bits >> 32));
	store_be32(pad + blocks * COCO_SHA256_BLOCK - 4, (uint32_t)bits);
	blocks_one(coco_cpu_features(), ctx->h, pad, blocks);
	for (unsigned i = 0; i < 8; i++)
		store_be32(ret_digest + 4 * i, ctx->h[i]);
	memset(ctx, 0, sizeof(*ctx));
	memset(pad, 0, sizeof(pad));
	/* The input may be a secret: keep both wipes although nothing reads them. */
	__asm__ volatile("" : : "r"(ctx), "r"(pad) : "memory");
}

/* ---- many streams ---- */

/*
 * A running stream: whole blocks to do now, then what follows them.  Two parts are
 * needed because a partial block in the context is completed and hashed first.
 */
struct lane {
	struct coco_sha256 *ctx;
	const uint8_t *p;    /* blocks to hash now */
	size_t blocks;       /* how many; never 0 for a running lane */
	const uint8_t *rest; /* the bytes after them */
	size_t rest_n;
};

/* Takes the next part of a lane; false when its job is done. */
static bool lane_advance(struct lane *lane)
{
	size_t whole = lane->rest_n / COCO_SHA256_BLOCK;
	size_t tail = lane->rest_n % COCO_SHA256_BLOCK;

	if (whole) {
		lane->p = lane->rest;
		lane->blocks = whole;
		lane->rest += whole * COCO_SHA256_BLOCK;
		lane->rest_n = tail;
		return true;
	}
	if (tail)
		memcpy(lane->ctx->buf, lane->rest, tail);
	lane->rest_n = 0;
	return false;
}

/* Begins a job; false when it has no whole block and is done already. */
static bool lane_start(struct lane *ret_lane, const struct coco_sha256_job *job)
{
	struct coco_sha256 *ctx = job->ctx;
	size_t have = (size_t)(ctx->n % COCO_SHA256_BLOCK);
	size_t take = COCO_SHA256_BLOCK - have;

	ret_lane->ctx = ctx;
	ret_lane->p = NULL;
	ret_lane->blocks = 0;
	ret_lane->rest = job->p;
	ret_lane->rest_n = job->n;
	ctx->n += job->n;
	if (!job->n)
		return false;
	if (!have)
		return lane_advance(ret_lane);
	if (take > job->n)
		take = job->n;
	memcpy(ctx->buf + have, job->p, take);
	if (have + take < COCO_SHA256_BLOCK)
		return false;
	ret_lane->p = ctx->buf;
	ret_lane->blocks = 1;
	ret_lane->rest = job->p + take;
	ret_lane->rest_n = job->n - take;
	return true;
}

static void lane_consume(struct lane *lane, size_t blocks)
{
	lane->p += blocks * COCO_SHA256_BLOCK;
	lane->blocks -= blocks;
}

#if defined(__x86_64__)
/* The first `width` lanes (or all n of them) in a wide kernel, until the shortest ends. */
static void step_wide(struct lane *lanes, size_t n, size_t width)
{
	uint32_t idle[8] = { 0 };
	uint32_t *h[COCO_SHA256_LANES];
	const uint8_t *p[COCO_SHA256_LANES];
	size_t used = n < width ? n : width;
	size_t blocks = lanes[0].blocks;

	for (size_t i = 1; i < used; i++) {
		if (lanes[i].blocks < blocks)
			blocks = lanes[i].blocks;
	}
	/* An idle lane reads what lane 0 reads and writes where nobody looks. */
	for (size_t i = 0; i < width; i++) {
		h[i] = i < used ? lanes[i].ctx->h : idle;
		p[i] = lanes[i < used ? i : 0].p;
	}
	if (width == 16)
		coco_sha256_blocks_avx512x16(h, p, blocks);
	else
		coco_sha256_blocks_avx2x8(h, p, blocks);
	for (size_t i = 0; i < used; i++)
		lane_consume(&lanes[i], blocks);
}

/* The two longest of n >= 2 lanes, mixed. */
static void step_pair(struct lane *lanes, size_t n)
{
	size_t first = lanes[1].blocks > lanes[0].blocks;
	size_t second = !first;

	for (size_t i = 2; i < n; i++) {
		if (lanes[i].blocks > lanes[first].blocks) {
			second = first;
			first = i;
		} else if (lanes[i].blocks > lanes[second].blocks) {
			second = i;
		}
	}

	struct lane *a = &lanes[first], *b = &lanes[second];
	size_t blocks = b->blocks;

	if (n > 2 && blocks > PAIR_QUANTUM)
		blocks = PAIR_QUANTUM;
	coco_sha256_blocks_shani2(a->ctx->h, a->p, b->ctx->h, b->p, blocks);
	lane_consume(a, blocks);
	lane_consume(b, blocks);
}
#endif

/* Some progress on n >= 1 running lanes: at least one block of at least one of them. */
static void step(enum coco_sha256_kernel kernel, struct lane *lanes, size_t n)
{
	struct lane *lane = &lanes[0];

#if defined(__x86_64__)
	switch (kernel) {
	case COCO_SHA256_AVX512X16:
		step_wide(lanes, n, 16);
		return;
	case COCO_SHA256_AVX2X8:
		step_wide(lanes, n, 8);
		return;
	case COCO_SHA256_SHANI2:
		if (n >= 2) {
			step_pair(lanes, n);
			return;
		}
		__attribute__((fallthrough));
	case COCO_SHA256_SHANI1:
		coco_sha256_blocks_shani1(lane->ctx->h, lane->p, lane->blocks);
		lane_consume(lane, lane->blocks);
		return;
	case COCO_SHA256_AUTO:
	case COCO_SHA256_GENERIC:
	case COCO_SHA256_KERNELS:
		break;
	}
#else
	(void)kernel;
	(void)n;
#endif
	blocks_generic(lane->ctx->h, lane->p, lane->blocks);
	lane_consume(lane, lane->blocks);
}

void coco_sha256_update_many_with(enum coco_sha256_kernel kernel,
				  const struct coco_sha256_job *jobs, size_t count)
{
	struct lane lanes[COCO_SHA256_LANES];
	unsigned cpu = coco_cpu_features();
	size_t n = 0, next = 0;

	if (!coco_sha256_kernel_available(kernel))
		kernel = COCO_SHA256_GENERIC;
	for (;;) {
		while (n < COCO_SHA256_LANES && next < count) {
			if (lane_start(&lanes[n], &jobs[next++]))
				n++;
		}
		if (!n)
			return;
		step(kernel == COCO_SHA256_AUTO ? choose(cpu, n) : kernel, lanes, n);
		for (size_t i = 0; i < n;) {
			if (lanes[i].blocks || lane_advance(&lanes[i]))
				i++;
			else
				lanes[i] = lanes[--n];
		}
	}
}

void coco_sha256_update_many(const struct coco_sha256_job *jobs, size_t count)
{
	coco_sha256_update_many_with(COCO_SHA256_AUTO, jobs, count);
}
