/*
 * cobble_seal.h - sealing and opening Cobblestone-256 messages, chunk by chunk
 * (C2SP chunked-encryption.md; packaging.md 4.3).
 *
 * A coco_cobble is one direction of one message and is used by one thread at
 * a time; it can be started again for the next message without allocating.
 */
#ifndef COCO_COBBLE_SEAL_H
#define COCO_COBBLE_SEAL_H

#include "formats/model/cobble.h"
#include "lib/core/secret.h"

struct coco_cobble; /* opaque: cipher context, base nonce; wiped when freed */

int coco_cobble_new(struct coco_cobble **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_cobble_free(struct coco_cobble *c);

/*
 * coco_cobble_seal_start - derives the keys of a new message from the 32-byte
 * key, a fresh random salt and context (at most CONTEXT_MAX bytes); writes the
 * 56-byte head. salt: NULL for random; tests give their own.
 */
int coco_cobble_seal_start(struct coco_cobble *c, const struct coco_secret *key,
			   struct coco_view context, const uint8_t *salt,
			   uint8_t ret_head[COCO_COBBLE_HEAD], struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_cobble_open_start - derives the keys from a received head and compares
 * the commitment in constant time: COCO_E_KEY_WRONG when this key (or context)
 * did not make the message.
 */
int coco_cobble_open_start(struct coco_cobble *c, const struct coco_secret *key,
			   struct coco_view context, const uint8_t head[COCO_COBBLE_HEAD],
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cobble_seal_chunk - chunk k: n <= 16384 plaintext bytes (fewer only in
 * the last) into n + 16 bytes at ret. ret may equal p.
 */
int coco_cobble_seal_chunk(struct coco_cobble *c, uint64_t k, const uint8_t *p, size_t n,
			   uint8_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cobble_open_chunk - chunk k of n + 16 bytes into n plaintext bytes at
 * ret; on COCO_E_CHUNK_AUTH ret is zeroed.
 */
int coco_cobble_open_chunk(struct coco_cobble *c, uint64_t k, const uint8_t *p, size_t n,
			   uint8_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* A whole message in memory. Both give *ret (coco_free) with its length. */
int coco_cobble_seal(const struct coco_secret *key, struct coco_view context,
		     struct coco_view plain, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_cobble_open(const struct coco_secret *key, struct coco_view context,
		     struct coco_view message, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * The same where the bytes are, for messages that are large: buf holds n
 * bytes and has room for coco_cobble_sealed(n); opening leaves *ret_n bytes at
 * its start, and zeros the rest. After a failure buf is wiped.
 */
int coco_cobble_seal_in_place(const struct coco_secret *key, struct coco_view context,
			      uint8_t *buf, size_t n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_cobble_open_in_place(const struct coco_secret *key, struct coco_view context,
			      uint8_t *buf, size_t n, size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
