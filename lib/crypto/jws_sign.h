/*
 * jws_sign.h - signing and verifying JSON Web Signatures (formats/core/jws.h):
 * EdDSA with Ed25519, ES256, ES384, ES512 by the curve of the key, RS256 with
 * RSA.
 */
#ifndef COCO_JWS_SIGN_H
#define COCO_JWS_SIGN_H

#include "formats/core/jws.h"
#include "lib/crypto/sign.h"

/* coco_jws_alg - the algorithm that a key signs with: "EdDSA", "ES256", ...; static. */
const char *coco_jws_alg(const struct coco_key *key);

/*
 * coco_jws_sign - payload under a header (JSON text, whose "alg" is that of
 * the key: the caller writes it). Gives *ret (coco_secret_free): the compact
 * text, since a token may be a credential. KEY_NOT_PRIVATE, LIMIT_SIZE,
 * LIMIT_MEMORY.
 */
int coco_jws_sign(const struct coco_key *key, struct coco_view header, struct coco_view payload,
		  struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_jws_verify - 0 when the signature holds for the key and the header
 * names the algorithm of the key. VERIFY_SIGNATURE.
 */
int coco_jws_verify(const struct coco_key *key, const struct coco_jws *jws,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
