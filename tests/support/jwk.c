/*
 * jwk.c - private keys from the JWKs of test vectors (see jwk.h).
 */
#include "tests/support/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"

static struct coco_key *build(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pkey = NULL;
	struct coco_key *key = NULL;
	static struct coco_diag d;

	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	coco_diag_init(&d);
	assert_ok(coco_key_from_evp(pkey, true, &key, &d), &d);
	return key;
}

struct coco_key *coco_test_ec_private(const char *name, const uint8_t *d, size_t n)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(name));
	EC_POINT *point = EC_POINT_new(group);
	BIGNUM *scalar = BN_bin2bn(d, (int)n, NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	uint8_t public[140];

	assert_int_equal(EC_POINT_mul(group, point, scalar, NULL, NULL, NULL), 1);
	size_t n_public = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public,
					     sizeof(public), NULL);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, public, n_public);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
	struct coco_key *key = build("EC", bld);
	OSSL_PARAM_BLD_free(bld);
	BN_free(scalar);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return key;
}

static struct coco_key *ec_key(const struct coco_jv *jwk)
{
	const char *crv = NULL;
	uint8_t *d = NULL;
	size_t n = 0;

	assert_ok(coco_jv_string(jwk, "crv", &crv, NULL), NULL);
	assert_ok(coco_jv_b64(jwk, "d", &d, &n, NULL), NULL);
	struct coco_key *key = coco_test_ec_private(strcmp(crv, "P-256") == 0	? "prime256v1"
						    : strcmp(crv, "P-384") == 0 ? "secp384r1"
										: "secp521r1",
						    d, n);
	coco_free(d);
	return key;
}

struct coco_key *coco_test_jwk(const struct coco_jv *jwk)
{
	static const struct {
		const char *member;
		const char *param;
	} parts[] = {
		{ "n", OSSL_PKEY_PARAM_RSA_N },
		{ "e", OSSL_PKEY_PARAM_RSA_E },
		{ "d", OSSL_PKEY_PARAM_RSA_D },
		{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
		{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
		{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
		{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
		{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
	};
	BIGNUM *numbers[COCO_ARRAY_LEN(parts)];
	const char *kty = NULL;

	assert_ok(coco_jv_string(jwk, "kty", &kty, NULL), NULL);
	if (strcmp(kty, "EC") == 0)
		return ec_key(jwk);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++) {
		uint8_t *raw = NULL;
		size_t n = 0;

		assert_ok(coco_jv_b64(jwk, parts[i].member, &raw, &n, NULL), NULL);
		numbers[i] = BN_bin2bn(raw, (int)n, NULL);
		OSSL_PARAM_BLD_push_BN(bld, parts[i].param, numbers[i]);
		coco_free(raw);
	}
	struct coco_key *key = build("RSA", bld);
	OSSL_PARAM_BLD_free(bld);
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++)
		BN_free(numbers[i]);
	return key;
}
