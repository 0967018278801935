/*
 * jwe_seal.h - a secret for several holders of private keys: ECDH-ES+A256KW (P-256,
 * P-384, P-521) and RSA-OAEP-256, content encryption A256GCM (RFC 7516, 7518).
 * Nothing else is accepted, so that nothing can be downgraded.
 */
#ifndef COCO_JWE_SEAL_H
#define COCO_JWE_SEAL_H

#include "formats/core/jwe.h"
#include "lib/crypto/key.h"

enum coco_jwe_flags {
	COCO_JWE_ALLOW_RSA_OAEP_SHA1 = 1,   /* open: also alg RSA-OAEP (what ocicrypt writes) */
};

/*
 * coco_jwe_seal - secret for n recipients (public or private keys,
 * borrowed); gives *ret (coco_jwe_clear). The kid of each is the fingerprint
 * "sha256:..." of its key. Ed25519 keys cannot receive: KEY_TYPE.
 */
int coco_jwe_seal(const struct coco_secret *secret, const struct coco_key *const *recipients,
		     size_t n, struct coco_jwe *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_jwe_open - with a private key; gives *ret. Only recipients whose
 * algorithm fits the key are tried, and when one of them has this key's
 * fingerprint as kid only that. Errors: CRYPTO_ALGORITHM (an algorithm that is
 * not accepted, by name), KEY_NO_RECIPIENT, KEY_UNWRAP, KEY_NOT_PRIVATE.
 */
int coco_jwe_open(const struct coco_jwe *jwe, const struct coco_key *key, unsigned flags,
		     struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
