/*
 * sign_scheme.h - signatures in the forms that attestation formats use, where
 * the format names scheme and hash: TPM quotes, JSON Web Signatures. What the
 * project signs itself is in sign.h.
 */
#ifndef COCO_SIGN_SCHEME_H
#define COCO_SIGN_SCHEME_H

#include "lib/crypto/digest.h"
#include "lib/crypto/key.h"

enum coco_sign_scheme {
	COCO_SCHEME_PKCS1,     /* RSA, PKCS#1 v1.5 */
	COCO_SCHEME_PSS,       /* RSA-PSS, MGF1 with the same hash, salt as long as the hash */
	COCO_SCHEME_PSS_ANY,   /* the same with a salt of any length, as TPMs make */
	COCO_SCHEME_ECDSA,     /* r | s, big-endian, each as long as the curve */
	COCO_SCHEME_EDDSA,     /* Ed25519; hash is not looked at */
};

/*
 * coco_scheme_verify - 0 when the signature holds; VERIFY_SIGNATURE when not,
 * also for SHA-1, which is not accepted; KEY_TYPE for a key of another kind.
 */
int coco_scheme_verify(const struct coco_key *key, enum coco_sign_scheme scheme,
		       enum coco_digest_alg hash, struct coco_view message,
		       struct coco_view signature, struct coco_diag *diag) COCO_MUSTUSE;

#endif
