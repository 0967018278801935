/*
 * ec_numbers.h - P-384 keys and signatures as plain numbers, for formats that
 * do not use DER.
 */
#ifndef COCO_EC_NUMBERS_H
#define COCO_EC_NUMBERS_H

#include "lib/crypto/key.h"

enum { COCO_EC_P384 = 48 };   /* bytes of a number, big-endian */

/* coco_ec_point - the public point. KEY_TYPE when the key is not P-384. */
int coco_ec_point(const struct coco_key *key, uint8_t ret_x[COCO_EC_P384],
		  uint8_t ret_y[COCO_EC_P384], struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_ec_sign - an ECDSA signature with SHA-384 over message. KEY_TYPE,
 * KEY_NOT_PRIVATE.
 */
int coco_ec_sign(const struct coco_key *key, struct coco_view message,
		 uint8_t ret_r[COCO_EC_P384], uint8_t ret_s[COCO_EC_P384],
		 struct coco_diag *diag) COCO_MUSTUSE;

#endif
