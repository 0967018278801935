/*
 * test_sign_scheme.c - signatures by the scheme that a format names: made by
 * OpenSSL, every byte of them changed, by other schemes, keys and hashes; and
 * the signatures of Wycheproof.
 */
#include "lib/crypto/sign_scheme.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"
#include "tests/support/wycheproof.h"

static const char *const mds[] = { "SHA1", "SHA256", "SHA384", "SHA512" };
static const struct coco_view message = { (const uint8_t *)"what is signed", 14 };

static size_t sign(const struct coco_key *key, enum coco_sign_scheme scheme, const char *md,
		   int salt, uint8_t ret[1024])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	uint8_t sig[1024];
	size_t n = sizeof(sig);

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx,
					       scheme == COCO_SCHEME_EDDSA ? NULL : md, NULL, NULL,
					       coco_key_evp(key), NULL), 1);
	if (scheme == COCO_SCHEME_PSS)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt) == 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, message.p, message.n), 1);
	EVP_MD_CTX_free(ctx);
	if (scheme != COCO_SCHEME_ECDSA) {
		memcpy(ret, sig, n);
		return n;
	}
	const unsigned char *at = sig;
	int half = (int)coco_ec_raw_size(key) / 2;
	ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)n);
	assert_true(BN_bn2binpad(ECDSA_SIG_get0_r(parsed), ret, half) == half &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), ret + half, half) == half);
	ECDSA_SIG_free(parsed);
	return 2 * (size_t)half;
}

static int verify(const struct coco_key *key, enum coco_sign_scheme scheme,
		  enum coco_digest_alg hash, const uint8_t *sig, size_t n)
{
	struct coco_diag d = { 0 };
	int r = coco_scheme_verify(key, scheme, hash, message, coco_view_of(sig, n), &d);

	assert_int_equal(r, d.code);
	return r;
}

static void judge(const struct coco_key *key, const struct coco_key *other,
		  enum coco_sign_scheme scheme, enum coco_digest_alg hash)
{
	uint8_t sig[1024];
	size_t n = sign(key, scheme, mds[hash], RSA_PSS_SALTLEN_DIGEST, sig);

	assert_int_equal(verify(key, scheme, hash, sig, n), 0);
	assert_int_equal(verify(other, scheme, hash, sig, n), COCO_E_VERIFY_SIGNATURE);
	assert_int_equal(verify(key, scheme, hash, sig, n - 1), COCO_E_VERIFY_SIGNATURE);
	assert_int_equal(verify(key, scheme, hash, sig, n + 1), COCO_E_VERIFY_SIGNATURE);
	assert_int_equal(verify(key, scheme, hash, sig, 0), COCO_E_VERIFY_SIGNATURE);
	if (scheme != COCO_SCHEME_EDDSA) {
		assert_int_equal(verify(key, scheme, hash == COCO_DIGEST_SHA256 ? COCO_DIGEST_SHA384
								: COCO_DIGEST_SHA256, sig, n),
				 COCO_E_VERIFY_SIGNATURE);
		assert_int_equal(verify(key, scheme, COCO_DIGEST_SHA1, sig, n),
				 COCO_E_VERIFY_SIGNATURE);
	}
	for (size_t i = 0; i < n; i += n > 100 ? 17 : 1) {
		sig[i] ^= 0x20;
		assert_int_equal(verify(key, scheme, hash, sig, n), COCO_E_VERIFY_SIGNATURE);
		sig[i] ^= 0x20;
	}
}

static void test_schemes(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		enum coco_sign_scheme scheme;
		enum coco_digest_alg hash;
	} list[] = {
		{ "rsa2048", COCO_SCHEME_PKCS1, COCO_DIGEST_SHA256 },
		{ "rsa2048", COCO_SCHEME_PKCS1, COCO_DIGEST_SHA512 },
		{ "rsa2048", COCO_SCHEME_PSS, COCO_DIGEST_SHA384 },
		{ "p256", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA256 },
		{ "p384", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA384 },
		{ "p521", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA512 },
		{ "ed25519", COCO_SCHEME_EDDSA, COCO_DIGEST_SHA256 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_key *key, *other;

		assert_int_equal(coco_key_generate(list[i].type, &key, NULL), 0);
		assert_int_equal(coco_key_generate(list[i].type, &other, NULL), 0);
		judge(key, other, list[i].scheme, list[i].hash);
		for (size_t k = 0; k < COCO_ARRAY_LEN(list); k++)
			if (memcmp(list[i].type, list[k].type, 3) != 0 &&
			    list[i].scheme != list[k].scheme)
				assert_int_equal(verify(key, list[k].scheme, list[k].hash,
							message.p, 14), COCO_E_KEY_TYPE);
		coco_key_free(key);
		coco_key_free(other);
	}
}

static void test_salt(void **state COCO_UNUSED)
{
	struct coco_key *key;
	uint8_t sig[1024];

	assert_int_equal(coco_key_generate("rsa2048", &key, NULL), 0);
	size_t n = sign(key, COCO_SCHEME_PSS, "SHA256", 20, sig);
	assert_int_equal(verify(key, COCO_SCHEME_PSS, COCO_DIGEST_SHA256, sig, n),
			 COCO_E_VERIFY_SIGNATURE);
	assert_int_equal(verify(key, COCO_SCHEME_PSS_ANY, COCO_DIGEST_SHA256, sig, n), 0);
	n = sign(key, COCO_SCHEME_PKCS1, "SHA256", 0, sig);
	assert_int_equal(verify(key, COCO_SCHEME_PSS_ANY, COCO_DIGEST_SHA256, sig, n),
			 COCO_E_VERIFY_SIGNATURE);
	coco_key_free(key);
}

/* r | s out of the one DER form; 0: the bytes have no such form. */
static size_t raw_of(const uint8_t *der, size_t n, uint8_t ret[COCO_EC_RAW_MAX], int half)
{
	const unsigned char *at = der;
	unsigned char *again = NULL;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	int k = sig != NULL ? i2d_ECDSA_SIG(sig, &again) : -1;
	bool fits = k > 0 && (size_t)k == n && memcmp(again, der, n) == 0 &&
		    BN_is_negative(ECDSA_SIG_get0_r(sig)) == 0 &&
		    BN_is_negative(ECDSA_SIG_get0_s(sig)) == 0 &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, half) == half &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + half, half) == half;

	OPENSSL_free(again);
	ECDSA_SIG_free(sig);
	return fits ? 2 * (size_t)half : 0;
}

static void wycheproof(const struct coco_jv *group, const struct coco_jv *test, const char *result)
{
	struct coco_key *key = NULL;
	uint8_t raw[COCO_EC_RAW_MAX];
	uint8_t *der, *msg, *sig;
	size_t n_der = coco_wycheproof_hex(group, "publicKeyDer", &der);
	size_t n_msg = coco_wycheproof_hex(test, "msg", &msg);
	size_t n_sig = coco_wycheproof_hex(test, "sig", &sig);

	assert_int_equal(coco_key_parse_public(coco_view_of(der, n_der), &key, NULL), 0);
	enum coco_digest_alg hash = coco_key_type(key) == COCO_KEY_P256 ? COCO_DIGEST_SHA256
				    : coco_key_type(key) == COCO_KEY_P384 ? COCO_DIGEST_SHA384
									  : COCO_DIGEST_SHA512;
	size_t n = raw_of(sig, n_sig, raw, (int)coco_ec_raw_size(key) / 2);
	int r = n == 0 ? COCO_E_VERIFY_SIGNATURE
		       : coco_scheme_verify(key, COCO_SCHEME_ECDSA, hash,
					    coco_view_of(msg, n_msg), coco_view_of(raw, n), NULL);
	assert_int_equal(r, strcmp(result, "valid") == 0 ? 0 : COCO_E_VERIFY_SIGNATURE);
	coco_key_free(key);
	coco_free(der);
	coco_free(msg);
	coco_free(sig);
}

static void test_wycheproof(void **state COCO_UNUSED)
{
	(void)coco_wycheproof_run("ecdsa_secp256r1_sha256", wycheproof);
	(void)coco_wycheproof_run("ecdsa_secp384r1_sha384", wycheproof);
	(void)coco_wycheproof_run("ecdsa_secp521r1_sha512", wycheproof);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_salt),
		cmocka_unit_test(test_wycheproof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
