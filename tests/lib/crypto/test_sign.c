/*
 * test_sign.c - signatures: round trips, alterations, Wycheproof.
 */
#include "lib/crypto/sign.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"
#include "tests/support/wycheproof.h"

static const char *const names[] = { "ed25519", "p256", "p384", "p521", "rsa2048" };
static struct coco_key *keys[COCO_ARRAY_LEN(names)];
static const char message[] = "the message that is signed";

static struct coco_view msg(void)
{
	return coco_view_of(message, sizeof(message) - 1);
}

static int setup(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_ok(coco_key_generate(names[i], &keys[i], NULL), NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		coco_key_free(keys[i]);
	return 0;
}

static struct coco_key *public_of(const struct coco_key *key)
{
	struct coco_key *public = NULL;
	uint8_t *der = NULL;
	size_t n = 0;

	assert_ok(coco_key_public_der(key, &der, &n, NULL), NULL);
	assert_ok(coco_key_parse_public(coco_view_of(der, n), &public, NULL), NULL);
	coco_free(der);
	return public;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_key *public = public_of(keys[i]);
		static struct coco_diag d;
		uint8_t *sig = NULL;
		size_t n = 0;

		assert_ok(coco_sign(keys[i], msg(), 0, &sig, &n, &d), &d);
		assert_ok(coco_verify(public, msg(), coco_view_of(sig, n), 0, &d), &d);
		assert_ok(coco_verify(public, msg(), coco_view_of(sig, n), COCO_SIGN_PKCS1, &d),
			  &d);
		/* another key, another message, an empty signature */
		for (size_t k = 0; k < COCO_ARRAY_LEN(names); k++)
			if (k != i)
				assert_err(coco_verify(keys[k], msg(), coco_view_of(sig, n), 0,
						       NULL), COCO_E_VERIFY_SIGNATURE, NULL);
		assert_err(coco_verify(public, coco_view_of(message, 3), coco_view_of(sig, n), 0,
				       NULL), COCO_E_VERIFY_SIGNATURE, NULL);
		assert_err(coco_verify(public, msg(), coco_view_of(sig, 0), 0, NULL),
			   COCO_E_VERIFY_SIGNATURE, NULL);
		coco_free(sig);
		assert_err(coco_sign(public, msg(), 0, &sig, &n, NULL), COCO_E_KEY_NOT_PRIVATE,
			   NULL);
		coco_key_free(public);
	}
}

/* ECDSA with the hash of the curve, or with SHA-256 on request. */
static void test_hash(void **state COCO_UNUSED)
{
	for (size_t i = 1; i < 4; i++) {
		struct coco_diag d = { 0 };
		uint8_t *sig = NULL;
		size_t n = 0;

		assert_ok(coco_sign(keys[i], msg(), COCO_SIGN_SHA256, &sig, &n, &d), &d);
		assert_ok(coco_verify(keys[i], msg(), coco_view_of(sig, n), COCO_SIGN_SHA256, &d),
			  &d);
		int r = coco_verify(keys[i], msg(), coco_view_of(sig, n), 0, NULL);
		assert_int_equal(r, i == 1 ? 0 : COCO_E_VERIFY_SIGNATURE);
		coco_free(sig);
	}
	assert_string_equal(coco_sign_method(keys[2], COCO_SIGN_SHA256), "ecdsa-p384-sha256");
	assert_string_equal(coco_sign_method(keys[3], COCO_SIGN_SHA256), "ecdsa-p521-sha256");
	assert_string_equal(coco_sign_method(keys[0], COCO_SIGN_SHA256), "ed25519");
}

static void test_empty_message(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_view nothing = { NULL, 0 };
		uint8_t *sig = NULL;
		size_t n = 0;

		assert_ok(coco_sign(keys[i], nothing, 0, &sig, &n, NULL), NULL);
		assert_ok(coco_verify(keys[i], nothing, coco_view_of(sig, n), 0, NULL), NULL);
		coco_free(sig);
	}
}

static void test_every_bit(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		char copy[sizeof(message)];
		uint8_t *sig = NULL;
		size_t n = 0;

		assert_ok(coco_sign(keys[i], msg(), 0, &sig, &n, NULL), NULL);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			sig[bit / 8] ^= (uint8_t)(1U << (bit % 8));
			assert_err(coco_verify(keys[i], msg(), coco_view_of(sig, n), 0, NULL),
				   COCO_E_VERIFY_SIGNATURE, NULL);
			sig[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		}
		memcpy(copy, message, sizeof(copy));
		for (size_t bit = 0; bit < 8 * (sizeof(copy) - 1); bit++) {
			copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << (bit % 8)));
			assert_err(coco_verify(keys[i], coco_view_of(copy, sizeof(copy) - 1),
					       coco_view_of(sig, n), 0, NULL),
				   COCO_E_VERIFY_SIGNATURE, NULL);
			copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << (bit % 8)));
		}
		for (size_t k = 0; k < n; k++)
			assert_err(coco_verify(keys[i], msg(), coco_view_of(sig, k), 0, NULL),
				   COCO_E_VERIFY_SIGNATURE, NULL);
		uint8_t *longer = coco_alloc(n + 1, 1);
		assert_non_null(longer);
		memcpy(longer, sig, n);
		longer[n] = 0;
		assert_err(coco_verify(keys[i], msg(), coco_view_of(longer, n + 1), 0, NULL),
			   COCO_E_VERIFY_SIGNATURE, NULL);
		coco_free(longer);
		coco_free(sig);
	}
}

/* The RSA scheme is not taken from the signature: PKCS#1 v1.5 only on request. */
static void test_rsa_schemes(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	const struct coco_key *rsa = keys[4];
	uint8_t *sig = NULL;
	size_t n = 0;

	assert_ok(coco_sign(rsa, msg(), COCO_SIGN_PKCS1, &sig, &n, NULL), NULL);
	assert_ok(coco_verify(rsa, msg(), coco_view_of(sig, n), COCO_SIGN_PKCS1, NULL), NULL);
	assert_err(coco_verify(rsa, msg(), coco_view_of(sig, n), 0, &d), COCO_E_VERIFY_SIGNATURE,
		   &d);
	assert_non_null(strstr(d.hint, "PKCS#1"));
	coco_free(sig);
	assert_string_equal(coco_sign_method(rsa, 0), "rsa-pss-sha256");
	assert_string_equal(coco_sign_method(rsa, COCO_SIGN_PKCS1), "rsa-pkcs1-sha256");
	assert_string_equal(coco_sign_method(keys[0], 0), "ed25519");
	assert_string_equal(coco_sign_method(keys[1], 0), "ecdsa-p256-sha256");
	assert_string_equal(coco_sign_method(keys[2], 0), "ecdsa-p384-sha384");
	assert_string_equal(coco_sign_method(keys[3], 0), "ecdsa-p521-sha512");
}

/* A PSS signature with another salt length or hash is not ours. */
static void test_pss_parameters(void **state COCO_UNUSED)
{
	static const struct {
		const char *hash;
		int salt;
		bool good;
	} cases[] = {
		{ "SHA256", 32, true },	 { "SHA256", 20, false }, { "SHA256", 0, false },
		{ "SHA512", 64, false }, { "SHA1", 20, false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		EVP_PKEY_CTX *p = NULL;
		uint8_t sig[256];
		size_t n = sizeof(sig);

		assert_int_equal(EVP_DigestSignInit_ex(ctx, &p, cases[i].hash, NULL, NULL,
						       coco_key_evp(keys[4]), NULL), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(p, cases[i].salt), 1);
		assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)message,
						sizeof(message) - 1), 1);
		EVP_MD_CTX_free(ctx);
		assert_int_equal(coco_verify(keys[4], msg(), coco_view_of(sig, n), 0, NULL),
				 cases[i].good ? 0 : COCO_E_VERIFY_SIGNATURE);
	}
}

static void ecdsa_case(const struct coco_jv *group, const struct coco_jv *test,
		       const char *result)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;
	uint8_t *der = NULL;
	uint8_t *m = NULL;
	uint8_t *sig = NULL;
	uint64_t id = 0;

	coco_diag_init(&d);
	assert_ok(coco_jv_u64(test, "tcId", UINT32_MAX, &id, NULL), NULL);
	size_t n_der = coco_wycheproof_hex(group, "publicKeyDer", &der);
	size_t n_m = coco_wycheproof_hex(test, "msg", &m);
	size_t n_sig = coco_wycheproof_hex(test, "sig", &sig);
	assert_ok(coco_key_parse_public(coco_view_of(der, n_der), &key, &d), &d);
	int r = coco_verify(key, coco_view_of(m, n_m), coco_view_of(sig, n_sig), 0, &d);
	if ((r == 0) != (strcmp(result, "valid") == 0) || (r != 0 && r != COCO_E_VERIFY_SIGNATURE))
		fail_msg("tcId %u: result %s, we say %d", (unsigned)id, result, r);
	coco_key_free(key);
	coco_free(der);
	coco_free(m);
	coco_free(sig);
}

static void test_wycheproof(void **state COCO_UNUSED)
{
	size_t n = coco_wycheproof_run("ecdsa_secp256r1_sha256", ecdsa_case);

	if (n == 0)
		skip();
	n += coco_wycheproof_run("ecdsa_secp384r1_sha384", ecdsa_case);
	n += coco_wycheproof_run("ecdsa_secp521r1_sha512", ecdsa_case);
	printf("ecdsa: %zu Wycheproof cases\n", n);
	assert_true(n > 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_empty_message),
		cmocka_unit_test(test_every_bit),      cmocka_unit_test(test_rsa_schemes),
		cmocka_unit_test(test_pss_parameters), cmocka_unit_test(test_wycheproof),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
