/*
 * ec_numbers.h - ECDSA keys and signatures as plain numbers, for formats that
 * do not use DER.
 */
#ifndef COCO_EC_NUMBERS_H
#define COCO_EC_NUMBERS_H

#include "lib/crypto/key.h"

enum {
	COCO_EC_P384 = 48,       /* bytes of a number, big-endian */
	COCO_EC_RAW_MAX = 132,   /* bytes of the longest r | s: P-521 */
};

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

/* coco_ec_raw_size - bytes of r | s for this key: 64, 96, 132; 0 for a key that is not ECDSA. */
size_t coco_ec_raw_size(const struct coco_key *key);

/*
 * coco_ec_sign_raw - an ECDSA signature over message with the hash of the
 * curve, as r | s, each big-endian and as long as the curve (COSE, JWS);
 * *ret_n is coco_ec_raw_size. KEY_TYPE, KEY_NOT_PRIVATE.
 */
int coco_ec_sign_raw(const struct coco_key *key, struct coco_view message,
		     uint8_t ret[COCO_EC_RAW_MAX], size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_ec_verify_raw - 0 when it holds; VERIFY_SIGNATURE, KEY_TYPE. */
int coco_ec_verify_raw(const struct coco_key *key, struct coco_view message,
		       struct coco_view signature, struct coco_diag *diag) COCO_MUSTUSE;

#endif
