/*
 * ec_check.h - P-384 keys and signatures that a format has as plain numbers:
 * public keys from points, verification. ec_numbers.h is the other way.
 */
#ifndef COCO_EC_CHECK_H
#define COCO_EC_CHECK_H

#include "lib/crypto/ec_numbers.h"

/*
 * coco_ec_key - a public key from its point. Gives *ret (coco_key_free).
 * KEY_FORMAT when it is not on the curve.
 */
int coco_ec_key(const uint8_t x[COCO_EC_P384], const uint8_t y[COCO_EC_P384],
		struct coco_key **ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_ec_verify - 0 when r, s is an ECDSA signature with SHA-384 over
 * message, VERIFY_SIGNATURE when not. KEY_TYPE.
 */
int coco_ec_verify(const struct coco_key *key, struct coco_view message,
		   const uint8_t r[COCO_EC_P384], const uint8_t s[COCO_EC_P384],
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
