/*
 * key_tpm.c - public keys as TPM policies name them (see key_tpm.h).
 */
#include "lib/crypto/key_tpm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/sha256.h"

enum { NUMBER_MAX = 66 };   /* bytes of a coordinate on P-521 */

/* 04, X, Y: each as long as the curve's field. */
static bool point(EVP_PKEY *pkey, unsigned bits, uint8_t ret[COCO_FINGERPRINT_BYTES])
{
	uint8_t text[1 + 2 * NUMBER_MAX] = { 4 };
	int n = (int)(bits + 7) / 8;
	BIGNUM *x = NULL;
	BIGNUM *y = NULL;

	bool ok = n <= NUMBER_MAX &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
		  BN_bn2binpad(x, text + 1, n) == n && BN_bn2binpad(y, text + 1 + n, n) == n;
	BN_free(x);
	BN_free(y);
	if (ok)
		coco_sha256_once(text, 1 + 2 * (size_t)n, ret);
	return ok;
}

static bool rsa(EVP_PKEY *pkey, uint8_t ret[COCO_FINGERPRINT_BYTES])
{
	unsigned char *der = NULL;
	int n = i2d_PublicKey(pkey, &der);

	if (n > 0)
		coco_sha256_once(der, (size_t)n, ret);
	OPENSSL_free(der);
	return n > 0;
}

int coco_key_tpm_fingerprint(const struct coco_key *key, uint8_t ret[COCO_FINGERPRINT_BYTES],
			     struct coco_diag *diag)
{
	EVP_PKEY *pkey = coco_key_evp(key);
	bool ok;

	if (coco_key_type(key) == COCO_KEY_ED25519)
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "a TPM has no keys of type %s; RSA or a NIST curve is needed",
				 coco_key_name(key));
	if (coco_key_type(key) == COCO_KEY_RSA)
		ok = rsa(pkey, ret);
	else
		ok = point(pkey, coco_key_bits(key), ret);
	return ok ? 0 : coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a public key");
}
