/*
 * verity_hash.h - the hash of one dm-verity block, for many blocks at once.
 * SHA-256 runs in vector lanes: salt, data and padding are fed in whole
 * 64-byte blocks, so that no step of it is done one stream at a time.
 */
#ifndef COCO_VERITY_HASH_H
#define COCO_VERITY_HASH_H

#include "formats/measure/verity.h"

struct coco_verity_hash;   /* opaque; for one thread at a time */

/* coco_verity_hash_new - gives *ret (coco_verity_hash_free). Errors: LIMIT_MEMORY. */
int coco_verity_hash_new(struct coco_verity_hash **ret, const struct coco_verity_params *p,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_verity_hash_free(struct coco_verity_hash *h);   /* NULL is fine */

/*
 * coco_verity_hash_blocks - the digests of n blocks of `block` bytes (a power
 * of two, at least 512) that follow each other at p: digest i at
 * ret + i * stride. What lies between digests is left as it is.
 */
int coco_verity_hash_blocks(struct coco_verity_hash *h, const uint8_t *p, size_t block, size_t n,
			    uint8_t *ret, size_t stride, struct coco_diag *diag) COCO_MUSTUSE;

#endif
