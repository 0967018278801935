/*
 * key_numbers.h - public keys that a format has as plain numbers, big-endian:
 * JSON Web Keys, public areas of a TPM. ec_check.h does P-384 alone.
 */
#ifndef COCO_KEY_NUMBERS_H
#define COCO_KEY_NUMBERS_H

#include "lib/crypto/key.h"

/*
 * Each gives *ret (coco_key_free). KEY_FORMAT: not on the curve, longer than
 * its numbers, empty; KEY_WEAK, KEY_TYPE: an RSA key that is too small or
 * large; LIMIT_MEMORY. Zeros in front of a number count for nothing.
 */
int coco_key_from_rsa(struct coco_view n, struct coco_view e, struct coco_key **ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_key_from_point - curve is 256, 384 or 521; another one: KEY_TYPE. */
int coco_key_from_point(unsigned curve, struct coco_view x, struct coco_view y,
			struct coco_key **ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_key_from_ed25519 - 32 bytes as they are. */
int coco_key_from_ed25519(struct coco_view x, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
