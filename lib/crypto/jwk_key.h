/*
 * jwk_key.h - keys from JSON Web Keys (formats/core/jwks.h), and JSON Web
 * Signatures of others by the algorithm that they name. The list of algorithms
 * is closed: no "none", nothing symmetric, and the key must be of the kind
 * that the algorithm is for, so that a token cannot choose how it is judged.
 */
#ifndef COCO_JWK_KEY_H
#define COCO_JWK_KEY_H

#include "formats/core/jwks.h"
#include "formats/core/jws.h"
#include "lib/crypto/key.h"

/* coco_jwk_key - gives *ret (coco_key_free). KEY_FORMAT, KEY_WEAK, KEY_TYPE. */
int coco_jwk_key(const struct coco_jwk *jwk, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_jws_alg_accepted - ES256, ES384, ES512, RS256, RS384, RS512, PS256,
 * PS384, PS512, EdDSA.
 */
bool coco_jws_alg_accepted(const char *alg);

/* coco_jws_alg_fits - the key is of the type and curve that the algorithm is for. */
bool coco_jws_alg_fits(const char *alg, const struct coco_key *key);

/*
 * coco_jws_check - 0 when the signature holds for the key with the algorithm
 * of the header. VERIFY_SIGNATURE, also for an algorithm that is not accepted
 * or not one for the key.
 */
int coco_jws_check(const struct coco_key *key, const struct coco_jws *jws,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
