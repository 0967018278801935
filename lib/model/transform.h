/*
 * transform.h - compression of one piece of a model file, in forms that plain zstd reads.
 *
 * A piece is up to 1 MiB of plaintext; every piece stands alone.  A region of a file
 * (a tensor, say) has one transform, found by coco_transform_probe; a piece that does not
 * shrink is stored as it is, which the caller has to record.
 *
 * Stored forms.  Numbers are big-endian.  A "frame" is one zstd frame (RFC 8878) with its
 * content size, without checksum and dictionary, window at most 1 MiB, nothing after it.
 *
 * COCO_TRANSFORM_NONE: the piece itself.
 *
 * COCO_TRANSFORM_ZSTD: one frame of the piece.
 *
 * COCO_TRANSFORM_BF16, _FP16 (words of W = 2 bytes) and _FP32 (W = 4), for a piece of
 * n = k W + t bytes with k >= 1 and t < W:
 *
 *	offset     size   meaning
 *	0          1      form: 0 planes, 1 whole
 *	form 1:
 *	1          rest   one frame of the piece
 *	form 0:
 *	1          4 W    stored length L of each plane, 1 <= L <= k
 *	1 + 4 W    sum L  the planes in the same order
 *	...        t      the last t bytes of the piece as they are
 *
 *	The planes (see planes.h) are lo, hi for W = 2 and bits 7 to 0, bits 15 to 8, sign
 *	with upper mantissa, hi for W = 4.  A plane with L = k is stored as it is; one with
 *	L < k is a frame of k bytes.
 *
 * The compressed hi plane uses only Huffman-coded literals in practice, but a reader has to
 * accept any frame.
 *
 * Source: docs/formats of this project; RFC 8878; packaging notes, section 5.
 */
#ifndef COCO_TRANSFORM_H
#define COCO_TRANSFORM_H

#include <stddef.h>
#include <stdint.h>

#define COCO_TRANSFORM_PIECE_MAX (1u << 20) /* bytes of plaintext in a piece */

/* Values are stored in packages and never change. */
enum coco_transform {
	COCO_TRANSFORM_NONE = 0,
	COCO_TRANSFORM_ZSTD = 1,
	COCO_TRANSFORM_BF16 = 2,
	COCO_TRANSFORM_FP16 = 3,
	COCO_TRANSFORM_FP32 = 4,
};

/* What the caller knows about a region from its container, for the probe. */
enum coco_transform_hint {
	COCO_TRANSFORM_HINT_UNKNOWN = 0,
	COCO_TRANSFORM_HINT_BF16,
	COCO_TRANSFORM_HINT_FP16,
	COCO_TRANSFORM_HINT_FP32,
	COCO_TRANSFORM_HINT_OTHER, /* known, and no float of 16 or 32 bits */
};

/* Negative results; the numbers are not stored anywhere. */
enum coco_transform_error {
	COCO_TRANSFORM_E_ARGUMENT = -1, /* unknown transform, piece empty or too long */
	COCO_TRANSFORM_E_FORMAT = -2,   /* stored bytes are malformed */
	COCO_TRANSFORM_E_INTERNAL = -3, /* libzstd failed where it should not */
};

/* Opaque; about 3 MiB, used by one thread at a time, kept over many pieces. */
struct coco_transform_ctx;

/* Some bytes of a region, beginning at a multiple of 4 bytes from its start. */
struct coco_transform_sample {
	const uint8_t *p;
	size_t n;
};

/**
 * coco_transform_ctx_new: working memory
 *
 * Purpose: everything encode, decode and probe need, so that they allocate nothing more
 *	after the first piece.
 * Ownership: gives; free with coco_transform_ctx_free.
 * Errors: NULL when memory runs out.
 * Source: zstd manual, ZSTD_createCCtx.
 */
struct coco_transform_ctx *coco_transform_ctx_new(void);

/**
 * coco_transform_ctx_free: release working memory
 *
 * Purpose: wipes the scratch memory and frees everything; NULL is fine.
 * Ownership: takes ctx.
 * Errors: none.
 * Source: zstd manual, ZSTD_freeCCtx.
 */
void coco_transform_ctx_free(struct coco_transform_ctx *ctx);

/**
 * coco_transform_encode: compress one piece
 *
 * Purpose: the stored form of n bytes at src.
 * Ownership: borrows src; dst is the caller's, dst_cap bytes.  They must not overlap.
 *	*ret_n is set on success only; dst may be changed in every case.
 * Units: bytes, 1 <= n <= COCO_TRANSFORM_PIECE_MAX.  dst_cap = n is always enough.
 * Errors: 0 on success; 1 when the piece would not shrink by at least 1/64, or not into
 *	dst_cap bytes (store it as it is; always so for COCO_TRANSFORM_NONE); or a negative
 *	enum coco_transform_error.
 * Source: the layout above.
 */
int coco_transform_encode(struct coco_transform_ctx *ctx, enum coco_transform transform,
			  const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap,
			  size_t *ret_n);

/**
 * coco_transform_decode: restore one piece
 *
 * Purpose: exactly n_dst bytes of plaintext from exactly n_src stored bytes.  The input may
 *	be hostile: nothing is read or written outside the two buffers.
 * Ownership: borrows src; dst is the caller's, n_dst bytes.  They must not overlap.  After
 *	an error the contents of dst are unspecified and must not be used.
 * Units: bytes, 1 <= n_dst <= COCO_TRANSFORM_PIECE_MAX.
 * Errors: 0, or a negative enum coco_transform_error; malformed, truncated, over-long or
 *	trailing input is COCO_TRANSFORM_E_FORMAT.
 * Source: the layout above.
 */
int coco_transform_decode(struct coco_transform_ctx *ctx, enum coco_transform transform,
			  const uint8_t *src, size_t n_src, uint8_t *dst, size_t n_dst);

/**
 * coco_transform_probe: choose the transform of a region
 *
 * Purpose: tries the transforms that suit the hint on the samples (three of 64 KiB, from
 *	the start, the middle and the end, are enough) and takes the best.  The same samples
 *	give the same answer.  With COCO_TRANSFORM_HINT_UNKNOWN floats are found by trying.
 * Ownership: borrows the samples; only the first 64 KiB of each are used.
 * Units: bytes.
 * Errors: none; COCO_TRANSFORM_NONE when less than 2 % would be saved or nothing was given.
 * Source: packaging notes, section 5.
 */
enum coco_transform coco_transform_probe(struct coco_transform_ctx *ctx,
					 enum coco_transform_hint hint,
					 const struct coco_transform_sample *samples,
					 size_t count);

/**
 * coco_transform_name: the name of a transform
 *
 * Purpose: a short static string for reports ("bf16"), "?" outside the enum.
 * Ownership: static storage, never freed.  Errors: none.
 * Source: none, our own names.
 */
const char *coco_transform_name(enum coco_transform transform);

#endif
