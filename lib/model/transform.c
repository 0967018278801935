/*
 * transform.c - compression of pieces: byte planes and zstd.  The layout is in transform.h.
 *
 * Two ways to compress a run of bytes into a frame.  "Matches" is zstd level 1.  "Huffman"
 * gives up looking for repetitions and only codes the bytes by their frequency: on exponent
 * planes it is both smaller and many times faster, because the few matches that exist cost
 * more to describe than they save.  huff.h has the fast way to do that, libzstd the general.
 *
 * Every choice depends on the bytes of the piece alone, in integer arithmetic, so the same
 * library version makes the same package everywhere.
 */
#include "lib/model/transform.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_c_literalCompressionMode, ZSTD_getFrameHeader */
#include <zstd.h>
#include <zstd_errors.h>

#include "lib/model/huff.h"
#include "lib/crypto/modular.h"
#include "lib/model/planes.h"

#define FORM_PLANES 0
#define FORM_WHOLE  1

#define WIDTH_MAX 4

/* A plane whose bytes carry less than this, in 1/256 bit, is worth coding. */
#define PLANE_WORTH (7 * 256 + 64)

#define SAMPLE_PARTS 4    /* places of a piece that are looked at */
#define SAMPLE_WORDS 1024 /* words at each place */

#define REPEAT_STEP  512  /* distance of the 8-byte words compared for repetition */
#define REPEAT_SLOTS 1024 /* how many of them are remembered */

#define TRIAL_BYTES 16384 /* of a piece, to choose between matches and Huffman */
#define PROBE_BYTES 65536 /* of a sample of a region */

struct coco_transform_ctx {
	ZSTD_CCtx *matches;
	ZSTD_CCtx *huffman;
	ZSTD_DCtx *dec;
	struct coco_huff *fast;
	uint64_t seen[REPEAT_SLOTS];
	uint8_t scratch[COCO_TRANSFORM_PIECE_MAX];
};

static uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint64_t load_le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* Bytes in a word of the planes, 0 for a transform without planes. */
static size_t word_width(enum coco_transform transform)
{
	switch (transform) {
	case COCO_TRANSFORM_BF16:
	case COCO_TRANSFORM_FP16:
		return 2;
	case COCO_TRANSFORM_FP32:
		return 4;
	case COCO_TRANSFORM_NONE:
	case COCO_TRANSFORM_ZSTD:
		break;
	}
	return 0;
}

static bool known(enum coco_transform transform)
{
	return transform == COCO_TRANSFORM_NONE || transform == COCO_TRANSFORM_ZSTD ||
	       word_width(transform);
}

const char *coco_transform_name(enum coco_transform transform)
{
	switch (transform) {
	case COCO_TRANSFORM_NONE:
		return "none";
	case COCO_TRANSFORM_ZSTD:
		return "zstd";
	case COCO_TRANSFORM_BF16:
		return "bf16";
	case COCO_TRANSFORM_FP16:
		return "fp16";
	case COCO_TRANSFORM_FP32:
		return "fp32";
	}
	return "?";
}

/* ---- context ---- */

static bool set(ZSTD_CCtx *c, ZSTD_cParameter parameter, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(c, parameter, value));
}

/* What both compressors share: level 1, and a frame header as transform.h wants it. */
static ZSTD_CCtx *new_compressor(void)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();

	if (c && set(c, ZSTD_c_compressionLevel, 1) && set(c, ZSTD_c_contentSizeFlag, 1) &&
	    set(c, ZSTD_c_checksumFlag, 0) && set(c, ZSTD_c_dictIDFlag, 0))
		return c;
	ZSTD_freeCCtx(c);
	return NULL;
}

/*
 * The match finder skips targetLength bytes whenever it fails, so it gives up at once; its
 * smallest tables cost the least to clear.  Literals are Huffman-coded in spite of that.
 */
static bool set_huffman(ZSTD_CCtx *c)
{
	return set(c, ZSTD_c_strategy, ZSTD_fast) &&
	       set(c, ZSTD_c_targetLength, ZSTD_TARGETLENGTH_MAX) &&
	       set(c, ZSTD_c_hashLog, ZSTD_HASHLOG_MIN) &&
	       set(c, ZSTD_c_chainLog, ZSTD_CHAINLOG_MIN) && set(c, ZSTD_c_minMatch, 7) &&
	       set(c, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
}

struct coco_transform_ctx *coco_transform_ctx_new(void)
{
	struct coco_transform_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->matches = new_compressor();
	ctx->huffman = new_compressor();
	ctx->dec = ZSTD_createDCtx();
	ctx->fast = coco_huff_new();
	if (ctx->matches && ctx->huffman && ctx->dec && ctx->fast && set_huffman(ctx->huffman))
		return ctx;
	coco_transform_ctx_free(ctx);
	return NULL;
}

void coco_transform_ctx_free(struct coco_transform_ctx *ctx)
{
	if (!ctx)
		return;
	ZSTD_freeCCtx(ctx->matches);
	ZSTD_freeCCtx(ctx->huffman);
	ZSTD_freeDCtx(ctx->dec);
	coco_huff_free(ctx->fast);
	memset(ctx, 0, sizeof(*ctx));
	/* The scratch held plaintext: keep the wipe although nothing reads it. */
	__asm__ volatile("" : : "r"(ctx) : "memory");
	free(ctx);
}

/* ---- frames ---- */

/* 0, 1 when it does not fit into cap bytes, or an error. */
static int encode_frame(ZSTD_CCtx *c, const uint8_t *src, size_t n, uint8_t *dst, size_t cap,
			size_t *ret_n)
{
	size_t r = ZSTD_compress2(c, dst, cap, src, n);

	if (!ZSTD_isError(r)) {
		*ret_n = r;
		return 0;
	}
	return ZSTD_getErrorCode(r) == ZSTD_error_dstSize_tooSmall ? 1 :
								      COCO_TRANSFORM_E_INTERNAL;
}

/* The same without looking for matches: our own coder, libzstd for what it leaves. */
static int encode_huffman(struct coco_transform_ctx *ctx, const uint8_t *src, size_t n,
			  uint8_t *dst, size_t cap, size_t *ret_n)
{
	if (!coco_huff_encode(ctx->fast, src, n, dst, cap, ret_n))
		return 0;
	return encode_frame(ctx->huffman, src, n, dst, cap, ret_n);
}

/*
 * One frame that is exactly n_src bytes long and holds exactly n_dst.  All of the header is
 * checked first: libzstd itself would accept several frames, skippable ones, and checksums.
 */
static int decode_frame(struct coco_transform_ctx *ctx, const uint8_t *src, size_t n_src,
			uint8_t *dst, size_t n_dst)
{
	ZSTD_frameHeader h;

	if (!coco_huff_decode(ctx->fast, src, n_src, dst, n_dst))
		return 0;
	if (ZSTD_getFrameHeader(&h, src, n_src) != 0 || h.frameType != ZSTD_frame ||
	    h.frameContentSize != n_dst || h.windowSize > COCO_TRANSFORM_PIECE_MAX ||
	    h.dictID || h.checksumFlag)
		return COCO_TRANSFORM_E_FORMAT;
	if (ZSTD_findFrameCompressedSize(src, n_src) != n_src)
		return COCO_TRANSFORM_E_FORMAT;
	if (ZSTD_decompressDCtx(ctx->dec, dst, n_dst, src, n_src) != n_dst)
		return COCO_TRANSFORM_E_FORMAT;
	return 0;
}

/* ---- what kind of bytes ---- */

/*
 * True when at least an eighth of some words of the piece occurred before in it: zeros, or
 * rows written twice.  The entropy coder cannot see these.  Words are compared at a fixed
 * step, so a period is found if it is a multiple of the step, as row lengths mostly are.
 */
COCO_MODULAR static bool repeats(struct coco_transform_ctx *ctx, const uint8_t *src, size_t n)
{
	size_t looked = 0, again = 0;

	if (n < 16 * REPEAT_STEP)
		return true;
	memset(ctx->seen, 0, sizeof(ctx->seen));
	for (size_t i = 0; n - i >= 8; looked++) {
		/* The multiplier is 2^64 over the golden ratio; the upper bits select. */
		uint64_t v = load_le64(src + i);
		uint64_t *slot = &ctx->seen[(v * 0x9e3779b97f4a7c15) >> 54];

		again += *slot == v;
		*slot = v;
		if (n - i < REPEAT_STEP)
			break;
		i += REPEAT_STEP;
	}
	return again >= looked / 8;
}

/* log2 in 1/256, at most 0.09 too small between powers of two; v is not 0. */
static unsigned log2_256(uint32_t v)
{
	unsigned e = 31 - (unsigned)__builtin_clz(v);

	return 256 * e + (unsigned)(((uint64_t)v << 8 >> e) - 256);
}

/* Bits per byte of a plane, in 1/256 bit, if each byte is coded by its frequency. */
static unsigned entropy(const uint8_t *p, size_t n)
{
	uint32_t count[256] = { 0 };
	uint64_t bits = 0;
	unsigned all = log2_256((uint32_t)n);

	for (size_t i = 0; i < n; i++)
		count[p[i]]++;
	for (unsigned i = 0; i < 256; i++) {
		if (count[i])
			bits += (uint64_t)count[i] * (all - log2_256(count[i]));
	}
	return (unsigned)(bits / n);
}

static void split(size_t width, const uint8_t *src, size_t words, uint8_t *hi, uint8_t *rest)
{
	if (width == 2)
		coco_planes16_split(src, words, hi, rest);
	else
		coco_planes32_split(src, words, hi, rest);
}

/* Which planes are worth coding, from a few places of the piece; uses the scratch. */
static void choose_planes(struct coco_transform_ctx *ctx, size_t width, const uint8_t *src,
			  size_t words, bool ret_code[WIDTH_MAX])
{
	size_t parts = words < SAMPLE_PARTS * SAMPLE_WORDS ? 1 : SAMPLE_PARTS;
	size_t each = parts == 1 ? words : SAMPLE_WORDS;
	size_t total = parts * each;
	uint8_t *copy = ctx->scratch, *planes = copy + width * total;

	for (size_t i = 0; i < parts; i++) {
		size_t at = parts == 1 ? 0 : (words - each) / (parts - 1) * i;

		memcpy(copy + i * each * width, src + at * width, each * width);
	}
	split(width, copy, total, planes + (width - 1) * total, planes);
	for (size_t i = 0; i + 1 < width; i++)
		ret_code[i] = entropy(planes + i * total, total) < PLANE_WORTH;
	ret_code[width - 1] = true;
}

/* ---- encoding ---- */

/* One frame of the piece, with whichever of the two compressors suits it. */
static int encode_whole(struct coco_transform_ctx *ctx, bool repeating, const uint8_t *src,
			size_t n, uint8_t *dst, size_t cap, size_t *ret_n)
{
	if (!repeating && n >= 4 * TRIAL_BYTES) {
		const uint8_t *middle = src + n / 2;
		size_t m = TRIAL_BYTES, h = TRIAL_BYTES;
		int rc = encode_frame(ctx->matches, middle, TRIAL_BYTES, ctx->scratch,
				      2 * TRIAL_BYTES, &m);

		if (!rc)
			rc = encode_frame(ctx->huffman, middle, TRIAL_BYTES, ctx->scratch,
					  2 * TRIAL_BYTES, &h);
		if (rc)
			return COCO_TRANSFORM_E_INTERNAL;
		if (h <= m + m / 64)
			return encode_huffman(ctx, src, n, dst, cap, ret_n);
	}
	return encode_frame(ctx->matches, src, n, dst, cap, ret_n);
}

static int encode_planes(struct coco_transform_ctx *ctx, size_t width, const uint8_t *src,
			 size_t n, uint8_t *dst, size_t cap, size_t *ret_n)
{
	size_t words = n / width, tail = n % width;
	size_t pos = 1 + 4 * width;
	bool code[WIDTH_MAX], any = false;

	if (words < 2 || cap < pos + (width - 1) * words + tail)
		return 1;
	choose_planes(ctx, width, src, words, code);
	for (size_t i = 0; i + 1 < width; i++)
		any = any || code[i];

	/* Noise goes straight to its place; scratch only when a lower plane is coded. */
	uint8_t *hi = ctx->scratch;
	uint8_t *rest = any ? hi + words : dst + pos;

	split(width, src, words, hi, rest);
	dst[0] = FORM_PLANES;
	for (size_t i = 0; i < width; i++) {
		const uint8_t *plane = i + 1 < width ? rest + i * words : hi;
		size_t len = words;

		if (cap - pos < tail)
			return 1;
		if (code[i]) {
			int rc = encode_huffman(ctx, plane, words, dst + pos,
						cap - pos - tail, &len);

			if (rc < 0)
				return rc;
			if (rc)
				len = words;
		}
		if (len >= words) {
			len = words;
			if (cap - pos - tail < words)
				return 1;
			if (plane != dst + pos)
				memcpy(dst + pos, plane, words);
		}
		store_be32(dst + 1 + 4 * i, (uint32_t)len);
		pos += len;
	}
	memcpy(dst + pos, src + words * width, tail);
	*ret_n = pos + tail;
	return 0;
}

int coco_transform_encode(struct coco_transform_ctx *ctx, enum coco_transform transform,
			  const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap,
			  size_t *ret_n)
{
	if (!known(transform) || !n || n > COCO_TRANSFORM_PIECE_MAX)
		return COCO_TRANSFORM_E_ARGUMENT;

	size_t cap = n - n / 64 - 1;

	if (cap > dst_cap)
		cap = dst_cap;
	if (transform == COCO_TRANSFORM_NONE || !cap)
		return 1;

	bool repeating = repeats(ctx, src, n);
	size_t width = word_width(transform);

	if (!width)
		return encode_whole(ctx, repeating, src, n, dst, cap, ret_n);

	/* Repetition pays only if it saves clearly more than the planes would. */
	if (repeating) {
		size_t len, limit = n / 8 * 5 + 16;
		int rc = encode_frame(ctx->matches, src, n, dst + 1,
				      (limit < cap ? limit : cap) - 1, &len);

		if (rc < 0)
			return rc;
		if (!rc) {
			dst[0] = FORM_WHOLE;
			*ret_n = 1 + len;
			return 0;
		}
	}
	return encode_planes(ctx, width, src, n, dst, cap, ret_n);
}

/* ---- decoding ---- */

static int decode_planes(struct coco_transform_ctx *ctx, size_t width, const uint8_t *src,
			 size_t n_src, uint8_t *dst, size_t n_dst)
{
	size_t words = n_dst / width, tail = n_dst % width;
	size_t pos = 1 + 4 * width;
	const uint8_t *plane[WIDTH_MAX];

	if (!words || n_src < pos)
		return COCO_TRANSFORM_E_FORMAT;
	for (size_t i = 0; i < width; i++) {
		size_t len = load_be32(src + 1 + 4 * i);

		if (!len || len > words || len > n_src - pos)
			return COCO_TRANSFORM_E_FORMAT;
		plane[i] = src + pos;
		if (len < words) {
			uint8_t *out = ctx->scratch + i * words;
			int rc = decode_frame(ctx, src + pos, len, out, words);

			if (rc)
				return rc;
			plane[i] = out;
		}
		pos += len;
	}
	if (n_src - pos != tail)
		return COCO_TRANSFORM_E_FORMAT;
	if (width == 2)
		coco_planes16_join(plane[1], plane[0], words, dst);
	else
		coco_planes32_join(plane[3], plane[0], plane[1], plane[2], words, dst);
	memcpy(dst + words * width, src + pos, tail);
	return 0;
}

int coco_transform_decode(struct coco_transform_ctx *ctx, enum coco_transform transform,
			  const uint8_t *src, size_t n_src, uint8_t *dst, size_t n_dst)
{
	size_t width = word_width(transform);

	if (!known(transform) || !n_dst || n_dst > COCO_TRANSFORM_PIECE_MAX)
		return COCO_TRANSFORM_E_ARGUMENT;
	if (transform == COCO_TRANSFORM_NONE) {
		if (n_src != n_dst)
			return COCO_TRANSFORM_E_FORMAT;
		memcpy(dst, src, n_dst);
		return 0;
	}
	if (transform == COCO_TRANSFORM_ZSTD)
		return decode_frame(ctx, src, n_src, dst, n_dst);
	if (n_src < 1)
		return COCO_TRANSFORM_E_FORMAT;
	if (src[0] == FORM_WHOLE)
		return decode_frame(ctx, src + 1, n_src - 1, dst, n_dst);
	if (src[0] == FORM_PLANES)
		return decode_planes(ctx, width, src, n_src, dst, n_dst);
	return COCO_TRANSFORM_E_FORMAT;
}

/* ---- probe ---- */

/* Stored size of all samples; a sample that does not shrink counts in full. */
static uint64_t trial_size(struct coco_transform_ctx *ctx, enum coco_transform transform,
			   const struct coco_transform_sample *samples, size_t count)
{
	/* Planes of a sample use the start of the scratch only. */
	uint8_t *out = ctx->scratch + COCO_TRANSFORM_PIECE_MAX / 2;
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++) {
		size_t n = samples[i].n < PROBE_BYTES ? samples[i].n : PROBE_BYTES;
		size_t len = n;

		if (!n)
			continue;
		if (coco_transform_encode(ctx, transform, samples[i].p, n, out, n, &len))
			len = n;
		total += len;
	}
	return total;
}

enum coco_transform coco_transform_probe(struct coco_transform_ctx *ctx,
					 enum coco_transform_hint hint,
					 const struct coco_transform_sample *samples, size_t count)
{
	enum coco_transform floats[2] = { COCO_TRANSFORM_NONE, COCO_TRANSFORM_NONE };
	enum coco_transform best = COCO_TRANSFORM_NONE;
	uint64_t raw = trial_size(ctx, COCO_TRANSFORM_NONE, samples, count);
	uint64_t size = raw;

	switch (hint) {
	case COCO_TRANSFORM_HINT_UNKNOWN:
		floats[0] = COCO_TRANSFORM_BF16;
		floats[1] = COCO_TRANSFORM_FP32;
		break;
	case COCO_TRANSFORM_HINT_BF16:
		floats[0] = COCO_TRANSFORM_BF16;
		break;
	case COCO_TRANSFORM_HINT_FP16:
		floats[0] = COCO_TRANSFORM_FP16;
		break;
	case COCO_TRANSFORM_HINT_FP32:
		floats[0] = COCO_TRANSFORM_FP32;
		break;
	case COCO_TRANSFORM_HINT_OTHER:
		break;
	}
	for (size_t i = 0; i < 2; i++) {
		uint64_t s = floats[i] ? trial_size(ctx, floats[i], samples, count) : raw;

		if (s < size) {
			best = floats[i];
			size = s;
		}
	}

	/*
	 * Plain zstd is slower where it has to look for matches: for floats it must be smaller
	 * by 3 %.  Floats that were only guessed must in turn be smaller than zstd: repetition
	 * is stored the same way under both names.
	 */
	uint64_t s = trial_size(ctx, COCO_TRANSFORM_ZSTD, samples, count);
	uint64_t limit = size - size / 32;

	if (hint == COCO_TRANSFORM_HINT_UNKNOWN)
		limit = size + size / 64 + 16 * count;
	if (s < limit && s < raw) {
		best = COCO_TRANSFORM_ZSTD;
		size = s;
	}
	return size < raw - raw / 50 ? best : COCO_TRANSFORM_NONE;
}
