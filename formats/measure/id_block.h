/*
 * id_block.h - the ID block of an SEV-SNP guest and its authentication: what
 * the security processor compares at launch, and who signed it (measure.md
 * 1.7; AMD 56860, ID block and ID authentication information structures).
 */
#ifndef COCO_ID_BLOCK_H
#define COCO_ID_BLOCK_H

#include "formats/core/base.h"

enum {
	COCO_ID_BLOCK_SIZE = 96,
	COCO_ID_AUTH_SIZE = 4096,
	COCO_ID_KEY_SIZE = 1028,        /* a public key as the processor reads it */
	COCO_ID_SIGNATURE_SIZE = 512,
	COCO_ID_AUTH_ID_KEY = 0x240,    /* where the keys are in the authentication */
	COCO_ID_AUTH_AUTHOR_KEY = 0x880,
	COCO_ID_NUMBER = 48,            /* bytes of a coordinate, of r and of s; P-384 */
};

/* SMT is allowed, and the reserved bit that must be set. */
#define COCO_ID_POLICY UINT64_C(0x30000)

struct coco_id_block {
	uint8_t digest[48];
	uint8_t family[16];
	uint8_t image[16];
	uint32_t svn;
	uint64_t policy;
};

void coco_id_block_encode(uint8_t ret[COCO_ID_BLOCK_SIZE], const struct coco_id_block *b);

/* A point of P-384, and r and s of a signature; both big-endian. */
struct coco_id_pair {
	uint8_t a[COCO_ID_NUMBER];   /* x or r */
	uint8_t b[COCO_ID_NUMBER];   /* y or s */
};

void coco_id_key_encode(uint8_t ret[COCO_ID_KEY_SIZE], const struct coco_id_pair *point);

/* What signs: both author members NULL when there is no author key. */
struct coco_id_auth {
	const struct coco_id_pair *block_signature;   /* over the ID block, by the ID key */
	const struct coco_id_pair *id_key;
	const struct coco_id_pair *key_signature;     /* over the ID key, by the author key */
	const struct coco_id_pair *author_key;
};

void coco_id_auth_encode(uint8_t ret[COCO_ID_AUTH_SIZE], const struct coco_id_auth *auth);

#endif
