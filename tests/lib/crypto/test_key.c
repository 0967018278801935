/*
 * test_key.c - making, describing and writing keys.
 */
#include "lib/crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"

static const struct {
	const char *name;
	enum coco_key_type type;
	unsigned bits;
} kinds[] = {
	{ "ed25519", COCO_KEY_ED25519, 256 }, { "p256", COCO_KEY_P256, 256 },
	{ "p384", COCO_KEY_P384, 384 },	      { "p521", COCO_KEY_P521, 521 },
	{ "rsa2048", COCO_KEY_RSA, 2048 },    { "rsa3072", COCO_KEY_RSA, 3072 },
};

static void test_generate_and_write(void **state COCO_UNUSED)
{
	static struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_key *key = NULL;
		struct coco_key *again = NULL;
		struct coco_key *public = NULL;
		struct coco_secret pem = { 0 };
		char *text = NULL;
		uint8_t *der = NULL;
		size_t n = 0;

		assert_ok(coco_key_generate(kinds[i].name, &key, &d), &d);
		assert_int_equal(coco_key_type(key), kinds[i].type);
		assert_int_equal(coco_key_bits(key), kinds[i].bits);
		assert_string_equal(coco_key_name(key), kinds[i].name);
		assert_true(coco_key_is_private(key));
		assert_ok(coco_key_private_pem(key, &pem, &d), &d);
		assert_int_equal(coco_secret_expose(&pem)[pem.n], 0);
		assert_ok(coco_key_parse_private(coco_view_of(coco_secret_expose(&pem), pem.n),
						 &again, &d), &d);
		assert_true(coco_key_same(key, again));
		assert_ok(coco_key_public_pem(key, &text, &n, &d), &d);
		assert_int_equal(strlen(text), n);
		assert_ok(coco_key_parse_public(coco_view_of(text, n), &public, &d), &d);
		assert_true(coco_key_same(key, public));
		assert_false(coco_key_is_private(public));
		assert_string_equal(coco_key_fingerprint_text(key),
				    coco_key_fingerprint_text(public));
		assert_string_equal(coco_key_hint(key), coco_key_hint(public));
		coco_secret_free(&pem);
		assert_err(coco_key_private_pem(public, &pem, NULL), COCO_E_KEY_NOT_PRIVATE, NULL);
		coco_key_free(public);
		coco_free(text);
		assert_ok(coco_key_public_der(key, &der, &n, &d), &d);
		assert_ok(coco_key_parse_public(coco_view_of(der, n), &public, &d), &d);
		assert_true(coco_key_same(key, public));
		coco_free(der);
		coco_key_free(public);
		coco_key_free(again);
		coco_key_free(key);
	}
}

static void test_unknown_name(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "", "p224", "rsa", "rsa1024", "dsa", "P256", "x25519" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		static struct coco_diag d;
		struct coco_key *key = NULL;

		coco_diag_init(&d);
		assert_err(coco_key_generate(bad[i], &key, &d), COCO_E_USAGE_VALUE, &d);
		assert_null(key);
	}
}

static void refuse(EVP_PKEY *pkey, int code)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;

	assert_non_null(pkey);
	coco_diag_init(&d);
	assert_err(coco_key_from_evp(pkey, true, &key, &d), code, &d);
	assert_null(key);
}

static void test_refused_types(void **state COCO_UNUSED)
{
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), COCO_E_KEY_WEAK);
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp224r1"), COCO_E_KEY_TYPE);
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), COCO_E_KEY_TYPE);
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "brainpoolP256r1"), COCO_E_KEY_TYPE);
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), COCO_E_KEY_TYPE);
	refuse(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), COCO_E_KEY_TYPE);
}

/* A compressed point is the same key and gets the same fingerprint and hint. */
static void test_one_encoding(void **state COCO_UNUSED)
{
	struct coco_key *key = NULL;
	struct coco_key *other = NULL;
	unsigned char *der = NULL;
	uint8_t *plain = NULL;
	size_t n_plain = 0;

	assert_ok(coco_key_generate("p256", &key, NULL), NULL);
	assert_ok(coco_key_public_der(key, &plain, &n_plain, NULL), NULL);
	EVP_PKEY *copy = EVP_PKEY_dup(coco_key_evp(key));
	assert_int_equal(EVP_PKEY_set_utf8_string_param(copy,
							OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
							"compressed"), 1);
	int n = i2d_PUBKEY(copy, &der);
	assert_true(n > 0 && (size_t)n < n_plain);
	assert_ok(coco_key_parse_public(coco_view_of(der, (size_t)n), &other, NULL), NULL);
	assert_true(coco_key_same(key, other));
	assert_string_equal(coco_key_hint(key), coco_key_hint(other));
	coco_key_free(other);
	OPENSSL_free(der);
	/* the curve spelt out is refused */
	der = NULL;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(copy, OSSL_PKEY_PARAM_EC_ENCODING,
							OSSL_PKEY_EC_ENCODING_EXPLICIT), 1);
	n = i2d_PUBKEY(copy, &der);
	assert_true(n > 0 && (size_t)n > n_plain);
	static struct coco_diag d;
	assert_err(coco_key_parse_public(coco_view_of(der, (size_t)n), &other, &d),
		   COCO_E_KEY_TYPE, &d);
	OPENSSL_free(der);
	EVP_PKEY_free(copy);
	coco_free(plain);
	coco_key_free(key);
}

/* The hint of the published key of the upstream project (packaging.md 1.3). */
static void test_upstream_hint(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("packaging/oms/keys/signing-key-pub.pem");
	static struct coco_diag d;
	struct coco_key *key = NULL;

	if (path == NULL)
		skip();
	assert_ok(coco_key_load_public(path, &key, &d), &d);
	assert_string_equal(coco_key_hint(key),
			    "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e");
	assert_int_equal(coco_key_type(key), COCO_KEY_P384);
	coco_key_free(key);
	coco_key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generate_and_write), cmocka_unit_test(test_unknown_name),
		cmocka_unit_test(test_refused_types),	   cmocka_unit_test(test_one_encoding),
		cmocka_unit_test(test_upstream_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
