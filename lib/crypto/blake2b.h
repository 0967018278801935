/*
 * blake2b.h - BLAKE2b-512 without key (RFC 7693), by OpenSSL. Only for
 * verifying model signatures of others that use it.
 */
#ifndef COCO_BLAKE2B_H
#define COCO_BLAKE2B_H

#include "formats/core/diag.h"

enum { COCO_BLAKE2B_SIZE = 64 };

struct coco_blake2b;   /* opaque */

/* coco_blake2b_new - gives *ret (coco_blake2b_free). OMS_HASH where OpenSSL lacks it. */
int coco_blake2b_new(struct coco_blake2b **ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_blake2b_update(struct coco_blake2b *b, const void *p, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_blake2b_final(struct coco_blake2b *b, uint8_t ret[COCO_BLAKE2B_SIZE],
		       struct coco_diag *diag) COCO_MUSTUSE;
void coco_blake2b_free(struct coco_blake2b *b);   /* NULL is fine */

#endif
