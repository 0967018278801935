/*
 * layer_cipher.c - the cipher of ocicrypt's layers (see layer_cipher.h).
 */
#include "lib/crypto/layer_cipher.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "formats/core/mem.h"
#include "lib/crypto/ossl.h"

struct coco_layer_cipher {
	EVP_CIPHER_CTX *ctr;
	EVP_MAC_CTX *mac;
};

void coco_layer_cipher_free(struct coco_layer_cipher *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->ctr);
	EVP_MAC_CTX_free(c->mac);
	coco_free(c);
}

static EVP_MAC_CTX *new_mac(const struct coco_secret *key)
{
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, sizeof(sha256) - 1),
		OSSL_PARAM_END,
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

	if (ctx != NULL && EVP_MAC_init(ctx, coco_secret_expose(key), key->n, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MAC_free(mac);
	return ctx;
}

int coco_layer_cipher_new(struct coco_layer_cipher **ret, const struct coco_secret *key,
			  const uint8_t nonce[COCO_LAYER_NONCE], struct coco_diag *diag)
{
	struct coco_layer_cipher *c;

	if (key->n != COCO_LAYER_KEY)
		return coco_fail(diag, COCO_E_KEY_CONTENT, "a layer's key has %d bytes",
				 COCO_LAYER_KEY);
	c = coco_zalloc(1, sizeof(*c));
	if (c == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a layer's cipher");
	ERR_clear_error();
	c->mac = new_mac(key);
	c->ctr = EVP_CIPHER_CTX_new();
	if (c->mac == NULL || c->ctr == NULL ||
	    EVP_EncryptInit_ex(c->ctr, EVP_aes_256_ctr(), NULL, coco_secret_expose(key), nonce) !=
		    1) {
		coco_layer_cipher_free(c);
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "a layer's cipher");
	}
	*ret = c;
	return 0;
}

int coco_layer_cipher_update(struct coco_layer_cipher *c, const uint8_t *p, size_t n, uint8_t *ret,
			     struct coco_diag *diag)
{
	while (n > 0) {
		int part = n < INT_MAX / 2 ? (int)n : INT_MAX / 2;
		int got = 0;

		if (EVP_EncryptUpdate(c->ctr, ret, &got, p, part) != 1 || got != part ||
		    EVP_MAC_update(c->mac, ret, (size_t)part) != 1)
			return coco_fail_ossl(diag, COCO_E_INTERNAL, "encrypt a layer");
		p += part;
		ret += part;
		n -= (size_t)part;
	}
	return 0;
}

int coco_layer_cipher_final(struct coco_layer_cipher *c, uint8_t ret[COCO_LAYER_HMAC],
			    struct coco_diag *diag)
{
	size_t n = 0;

	if (EVP_MAC_final(c->mac, ret, &n, COCO_LAYER_HMAC) != 1 || n != COCO_LAYER_HMAC)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the HMAC of a layer");
	return 0;
}

static bool seal(EVP_CIPHER_CTX *ctx, const struct coco_secret *kek,
		 const uint8_t iv[COCO_LAYER_IV], const struct coco_secret *secret, uint8_t *ret)
{
	int n = 0;
	int more = 0;

	return ctx != NULL &&
	       EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, coco_secret_expose(kek), iv) == 1 &&
	       EVP_EncryptUpdate(ctx, ret, &n, coco_secret_expose(secret), (int)secret->n) == 1 &&
	       EVP_EncryptFinal_ex(ctx, ret + n, &more) == 1 &&
	       (size_t)n + (size_t)more == secret->n &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, COCO_LAYER_TAG,
				   ret + secret->n) == 1;
}

int coco_layer_wrap(const struct coco_secret *kek, const uint8_t iv[COCO_LAYER_IV],
		    const struct coco_secret *secret, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag)
{
	EVP_CIPHER_CTX *ctx;
	uint8_t *out;

	if (kek->n != COCO_LAYER_KEY)
		return coco_fail(diag, COCO_E_KEY_CONTENT, "a key of %zu bytes in place of %d",
				 kek->n, COCO_LAYER_KEY);
	if (secret->n > INT_MAX / 2)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a secret of %zu bytes", secret->n);
	out = coco_alloc(secret->n + COCO_LAYER_TAG, 1);
	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a wrapped key");
	ERR_clear_error();
	ctx = EVP_CIPHER_CTX_new();
	bool ok = seal(ctx, kek, iv, secret, out);
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		coco_free(out);
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "wrap a layer's key");
	}
	*ret = out;
	*ret_n = secret->n + COCO_LAYER_TAG;
	return 0;
}
