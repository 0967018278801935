/*
 * key_tpm.h - public keys as TPM policies name them: the key's own numbers
 * without the frame of a SubjectPublicKeyInfo.
 */
#ifndef COCO_KEY_TPM_H
#define COCO_KEY_TPM_H

#include "lib/crypto/key.h"

/*
 * coco_key_tpm_fingerprint - SHA-256 of the PKCS#1 RSAPublicKey (RSA) or of the
 * uncompressed point 04 X Y (EC), as systemd writes "pkfp" (measure.md 3.3).
 * Errors: KEY_TYPE for others, LIMIT_MEMORY.
 */
int coco_key_tpm_fingerprint(const struct coco_key *key, uint8_t ret[COCO_FINGERPRINT_BYTES],
			     struct coco_diag *diag) COCO_MUSTUSE;

#endif
