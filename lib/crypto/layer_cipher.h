/*
 * layer_cipher.h - the cipher of ocicrypt's image layers: AES-256 in counter
 * mode, and HMAC-SHA256 over the ciphertext with the same key
 * (AES_256_CTR_HMAC_SHA256); and AES-256-GCM for the packet that holds the
 * key. The construction is ocicrypt's; nothing else of this program uses it.
 */
#ifndef COCO_LAYER_CIPHER_H
#define COCO_LAYER_CIPHER_H

#include "lib/core/secret.h"

enum {
	COCO_LAYER_KEY = 32,
	COCO_LAYER_NONCE = 16,   /* the first counter block */
	COCO_LAYER_HMAC = 32,
	COCO_LAYER_IV = 12,      /* of a packet */
	COCO_LAYER_TAG = 16,
};

struct coco_layer_cipher;   /* opaque; one thread at a time */

/* coco_layer_cipher_new - for one layer; the pair of key and nonce must be new. */
int coco_layer_cipher_new(struct coco_layer_cipher **ret, const struct coco_secret *key,
			  const uint8_t nonce[COCO_LAYER_NONCE], struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_layer_cipher_free(struct coco_layer_cipher *c);   /* NULL is fine */

/* coco_layer_cipher_update - the next n bytes of the layer, encrypted to ret. */
int coco_layer_cipher_update(struct coco_layer_cipher *c, const uint8_t *p, size_t n, uint8_t *ret,
			     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_layer_cipher_final - the HMAC of all that was encrypted. */
int coco_layer_cipher_final(struct coco_layer_cipher *c, uint8_t ret[COCO_LAYER_HMAC],
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_layer_wrap - AES-256-GCM of a secret with a key of 32 bytes: ciphertext
 * and tag, gives *ret (coco_free). KEY_CONTENT for a key of another length.
 */
int coco_layer_wrap(const struct coco_secret *kek, const uint8_t iv[COCO_LAYER_IV],
		    const struct coco_secret *secret, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
