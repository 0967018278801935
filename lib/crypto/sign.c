/*
 * sign.c - signatures over messages (see sign.h).
 */
#include "lib/crypto/sign.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

/* The hash of a key type; NULL for Ed25519, which has its own. */
static const char *hash_of(enum coco_key_type type, unsigned flags)
{
	if (type != COCO_KEY_ED25519 && (flags & COCO_SIGN_SHA256) != 0)
		return "SHA256";
	switch (type) {
	case COCO_KEY_ED25519:
		return NULL;
	case COCO_KEY_P384:
		return "SHA384";
	case COCO_KEY_P521:
		return "SHA512";
	case COCO_KEY_P256:
	case COCO_KEY_RSA:
		break;
	}
	return "SHA256";
}

const char *coco_sign_method(const struct coco_key *key, unsigned flags)
{
	switch (coco_key_type(key)) {
	case COCO_KEY_ED25519:
		return "ed25519";
	case COCO_KEY_P256:
		return "ecdsa-p256-sha256";
	case COCO_KEY_P384:
		return (flags & COCO_SIGN_SHA256) != 0 ? "ecdsa-p384-sha256" : "ecdsa-p384-sha384";
	case COCO_KEY_P521:
		return (flags & COCO_SIGN_SHA256) != 0 ? "ecdsa-p521-sha256" : "ecdsa-p521-sha512";
	case COCO_KEY_RSA:
		break;
	}
	return (flags & COCO_SIGN_PKCS1) != 0 ? "rsa-pkcs1-sha256" : "rsa-pss-sha256";
}

static bool set_rsa_padding(EVP_PKEY_CTX *ctx, bool pkcs1)
{
	if (pkcs1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, "SHA256", NULL) == 1;
}

int coco_sign(const struct coco_key *key, struct coco_view message, unsigned flags,
	      uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	EVP_PKEY_CTX *pctx = NULL;
	enum coco_key_type type = coco_key_type(key);
	uint8_t *sig = NULL;
	size_t n = COCO_SIGNATURE_MAX;

	if (!coco_key_is_private(key))
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE, "a public key cannot sign");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx != NULL && EVP_DigestSignInit_ex(ctx, &pctx, hash_of(type, flags), NULL, NULL,
						      coco_key_evp(key), NULL) == 1;
	if (ok == 1 && type == COCO_KEY_RSA)
		ok = set_rsa_padding(pctx, (flags & COCO_SIGN_PKCS1) != 0);
	if (ok == 1) {
		sig = coco_alloc(n, 1);
		ok = sig != NULL && EVP_DigestSign(ctx, sig, &n, message.p, message.n) == 1;
	}
	EVP_MD_CTX_free(ctx);
	if (ok != 1) {
		coco_free(sig);
		return coco_fail_ossl(diag, sig == NULL ? COCO_E_LIMIT_MEMORY : COCO_E_KEY_FORMAT,
				      "the key does not sign");
	}
	*ret = sig;
	*ret_n = n;
	return 0;
}

/* True when the signature is the one DER form of an ECDSA-Sig-Value. */
static bool strict_der(struct coco_view sig)
{
	const unsigned char *at = sig.p;
	unsigned char *again = NULL;
	ECDSA_SIG *parsed = sig.n <= COCO_SIGNATURE_MAX ? d2i_ECDSA_SIG(NULL, &at, (long)sig.n)
							: NULL;
	int n = parsed != NULL ? i2d_ECDSA_SIG(parsed, &again) : -1;
	bool same = n > 0 && (size_t)n == sig.n && memcmp(again, sig.p, sig.n) == 0;

	ECDSA_SIG_free(parsed);
	OPENSSL_free(again);
	return same;
}

/* 1: holds; 0: does not; -1: OpenSSL could not try. */
static int try_verify(const struct coco_key *key, struct coco_view message, struct coco_view sig,
		      unsigned flags, bool pkcs1)
{
	EVP_PKEY_CTX *pctx = NULL;
	enum coco_key_type type = coco_key_type(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = -1;

	if (ctx != NULL &&
	    EVP_DigestVerifyInit_ex(ctx, &pctx, hash_of(type, flags), NULL, NULL,
				    coco_key_evp(key), NULL) == 1 &&
	    (type != COCO_KEY_RSA || set_rsa_padding(pctx, pkcs1)))
		ok = EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1 ? 1 : 0;
	EVP_MD_CTX_free(ctx);
	return ok;
}

int coco_verify(const struct coco_key *key, struct coco_view message, struct coco_view signature,
		unsigned flags, struct coco_diag *diag)
{
	enum coco_key_type type = coco_key_type(key);
	bool ec = type != COCO_KEY_RSA && type != COCO_KEY_ED25519;

	if (signature.n == 0)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE, "the signature is empty");
	if (ec && !strict_der(signature)) {
		ERR_clear_error();
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "the signature is not in DER form for this key");
	}
	int ok = try_verify(key, message, signature, flags, false);
	if (ok == 0 && type == COCO_KEY_RSA && (flags & COCO_SIGN_PKCS1) != 0)
		ok = try_verify(key, message, signature, flags, true);
	if (ok < 0)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the signature could not be checked");
	ERR_clear_error();
	if (ok == 1)
		return 0;
	if (type == COCO_KEY_RSA && (flags & COCO_SIGN_PKCS1) == 0 &&
	    try_verify(key, message, signature, flags, true) == 1)
		coco_diag_hint(diag, "it is an RSA PKCS#1 v1.5 signature, which is accepted on "
			       "request only");
	ERR_clear_error();
	return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
			 "the signature does not hold for the key %s",
			 coco_key_fingerprint_text(key));
}
