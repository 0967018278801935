/*
 * digest.h - the hashes of measurements by OpenSSL: one context does many
 * messages, one after the other. SHA-1 is here for the banks of a TPM only.
 * SHA-256 of files and of many streams is sha256.h.
 */
#ifndef COCO_DIGEST_H
#define COCO_DIGEST_H

#include "formats/core/diag.h"

enum coco_digest_alg {
	COCO_DIGEST_SHA1,   /* only to predict what a TPM's SHA-1 bank shows */
	COCO_DIGEST_SHA256,
	COCO_DIGEST_SHA384,
	COCO_DIGEST_SHA512,
};

enum {
	COCO_DIGEST_ALGS = 4,
	COCO_DIGEST_MAX = 64,   /* bytes of the longest digest */
};

/* coco_digest_name - "sha1", "sha256", "sha384", "sha512"; static. */
const char *coco_digest_name(enum coco_digest_alg alg);

/* coco_digest_length - 20, 32, 48 or 64 bytes. */
size_t coco_digest_length(enum coco_digest_alg alg);

struct coco_digest;   /* opaque; for one thread at a time */

/* coco_digest_new - ready for a first message. Gives *ret (coco_digest_free). */
int coco_digest_new(struct coco_digest **ret, enum coco_digest_alg alg, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_digest_free(struct coco_digest *d);   /* NULL is fine */

/* coco_digest_size - coco_digest_length of its algorithm. */
size_t coco_digest_size(const struct coco_digest *d);

/* The next n bytes of the message (p may be NULL when n is 0). */
int coco_digest_update(struct coco_digest *d, const void *p, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_digest_final - coco_digest_size bytes; the next message starts. */
int coco_digest_final(struct coco_digest *d, uint8_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_digest_once - a whole message; nothing may have been added before. */
int coco_digest_once(struct coco_digest *d, const void *p, size_t n, uint8_t *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
