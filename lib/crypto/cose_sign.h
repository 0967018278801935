/*
 * cose_sign.h - signing and verifying COSE_Sign1 (formats/core/cose.h): ES256,
 * ES384, ES512 by the curve of the key, EdDSA with Ed25519, PS256 with RSA.
 */
#ifndef COCO_COSE_SIGN_H
#define COCO_COSE_SIGN_H

#include "formats/core/cose.h"
#include "lib/crypto/sign.h"

/*
 * coco_cose_sign - payload under the header of make, whose alg is set here and
 * whose kid, when absent, is the fingerprint of the key. Gives *ret
 * (coco_free): tag 18. Errors: KEY_NOT_PRIVATE, LIMIT_MEMORY.
 */
int coco_cose_sign(const struct coco_key *key, const struct coco_cose_make *make,
		   struct coco_view payload, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cose_verify - 0 when the signature holds for the key over payload: that
 * of s, or for a detached one the bytes that the caller brings. The algorithm
 * that is named must be that of the key. VERIFY_SIGNATURE.
 */
int coco_cose_verify(const struct coco_key *key, const struct coco_cose_sign1 *s,
		     struct coco_view payload, struct coco_diag *diag) COCO_MUSTUSE;

#endif
