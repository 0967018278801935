/*
 * random.h - the one source of randomness: OpenSSL's generators, which the
 * kernel seeds.
 */
#ifndef COCO_RANDOM_H
#define COCO_RANDOM_H

#include "formats/core/diag.h"

/* coco_random - n bytes that may become public (nonces, salts, identifiers). */
int coco_random(void *p, size_t n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_random_secret - n bytes that stay secret (keys); a separate generator. */
int coco_random_secret(void *p, size_t n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
