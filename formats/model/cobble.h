/*
 * cobble.h - layout arithmetic of Cobblestone-256 messages (C2SP
 * chunked-encryption.md; packaging.md 4.3). No cryptography here.
 *
 *   message = salt(24) | commitment(32) | chunk_0 | chunk_1 | ...
 *   chunk   = AES-256-GCM of 16384 plaintext bytes | tag(16)
 *
 * The last chunk always has 0..16383 plaintext bytes, so that a message whose
 * plaintext is a multiple of 16384 long ends with an empty chunk.
 */
#ifndef COCO_COBBLE_H
#define COCO_COBBLE_H

#include "formats/core/diag.h"

enum {
	COCO_COBBLE_KEY = 32,
	COCO_COBBLE_SALT = 24,
	COCO_COBBLE_COMMITMENT = 32,
	COCO_COBBLE_HEAD = 56,
	COCO_COBBLE_NONCE = 12,
	COCO_COBBLE_TAG = 16,
	COCO_COBBLE_PLAIN = 16384,       /* plaintext bytes of a full chunk */
	COCO_COBBLE_CHUNK = COCO_COBBLE_PLAIN + COCO_COBBLE_TAG,
	COCO_COBBLE_OKM = 32 + COCO_COBBLE_NONCE + COCO_COBBLE_COMMITMENT,
	COCO_COBBLE_CONTEXT_MAX = 256,
};

/* Longest plaintext of one message that this code accepts (2^52 bytes). */
#define COCO_COBBLE_MAX_PLAIN ((uint64_t)1 << 52)

/* coco_cobble_sealed - ciphertext length for n plaintext bytes (n <= MAX_PLAIN). */
static inline uint64_t coco_cobble_sealed(uint64_t n)
{
	return COCO_COBBLE_HEAD + n / COCO_COBBLE_PLAIN * COCO_COBBLE_CHUNK +
	       n % COCO_COBBLE_PLAIN + COCO_COBBLE_TAG;
}

/*
 * coco_cobble_opened - plaintext length of a message of n ciphertext bytes;
 * COCO_E_COBBLE_LENGTH when no message has that length (cut in the head, in a
 * tag, or after a full chunk).
 */
int coco_cobble_opened(uint64_t n, uint64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cobble_chunks - number of chunks of a message with n plaintext bytes. */
static inline uint64_t coco_cobble_chunks(uint64_t n)
{
	return n / COCO_COBBLE_PLAIN + 1;
}

/* coco_cobble_offset - ciphertext offset of chunk k. */
static inline uint64_t coco_cobble_offset(uint64_t k)
{
	return COCO_COBBLE_HEAD + k * COCO_COBBLE_CHUNK;
}

/*
 * coco_cobble_info - the HKDF-Expand info of a message: label | AEAD name |
 * 0x00 | salt | context into ret; returns its length (context <= CONTEXT_MAX).
 */
enum { COCO_COBBLE_INFO_MAX = 31 + 16 + 1 + COCO_COBBLE_SALT + COCO_COBBLE_CONTEXT_MAX };
size_t coco_cobble_info(uint8_t ret[COCO_COBBLE_INFO_MAX], const uint8_t salt[COCO_COBBLE_SALT],
			struct coco_view context);

/* coco_cobble_nonce - nonce of chunk k: base XOR BE96(k). */
static inline void coco_cobble_nonce(uint8_t ret[COCO_COBBLE_NONCE],
				     const uint8_t base[COCO_COBBLE_NONCE], uint64_t k)
{
	for (int i = COCO_COBBLE_NONCE - 1; i >= 0; i--) {
		ret[i] = (uint8_t)(base[i] ^ (k & 0xff));
		k >>= 8;
	}
}

#endif
