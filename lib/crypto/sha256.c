/*
 * sha256.c - SHA-256: contexts, padding, the portable kernel, and the scheduler that
 * spreads many streams over the widest kernel that pays.
 *
 * Source: FIPS 180-4.  The kernels for x86 are in sha256_shani.c and sha256_x86.c.  No
 * allocation, no I/O.
 */
#include "lib/crypto/sha256.h"
#include "lib/crypto/sha256_impl.h"

#include <string.h>

#include "lib/crypto/cpu.h"
#include "lib/crypto/modular.h"

/*
 * From how many running streams a wide kernel beats the narrower ones; bench_sha256 prints
 * the table.  A step of a wide kernel costs the same however many of its lanes are in use.
 * In blocks of one stream in SHANI2, a step of AVX512X8 costs about 6 and one of AVX512X16
 * about 9; in blocks of the portable kernel, about 1.5, and 2.5 for AVX2X8.
 */
#define X16_FROM_SHANI   11
#define X8_FROM_SHANI    7
#define X16_FROM_GENERIC 9
#define X8_FROM_GENERIC  2
#define AVX2_FROM        3

/*
 * Most blocks in one step when not all streams fit: then the longest are chosen again.
 * Short enough that no long stream is left alone at the end, long enough that choosing
 * costs nothing.
 */
#define QUANTUM 1024

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

COCO_MODULAR static inline uint32_t ror32(uint32_t x, unsigned n)
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

/* The schedule word 16 rounds after w[i], which it replaces. */
COCO_MODULAR static inline uint32_t schedule(uint32_t w[16], unsigned i)
{
	uint32_t w1 = w[(i + 1) & 15];
	uint32_t w14 = w[(i + 14) & 15];
	uint32_t s0 = ror32(w1, 7) ^ ror32(w1, 18) ^ (w1 >> 3);
	uint32_t s1 = ror32(w14, 17) ^ ror32(w14, 19) ^ (w14 >> 10);

	return w[i] += s0 + w[(i + 9) & 15] + s1;
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

COCO_MODULAR static void blocks_generic(uint32_t state[8], const uint8_t *p, size_t blocks)
{
	uint32_t w[16];

	for (; blocks; blocks--, p += COCO_SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		const uint32_t *k = coco_sha256_k;

		ROUND(a, b, c, d, e, f, g, h, k[0] + (w[0] = load_be32(p + 0)));
		ROUND(h, a, b, c, d, e, f, g, k[1] + (w[1] = load_be32(p + 4)));
		ROUND(g, h, a, b, c, d, e, f, k[2] + (w[2] = load_be32(p + 8)));
		ROUND(f, g, h, a, b, c, d, e, k[3] + (w[3] = load_be32(p + 12)));
		ROUND(e, f, g, h, a, b, c, d, k[4] + (w[4] = load_be32(p + 16)));
		ROUND(d, e, f, g, h, a, b, c, k[5] + (w[5] = load_be32(p + 20)));
		ROUND(c, d, e, f, g, h, a, b, k[6] + (w[6] = load_be32(p + 24)));
		ROUND(b, c, d, e, f, g, h, a, k[7] + (w[7] = load_be32(p + 28)));
		ROUND(a, b, c, d, e, f, g, h, k[8] + (w[8] = load_be32(p + 32)));
		ROUND(h, a, b, c, d, e, f, g, k[9] + (w[9] = load_be32(p + 36)));
		ROUND(g, h, a, b, c, d, e, f, k[10] + (w[10] = load_be32(p + 40)));
		ROUND(f, g, h, a, b, c, d, e, k[11] + (w[11] = load_be32(p + 44)));
		ROUND(e, f, g, h, a, b, c, d, k[12] + (w[12] = load_be32(p + 48)));
		ROUND(d, e, f, g, h, a, b, c, k[13] + (w[13] = load_be32(p + 52)));
		ROUND(c, d, e, f, g, h, a, b, k[14] + (w[14] = load_be32(p + 56)));
		ROUND(b, c, d, e, f, g, h, a, k[15] + (w[15] = load_be32(p + 60)));
		for (k += 16; k < coco_sha256_k + 64; k += 16) {
			ROUND(a, b, c, d, e, f, g, h, k[0] + schedule(w, 0));
			ROUND(h, a, b, c, d, e, f, g, k[1] + schedule(w, 1));
			ROUND(g, h, a, b, c, d, e, f, k[2] + schedule(w, 2));
			ROUND(f, g, h, a, b, c, d, e, k[3] + schedule(w, 3));
			ROUND(e, f, g, h, a, b, c, d, k[4] + schedule(w, 4));
			ROUND(d, e, f, g, h, a, b, c, k[5] + schedule(w, 5));
			ROUND(c, d, e, f, g, h, a, b, k[6] + schedule(w, 6));
			ROUND(b, c, d, e, f, g, h, a, k[7] + schedule(w, 7));
			ROUND(a, b, c, d, e, f, g, h, k[8] + schedule(w, 8));
			ROUND(h, a, b, c, d, e, f, g, k[9] + schedule(w, 9));
			ROUND(g, h, a, b, c, d, e, f, k[10] + schedule(w, 10));
			ROUND(f, g, h, a, b, c, d, e, k[11] + schedule(w, 11));
			ROUND(e, f, g, h, a, b, c, d, k[12] + schedule(w, 12));
			ROUND(d, e, f, g, h, a, b, c, k[13] + schedule(w, 13));
			ROUND(c, d, e, f, g, h, a, b, k[14] + schedule(w, 14));
			ROUND(b, c, d, e, f, g, h, a, k[15] + schedule(w, 15));
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
	case COCO_SHA256_AVX512X8:
		return coco_cpu_features() & COCO_CPU_AVX512VL;
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
	case COCO_SHA256_AVX512X8:
		return "avx512x8";
	case COCO_SHA256_AVX512X16:
		return "avx512x16";
	case COCO_SHA256_KERNELS:
		break;
	}
	return "?";
}

/* The kernel for this many running streams. */
static enum coco_sha256_kernel choose(unsigned cpu, size_t streams)
{
	bool shani = cpu & COCO_CPU_SHANI;

	if ((cpu & COCO_CPU_AVX512BW) && streams >= (shani ? X16_FROM_SHANI : X16_FROM_GENERIC))
		return COCO_SHA256_AVX512X16;
	if ((cpu & COCO_CPU_AVX512VL) && streams >= (shani ? X8_FROM_SHANI : X8_FROM_GENERIC))
		return COCO_SHA256_AVX512X8;
	if (shani)
		return streams > 1 ? COCO_SHA256_SHANI2 : COCO_SHA256_SHANI1;
	if ((cpu & COCO_CPU_AVX2) && streams >= AVX2_FROM)
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

void coco_sha256_once(const void *p, size_t n, uint8_t ret_digest[COCO_SHA256_SIZE])
{
	struct coco_sha256 ctx;

	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, p, n);
	coco_sha256_final(&ctx, ret_digest);
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

/* How many streams one call of a kernel takes. */
static size_t kernel_width(enum coco_sha256_kernel kernel)
{
	switch (kernel) {
	case COCO_SHA256_SHANI2:
		return 2;
	case COCO_SHA256_AVX2X8:
	case COCO_SHA256_AVX512X8:
		return 8;
	case COCO_SHA256_AVX512X16:
		return 16;
	case COCO_SHA256_AUTO:
	case COCO_SHA256_GENERIC:
	case COCO_SHA256_SHANI1:
	case COCO_SHA256_KERNELS:
		break;
	}
	return 1;
}

/* Longest first.  Insertion sort: at most 16 lanes, nearly in order after the first step. */
static void sort_lanes(struct lane *lanes, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct lane x = lanes[i];
		size_t j = i;

		for (; j && lanes[j - 1].blocks < x.blocks; j--)
			lanes[j] = lanes[j - 1];
		lanes[j] = x;
	}
}

/* The same number of blocks of the first `used` of `width` lanes in a wide kernel. */
static void blocks_wide(enum coco_sha256_kernel kernel, struct lane *lanes, size_t used,
			size_t blocks)
{
#if defined(__x86_64__)
	uint32_t idle[8] = { 0 };
	uint32_t *h[COCO_SHA256_LANES];
	const uint8_t *p[COCO_SHA256_LANES];

	/* An idle lane reads what lane 0 reads and writes where nobody looks. */
	for (size_t i = 0; i < COCO_SHA256_LANES; i++) {
		h[i] = i < used ? lanes[i].ctx->h : idle;
		p[i] = lanes[i < used ? i : 0].p;
	}
	if (kernel == COCO_SHA256_AVX512X16)
		coco_sha256_blocks_avx512x16(h, p, blocks);
	else if (kernel == COCO_SHA256_AVX512X8)
		coco_sha256_blocks_avx512x8(h, p, blocks);
	else if (kernel == COCO_SHA256_AVX2X8)
		coco_sha256_blocks_avx2x8(h, p, blocks);
	else
		coco_sha256_blocks_shani2(h[0], p[0], h[1], p[1], blocks);
#else
	(void)kernel;
	(void)lanes;
	(void)used;
	(void)blocks;
#endif
}

/*
 * Some progress on n >= 1 running lanes: as many of them as the kernel takes, by as many
 * blocks as the shortest of these has.
 */
static void step(enum coco_sha256_kernel kernel, struct lane *lanes, size_t n)
{
	unsigned cpu = kernel == COCO_SHA256_GENERIC ? 0 : coco_cpu_features();
	size_t used = kernel_width(kernel);

	if (used >= n)
		used = n;
	else if (used > 1)
		sort_lanes(lanes, n);

	size_t blocks = lanes[0].blocks;

	for (size_t i = 1; i < used; i++) {
		if (lanes[i].blocks < blocks)
			blocks = lanes[i].blocks;
	}
	if (used > 1 && used < n && blocks > QUANTUM)
		blocks = QUANTUM;
	if (kernel_width(kernel) == 1 || (used == 1 && kernel == COCO_SHA256_SHANI2))
		blocks_one(cpu, lanes[0].ctx->h, lanes[0].p, blocks);
	else
		blocks_wide(kernel, lanes, used, blocks);
	for (size_t i = 0; i < used; i++) {
		lanes[i].p += blocks * COCO_SHA256_BLOCK;
		lanes[i].blocks -= blocks;
	}
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
