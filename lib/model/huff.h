/*
 * huff.h - zstd frames that hold nothing but Huffman-coded bytes, written and read fast.
 *
 * A plane of exponents has no repetitions worth finding; all there is to gain is in the
 * frequencies.  libzstd can be told to write such frames, but spends most of its time on
 * what is not needed.  This module writes one Huffman tree for the whole input and reuses
 * it in every block, codes two bytes at a time, and decodes up to six bytes at a time.  One
 * decoder step looks at 11 bits, so this pays for data that shrinks to half or less.
 *
 * What it writes is an ordinary frame that every zstd decoder reads.  What it reads is a
 * part of the format: for all else it says so, and the caller asks libzstd.
 *
 * Source: RFC 8878 sections 3.1.1 (frames, blocks, literals) and 4.2 (Huffman coding).
 */
#ifndef COCO_HUFF_H
#define COCO_HUFF_H

#include <stddef.h>
#include <stdint.h>

#define COCO_HUFF_MAX (1u << 20) /* bytes of plaintext in a frame */

/* Opaque; about 470 KiB of tables and one block of output.  One per thread. */
struct coco_huff;

/**
 * coco_huff_new, coco_huff_free: working memory
 *
 * Purpose: the tables for encode and decode; free wipes them, NULL is fine.
 * Ownership: new gives, free takes.
 * Errors: NULL when memory runs out.
 * Source: none.
 */
struct coco_huff *coco_huff_new(void);
void coco_huff_free(struct coco_huff *h);

/**
 * coco_huff_encode: write a frame
 *
 * Purpose: one single-segment frame with content size and without checksum.  The same
 *	input gives the same frame on every machine.
 * Ownership: borrows src; dst is the caller's, cap bytes; no overlap.  *ret_n is set on
 *	success only, dst may be changed in every case.
 * Units: bytes.
 * Errors: 0; or 1 when this input is not for this module (shorter than 1 KiB or longer than
 *	COCO_HUFF_MAX, less than 3 % to gain) or does not fit into cap.
 * Source: RFC 8878 section 3.1.1.
 */
int coco_huff_encode(struct coco_huff *h, const uint8_t *src, size_t n, uint8_t *dst,
		     size_t cap, size_t *ret_n);

/**
 * coco_huff_decode: read a frame
 *
 * Purpose: exactly n_dst bytes from a frame of exactly n_src bytes.
 * Ownership: borrows src; dst is the caller's, n_dst bytes; no overlap.  dst may be changed
 *	in every case.
 * Units: bytes.
 * Errors: 0; or 1 when the frame uses other parts of the format, is longer than half of
 *	n_dst, or is malformed: the caller has to ask libzstd, which also knows which it
 *	is.  Never reads or writes outside the buffers.
 * Source: RFC 8878 section 3.1.1.
 */
int coco_huff_decode(struct coco_huff *h, const uint8_t *src, size_t n_src, uint8_t *dst,
		     size_t n_dst);

#endif
