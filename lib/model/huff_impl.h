/*
 * huff_impl.h - between huff_enc.c, huff_dec.c and huff_x86.c; not for anyone else.
 */
#ifndef COCO_HUFF_IMPL_H
#define COCO_HUFF_IMPL_H

#include <stddef.h>
#include <stdint.h>

#define HUFF_MAGIC      0xfd2fb528u /* RFC 8878 section 3.1.1 */
#define HUFF_BLOCK      131072u     /* most bytes in a block, section 3.1.1.2 */
#define HUFF_BITS       11          /* longest code, section 4.2.1 */
#define HUFF_DIRECT     128         /* most weights that can be stored directly, 4.2.1.1 */
#define HUFF_TREE       256         /* room for any description of a tree */
#define HUFF_RUN        6           /* bytes that one step of the decoder can give */

/* Most bytes of a coded quarter block, with room for the last 8-byte store. */
#define HUFF_STREAM (HUFF_BLOCK / 4 * HUFF_BITS / 8 + 16)

/* What the next 11 bits of a stream mean: count bytes, which take `bits` of the bits. */
struct huff_step {
	uint8_t byte[HUFF_RUN];
	uint8_t bits;
	uint8_t count;
};

/* A byte value and how often it occurs. */
struct huff_leaf {
	uint32_t count;
	uint8_t symbol;
};

struct coco_huff {
	/*
	 * Codes of all pairs of bytes, index first byte + 256 * second: the code in bits 8
	 * and up, its length in bits 0 to 7.  Only pairs of coded bytes are filled in.
	 */
	uint32_t pair[65536];
	uint32_t code[256]; /* the same for single bytes */
	uint32_t count[4][256]; /* four partial counts, the sum in the first */
	struct huff_leaf leaf[256];
	uint8_t stream[4][HUFF_STREAM];
	struct huff_step step[1 << HUFF_BITS];
	uint8_t length[256]; /* of the code of each byte, for decoding */
	uint8_t first[1 << HUFF_BITS];
};

/*
 * The FSE-coded description of n weights (those of all symbols but the last), with its
 * length byte; returns its size, 0 when it cannot be written that way.
 */
size_t coco_huff_weights_write(const uint8_t *weight, unsigned n, uint8_t ret_dst[HUFF_TREE]);

/* The weights from n bytes after the length byte; returns how many, 0 if unusual or wrong. */
unsigned coco_huff_weights_read(const uint8_t *src, size_t n, uint8_t ret_weight[256]);

#if defined(__x86_64__)
/* As missing() in huff_enc.c, 32 and 64 bytes at a time; returns a multiple of them. */
size_t coco_huff_missing_avx2(const uint8_t *p, size_t n, const uint8_t member[256]);
size_t coco_huff_missing_avx512(const uint8_t *p, size_t n, const uint8_t member[256]);
#endif

#endif
