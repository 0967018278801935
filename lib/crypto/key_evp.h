/*
 * key_evp.h - the OpenSSL side of struct coco_key, for lib/crypto only.
 */
#ifndef COCO_KEY_EVP_H
#define COCO_KEY_EVP_H

#include <openssl/types.h>

#include "lib/crypto/key.h"

/*
 * coco_key_from_evp - takes pkey; judges type, size and consistency as
 * coco_key_load_* do. Gives *ret.
 */
int coco_key_from_evp(EVP_PKEY *pkey, bool is_private, struct coco_key **ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_evp_from - a public key of an OpenSSL type ("EC", "RSA") from its
 * parameters, given (EVP_PKEY_free); NULL when they make none, then OpenSSL's
 * queue says why.
 */
EVP_PKEY *coco_evp_from(const char *type, OSSL_PARAM *params);

/* coco_key_evp - the key inside, borrowed. */
EVP_PKEY *coco_key_evp(const struct coco_key *key);

#endif
