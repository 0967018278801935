/*
 * sign_scheme.c - signatures whose scheme and hash the format names (see
 * sign_scheme.h).
 */
#include "lib/crypto/sign_scheme.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

static const char *md_name(enum coco_digest_alg hash)
{
	static const char *const names[] = { NULL, "SHA256", "SHA384", "SHA512" };

	return (size_t)hash < COCO_ARRAY_LEN(names) ? names[hash] : NULL;
}

static bool fits(const struct coco_key *key, enum coco_sign_scheme scheme)
{
	switch (scheme) {
	case COCO_SCHEME_PKCS1:
	case COCO_SCHEME_PSS:
	case COCO_SCHEME_PSS_ANY:
		return coco_key_type(key) == COCO_KEY_RSA;
	case COCO_SCHEME_ECDSA:
		return coco_ec_raw_size(key) != 0;
	case COCO_SCHEME_EDDSA:
		return coco_key_type(key) == COCO_KEY_ED25519;
	}
	return false;
}

static bool padding(EVP_PKEY_CTX *ctx, enum coco_sign_scheme scheme, const char *md)
{
	if (scheme == COCO_SCHEME_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	if (scheme != COCO_SCHEME_PSS && scheme != COCO_SCHEME_PSS_ANY)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, scheme == COCO_SCHEME_PSS ?
						RSA_PSS_SALTLEN_DIGEST : RSA_PSS_SALTLEN_AUTO) ==
		       1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, md, NULL) == 1;
}

/* r | s as OpenSSL wants it; NULL: no memory. *ret_n is then 0. */
static unsigned char *der_of(struct coco_view raw, int *ret_n)
{
	int half = (int)raw.n / 2;
	unsigned char *der = NULL;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.p, half, NULL);
	BIGNUM *s = BN_bin2bn(raw.p + half, half, NULL);

	*ret_n = 0;
	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = NULL;   /* owned by sig now */
		s = NULL;
		*ret_n = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return der;
}

/* 1: holds; 0: does not; -1: could not be tried. */
static int holds(const struct coco_key *key, enum coco_sign_scheme scheme, const char *md,
		 struct coco_view message, struct coco_view sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	int ok = -1;

	if (ctx != NULL && EVP_DigestVerifyInit_ex(ctx, &pctx, md, NULL, NULL, coco_key_evp(key),
						   NULL) == 1 && padding(pctx, scheme, md))
		ok = EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1 ? 1 : 0;
	EVP_MD_CTX_free(ctx);
	return ok;
}

int coco_scheme_verify(const struct coco_key *key, enum coco_sign_scheme scheme,
		       enum coco_digest_alg hash, struct coco_view message,
		       struct coco_view signature, struct coco_diag *diag)
{
	const char *md = scheme == COCO_SCHEME_EDDSA ? NULL : md_name(hash);
	unsigned char *der = NULL;
	int n = 0;

	if (!fits(key, scheme))
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "the key (%s) makes no signatures of this kind",
				 coco_key_name(key));
	if (scheme != COCO_SCHEME_EDDSA && md == NULL)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "signatures with SHA-1 are not accepted");
	if (signature.n == 0 ||
	    (scheme == COCO_SCHEME_ECDSA && signature.n != coco_ec_raw_size(key)))
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "a signature of %zu bytes does not belong to this key",
				 signature.n);
	ERR_clear_error();
	if (scheme == COCO_SCHEME_ECDSA) {
		der = der_of(signature, &n);
		if (n <= 0)
			return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY,
					      "no memory for a signature");
		signature = coco_view_of(der, (size_t)n);
	}
	int ok = holds(key, scheme, md, message, signature);
	OPENSSL_free(der);
	if (ok < 0)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the signature could not be checked");
	ERR_clear_error();
	if (ok == 1)
		return 0;
	return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
			 "the signature does not hold for the key %s",
			 coco_key_fingerprint_text(key));
}
