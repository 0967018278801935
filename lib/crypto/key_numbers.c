/*
 * key_numbers.c - public keys from plain numbers (see key_numbers.h).
 */
#include "lib/crypto/key_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

enum {
	NUMBER_MAX = 66,     /* bytes of a coordinate on P-521 */
	ED25519 = 32,
	RSA_N_MAX = 1 << 12,   /* bytes; key.h then judges the size */
	RSA_E_MAX = 8,
};

static struct coco_view strip(struct coco_view v)
{
	while (v.n > 0 && v.p[0] == 0) {
		v.p++;
		v.n--;
	}
	return v;
}

static int take(EVP_PKEY *key, const char *what, struct coco_key **ret, struct coco_diag *diag)
{
	if (key == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "%s", what);
	return coco_key_from_evp(key, false, ret, diag);
}

int coco_key_from_rsa(struct coco_view n, struct coco_view e, struct coco_key **ret,
		      struct coco_diag *diag)
{
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	n = strip(n);
	e = strip(e);
	if (n.n == 0 || n.n > RSA_N_MAX || e.n == 0 || e.n > RSA_E_MAX)
		return coco_fail(diag, COCO_E_KEY_FORMAT,
				 "no RSA key: a modulus of %zu bytes and an exponent of %zu", n.n,
				 e.n);
	ERR_clear_error();
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn(n.p, (int)n.n, NULL);
	BIGNUM *be = BN_bin2bn(e.p, (int)e.n, NULL);
	if (bld != NULL && bn != NULL && be != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params != NULL)
		key = coco_evp_from("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn);
	BN_free(be);
	return take(key, "the numbers are no RSA key", ret, diag);
}

int coco_key_from_point(unsigned curve, struct coco_view x, struct coco_view y,
			struct coco_key **ret, struct coco_diag *diag)
{
	size_t size = (curve + 7) / 8;
	uint8_t point[1 + 2 * NUMBER_MAX] = { 4 };
	char group[8];

	if (curve != 256 && curve != 384 && curve != 521)
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "there is no accepted curve of %u bits; 256, 384 and 521 are",
				 curve);
	x = strip(x);
	y = strip(y);
	if (x.n > size || y.n > size || x.n + y.n == 0)
		return coco_fail(diag, COCO_E_KEY_FORMAT, "the numbers are no point of P-%u",
				 curve);
	if (x.n > 0)
		memcpy(point + 1 + size - x.n, x.p, x.n);
	if (y.n > 0)
		memcpy(point + 1 + 2 * size - y.n, y.p, y.n);
	snprintf(group, sizeof(group), "P-%u", curve);
	ERR_clear_error();
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size),
		OSSL_PARAM_construct_end(),
	};
	return take(coco_evp_from("EC", params), "the point is not on its curve", ret, diag);
}

int coco_key_from_ed25519(struct coco_view x, struct coco_key **ret, struct coco_diag *diag)
{
	if (x.n != ED25519)
		return coco_fail(diag, COCO_E_KEY_FORMAT, "an Ed25519 key has %d bytes, this %zu",
				 ED25519, x.n);
	ERR_clear_error();
	return take(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.p, x.n),
		    "the bytes are no Ed25519 key", ret, diag);
}
