/*
 * ec_numbers.c - P-384 keys and signatures as plain numbers (see
 * ec_numbers.h).
 */
#include "lib/crypto/ec_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/sign.h"

static int check_type(const struct coco_key *key, struct coco_diag *diag)
{
	if (coco_key_type(key) == COCO_KEY_P384)
		return 0;
	return coco_fail(diag, COCO_E_KEY_TYPE, "a P-384 key is needed, not %s",
			 coco_key_name(key));
}

int coco_ec_point(const struct coco_key *key, uint8_t ret_x[COCO_EC_P384],
		  uint8_t ret_y[COCO_EC_P384], struct coco_diag *diag)
{
	EVP_PKEY *pkey = coco_key_evp(key);
	BIGNUM *x = NULL;
	BIGNUM *y = NULL;

	int r = check_type(key, diag);
	if (r != 0)
		return r;
	bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
		  BN_bn2binpad(x, ret_x, COCO_EC_P384) == COCO_EC_P384 &&
		  BN_bn2binpad(y, ret_y, COCO_EC_P384) == COCO_EC_P384;
	BN_free(x);
	BN_free(y);
	return ok ? 0 : coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the key has no public point");
}

int coco_ec_sign(const struct coco_key *key, struct coco_view message,
		 uint8_t ret_r[COCO_EC_P384], uint8_t ret_s[COCO_EC_P384], struct coco_diag *diag)
{
	uint8_t *der = NULL;
	size_t n = 0;

	int r = check_type(key, diag);
	if (r == 0)
		r = coco_sign(key, message, 0, &der, &n, diag);
	if (r != 0)
		return r;
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	bool ok = sig != NULL &&
		  BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_r, COCO_EC_P384) == COCO_EC_P384 &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret_s, COCO_EC_P384) == COCO_EC_P384;
	ECDSA_SIG_free(sig);
	coco_free(der);
	return ok ? 0 : coco_fail_ossl(diag, COCO_E_INTERNAL, "the signature could not be read");
}
