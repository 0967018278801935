/*
 * ec_numbers.c - ECDSA keys and signatures as plain numbers (see
 * ec_numbers.h).
 */
#include "lib/crypto/ec_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

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

size_t coco_ec_raw_size(const struct coco_key *key)
{
	switch (coco_key_type(key)) {
	case COCO_KEY_P256:
		return 64;
	case COCO_KEY_P384:
		return 96;
	case COCO_KEY_P521:
		return COCO_EC_RAW_MAX;
	case COCO_KEY_ED25519:
	case COCO_KEY_RSA:
		break;
	}
	return 0;
}

static int not_ec(const struct coco_key *key, struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_KEY_TYPE, "an ECDSA key is needed, not %s",
			 coco_key_name(key));
}

int coco_ec_sign_raw(const struct coco_key *key, struct coco_view message,
		     uint8_t ret[COCO_EC_RAW_MAX], size_t *ret_n, struct coco_diag *diag)
{
	int half = (int)coco_ec_raw_size(key) / 2;
	uint8_t *der = NULL;
	size_t n = 0;

	if (half == 0)
		return not_ec(key, diag);
	int r = coco_sign(key, message, 0, &der, &n, diag);
	if (r != 0)
		return r;
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	bool ok = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, half) == half &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + half, half) == half;
	ECDSA_SIG_free(sig);
	coco_free(der);
	if (!ok)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the signature could not be read");
	*ret_n = 2 * (size_t)half;
	return 0;
}

int coco_ec_verify_raw(const struct coco_key *key, struct coco_view message,
		       struct coco_view signature, struct coco_diag *diag)
{
	size_t size = coco_ec_raw_size(key);
	int half = (int)size / 2;
	unsigned char *der = NULL;

	if (size == 0)
		return not_ec(key, diag);
	if (signature.n != size)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "a signature of %zu bytes, not %zu as for the key", signature.n,
				 size);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *a = BN_bin2bn(signature.p, half, NULL);
	BIGNUM *b = BN_bin2bn(signature.p + half, half, NULL);
	int n = -1;
	if (sig != NULL && a != NULL && b != NULL && ECDSA_SIG_set0(sig, a, b) == 1) {
		a = NULL;   /* owned by sig now */
		b = NULL;
		n = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(a);
	BN_free(b);
	ECDSA_SIG_free(sig);
	int r = n > 0 ? coco_verify(key, message, coco_view_of(der, (size_t)n), 0, diag)
		      : coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a signature");
	OPENSSL_free(der);
	return r;
}

int coco_ec_sign(const struct coco_key *key, struct coco_view message,
		 uint8_t ret_r[COCO_EC_P384], uint8_t ret_s[COCO_EC_P384], struct coco_diag *diag)
{
	uint8_t both[COCO_EC_RAW_MAX];
	size_t n;

	int r = check_type(key, diag);
	if (r == 0)
		r = coco_ec_sign_raw(key, message, both, &n, diag);
	if (r != 0)
		return r;
	memcpy(ret_r, both, COCO_EC_P384);
	memcpy(ret_s, both + COCO_EC_P384, COCO_EC_P384);
	return 0;
}
