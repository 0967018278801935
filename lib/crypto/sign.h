/*
 * sign.h - signatures over messages: ECDSA with the hash of the curve
 * (SHA-256, SHA-384, SHA-512; DER), Ed25519, RSA-PSS (SHA-256, MGF1 the same,
 * salt of 32 bytes). RSA PKCS#1 v1.5 with SHA-256 only on request: it is what
 * cosign accepts for RSA keys.
 */
#ifndef COCO_SIGN_H
#define COCO_SIGN_H

#include "lib/crypto/key.h"

enum coco_sign_flags {
	COCO_SIGN_PKCS1 = 1,   /* sign: PKCS#1 v1.5 instead of PSS; verify: either */
	COCO_SIGN_SHA256 = 2,  /* ECDSA with SHA-256 whatever the curve, as TPM policies want */
};

enum { COCO_SIGNATURE_MAX = COCO_KEY_RSA_MAX / 8 };

/* coco_sign - gives *ret (coco_free). KEY_NOT_PRIVATE for a public key. */
int coco_sign(const struct coco_key *key, struct coco_view message, unsigned flags,
	      uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_verify - 0 when the signature holds, VERIFY_SIGNATURE when not. ECDSA
 * signatures must be in the one DER form (no BER, no padding, no trailing
 * bytes).
 */
int coco_verify(const struct coco_key *key, struct coco_view message, struct coco_view signature,
		unsigned flags, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_sign_method - "ecdsa-p384-sha384", "ed25519", "rsa-pss-sha256", ...; static. */
const char *coco_sign_method(const struct coco_key *key, unsigned flags);

#endif
