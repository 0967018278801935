/*
 * pki_verify.c - signatures of certificates and by their keys (see
 * pki_cert.h). Keys are made from plain numbers: OpenSSL's decoders cost more
 * than a verification.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/pki_evp.h"

enum { EC_NUMBER_MAX = 66, EC_DER_MAX = 2 * (EC_NUMBER_MAX + 4) + 3, RSA_E_MAX = 8 };

/* ---- public keys ----------------------------------------------------------------- */

static EVP_PKEY *ec_key(struct coco_view point, unsigned curve)
{
	char group[8];
	uint8_t copy[1 + 2 * EC_NUMBER_MAX];

	if (point.n > sizeof(copy))
		return NULL;
	memcpy(copy, point.p, point.n);
	snprintf(group, sizeof(group), "P-%u", curve);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, point.n),
		OSSL_PARAM_construct_end(),
	};
	return coco_evp_from("EC", params);
}

static EVP_PKEY *rsa_key(struct coco_view n, struct coco_view e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn(n.p, (int)n.n, NULL);
	BIGNUM *be = BN_bin2bn(e.p, (int)e.n, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

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
	return key;
}

int coco_pki_point(struct coco_view point, unsigned curve, EVP_PKEY **ret, struct coco_diag *diag)
{
	ERR_clear_error();
	EVP_PKEY *key = ec_key(point, curve);
	if (key == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT,
				      "the public key is no point of P-%u", curve);
	*ret = key;
	return 0;
}

int coco_pki_evp(const struct coco_cert_fields *f, EVP_PKEY **ret, struct coco_diag *diag)
{
	EVP_PKEY *key = NULL;

	ERR_clear_error();
	switch (f->key) {
	case COCO_CERT_KEY_EC:
		key = ec_key(f->point, f->curve);
		break;
	case COCO_CERT_KEY_RSA:
		/* what is too small or too large for a signature is not verified with */
		if (f->rsa_n.n < COCO_KEY_RSA_MIN / 8 || f->rsa_n.n > COCO_KEY_RSA_MAX / 8 ||
		    f->rsa_e.n > RSA_E_MAX || f->rsa_e.p[0] == 0)
			return 0;
		key = rsa_key(f->rsa_n, f->rsa_e);
		break;
	case COCO_CERT_KEY_OTHER:
		return 0;
	}
	if (key == NULL)
		return coco_fail_ossl(diag, COCO_E_FORMAT_CERT,
				      "the certificate's public key is not usable");
	*ret = key;
	return 0;
}

/* ---- certificates and lists ------------------------------------------------------ */

static const struct {
	enum coco_cert_scheme scheme;
	const char *type;   /* of the key that signs */
	const char *hash;
	int salt;           /* PSS; 0: none */
} schemes[] = {
	{ COCO_CERT_ECDSA_SHA256, "EC", "SHA256", 0 },
	{ COCO_CERT_ECDSA_SHA384, "EC", "SHA384", 0 },
	{ COCO_CERT_ECDSA_SHA512, "EC", "SHA512", 0 },
	{ COCO_CERT_RSA_SHA256, "RSA", "SHA256", 0 },
	{ COCO_CERT_RSA_SHA384, "RSA", "SHA384", 0 },
	{ COCO_CERT_RSA_SHA512, "RSA", "SHA512", 0 },
	{ COCO_CERT_PSS_SHA256_32, "RSA", "SHA256", 32 },
	{ COCO_CERT_PSS_SHA384_48, "RSA", "SHA384", 48 },
	{ COCO_CERT_PSS_SHA512_64, "RSA", "SHA512", 64 },
};

/* 1: it holds, 0: it does not, negative: something failed. */
static int run_verify(EVP_PKEY *key, const char *hash, int salt, struct coco_view message,
		      struct coco_view signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	int r = -1;

	if (ctx != NULL && EVP_DigestVerifyInit_ex(ctx, &pctx, hash, NULL, NULL, key, NULL) == 1 &&
	    (salt == 0 || (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			   EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt) == 1))) {
		r = EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n);
		if (r != 1 && ERR_GET_REASON(ERR_peek_last_error()) != ERR_R_MALLOC_FAILURE)
			r = 0;
	}
	EVP_MD_CTX_free(ctx);
	return r;
}

int coco_pki_signed_by(const struct coco_cert *issuer, struct coco_view tbs,
		       enum coco_cert_scheme scheme, struct coco_view signature,
		       const char *what, struct coco_diag *diag)
{
	EVP_PKEY *key = coco_pki_key(issuer);
	size_t i = 0;

	while (i < COCO_ARRAY_LEN(schemes) && schemes[i].scheme != scheme)
		i++;
	if (i == COCO_ARRAY_LEN(schemes))
		return coco_fail(diag, COCO_E_CERT_ALGORITHM, "the %s is signed with %s", what,
				 coco_cert_scheme_name(scheme));
	if (key == NULL)
		return coco_fail(diag, COCO_E_CERT_ALGORITHM,
				 "the key of %.160s is too small or of a kind that is not "
				 "verified with", coco_cert_subject_text(issuer));
	ERR_clear_error();
	int ok = EVP_PKEY_is_a(key, schemes[i].type) == 1 ? run_verify(key, schemes[i].hash,
								       schemes[i].salt, tbs,
								       signature)
							  : 0;
	if (ok < 0)
		return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a verification");
	ERR_clear_error();
	if (ok == 1)
		return 0;
	return coco_fail(diag, COCO_E_CERT_CHAIN, "the %s is not signed by the key of %.160s",
			 what, coco_cert_subject_text(issuer));
}

int coco_cert_issued_by(const struct coco_cert *cert, const struct coco_cert *issuer,
			struct coco_diag *diag)
{
	const struct coco_cert_fields *f = coco_pki_fields(cert);
	struct coco_view name = coco_cert_subject(issuer);

	if (name.n != f->issuer.n || memcmp(name.p, f->issuer.p, name.n) != 0) {
		coco_diag_expected(diag, "%s", coco_cert_subject_text(issuer));
		coco_diag_actual(diag, "%s", coco_cert_issuer_text(cert));
		return coco_fail(diag, COCO_E_CERT_CHAIN,
				 "the certificate names another issuer");
	}
	return coco_pki_signed_by(issuer, f->tbs, f->scheme, f->signature, "certificate", diag);
}

/* ---- plain ECDSA signatures ------------------------------------------------------ */

/* An INTEGER of DER from a number of n bytes; its length. */
static size_t put_number(uint8_t *ret, const uint8_t *p, size_t n)
{
	while (n > 1 && p[0] == 0) {
		p++;
		n--;
	}
	size_t pad = p[0] >= 0x80 ? 1 : 0;
	ret[0] = COCO_DER_INTEGER;
	ret[1] = (uint8_t)(n + pad);
	ret[2] = 0;
	memcpy(ret + 2 + pad, p, n);
	return 2 + pad + n;
}

static size_t put_signature(uint8_t ret[EC_DER_MAX], struct coco_view rs)
{
	uint8_t body[2 * (EC_NUMBER_MAX + 4)];
	size_t half = rs.n / 2;
	size_t n = put_number(body, rs.p, half);
	size_t head = 2;

	n += put_number(body + n, rs.p + half, half);
	ret[0] = COCO_DER_SEQUENCE;
	ret[1] = (uint8_t)n;
	if (n >= 0x80) {
		ret[1] = 0x81;
		ret[2] = (uint8_t)n;
		head = 3;
	}
	memcpy(ret + head, body, n);
	return head + n;
}

static int verify_rs(EVP_PKEY *key, unsigned curve, struct coco_view message, unsigned hash_bits,
		     struct coco_view rs, struct coco_diag *diag)
{
	const char *hash = hash_bits == 256 ? "SHA256" : hash_bits == 384 ? "SHA384" : "SHA512";
	size_t size = 2 * (((size_t)curve + 7) / 8);
	uint8_t der[EC_DER_MAX];

	if (rs.n != size)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "a signature of %zu bytes, not %zu as for P-%u", rs.n, size,
				 curve);
	ERR_clear_error();
	int ok = run_verify(key, hash, 0, message, coco_view_of(der, put_signature(der, rs)));
	if (ok < 0)
		return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a verification");
	ERR_clear_error();
	if (ok == 1)
		return 0;
	return coco_fail(diag, COCO_E_VERIFY_SIGNATURE, "the signature does not hold");
}

int coco_cert_verify_ec(const struct coco_cert *cert, struct coco_view message,
			unsigned hash_bits, struct coco_view rs, struct coco_diag *diag)
{
	unsigned curve = coco_cert_curve(cert);

	if (curve == 0)
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "the certificate of %.160s has no ECDSA key",
				 coco_cert_subject_text(cert));
	return verify_rs(coco_pki_key(cert), curve, message, hash_bits, rs, diag);
}

int coco_ec_verify_point(struct coco_view xy, struct coco_view message, unsigned hash_bits,
			 struct coco_view rs, struct coco_diag *diag)
{
	uint8_t point[1 + 2 * EC_NUMBER_MAX];
	EVP_PKEY *key = NULL;

	if (xy.n != 64 && xy.n != 96)
		return coco_fail(diag, COCO_E_KEY_FORMAT,
				 "a public point of %zu bytes is neither of P-256 nor of P-384",
				 xy.n);
	point[0] = 0x04;
	memcpy(point + 1, xy.p, xy.n);
	unsigned curve = xy.n == 64 ? 256 : 384;
	int r = coco_pki_point(coco_view_of(point, xy.n + 1), curve, &key, diag);
	if (r == 0)
		r = verify_rs(key, curve, message, hash_bits, rs, diag);
	EVP_PKEY_free(key);
	return r;
}
