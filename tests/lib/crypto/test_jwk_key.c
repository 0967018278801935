/*
 * test_jwk_key.c - JSON Web Signatures of others: the algorithm that a token
 * names is one of a closed list and must be that of the key.
 */
#include "lib/crypto/jwk_key.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/jws_sign.h"
#include "tests/support/support.h"

static const struct {
	const char *type;
	const char *alg;
} kinds[] = {
	{ "p256", "ES256" }, { "p384", "ES384" }, { "p521", "ES512" },
	{ "rsa2048", "RS256" }, { "ed25519", "EdDSA" },
};

static void test_list(void **state COCO_UNUSED)
{
	static const char *const refused[] = { "none", "None", "HS256", "HS512", "ES256K", "RS1",
					       "es256", "", "EdDSA ", "ES25" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(refused); i++)
		assert_false(coco_jws_alg_accepted(refused[i]));
	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_key *key;

		assert_true(coco_jws_alg_accepted(kinds[i].alg));
		assert_int_equal(coco_key_generate(kinds[i].type, &key, NULL), 0);
		for (size_t k = 0; k < COCO_ARRAY_LEN(kinds); k++)
			assert_int_equal(coco_jws_alg_fits(kinds[k].alg, key), i == k);
		coco_key_free(key);
	}
}

static void test_check(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		struct coco_key *key, *other;
		struct coco_secret s;
		struct coco_jws jws;
		struct coco_diag d = { 0 };
		char header[64];

		assert_int_equal(coco_key_generate(kinds[i].type, &key, NULL), 0);
		assert_int_equal(coco_key_generate(kinds[i].type, &other, NULL), 0);
		snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", kinds[i].alg);
		assert_ok(coco_jws_sign(key, coco_view_of(header, strlen(header)),
					coco_view_of("{}", 2), &s, &d), &d);
		assert_ok(coco_jws_decode(&jws, coco_view_of(s.p, s.n), &d), &d);
		assert_ok(coco_jws_check(key, &jws, &d), &d);
		assert_err(coco_jws_check(other, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
		for (size_t k = 0; k < COCO_ARRAY_LEN(kinds); k++) {
			if (k == i)
				continue;
			coco_diag_init(&d);
			snprintf(jws.alg, sizeof(jws.alg), "%s", kinds[k].alg);
			assert_err(coco_jws_check(key, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
		}
		coco_diag_init(&d);
		snprintf(jws.alg, sizeof(jws.alg), "HS256");
		assert_err(coco_jws_check(key, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
		coco_jws_clear(&jws);
		coco_secret_free(&s);
		coco_key_free(key);
		coco_key_free(other);
	}
}

/* RFC 8037 appendix A and RFC 7517 appendix A.1. */
static void test_keys(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\","
		"\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}",
	};
	static const char *const names[] = { "ed25519", "p256" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_jwks set;
		struct coco_key *key;
		struct coco_diag d = { 0 };

		assert_ok(coco_jwks_decode(&set, coco_view_of(texts[i], strlen(texts[i])), &d), &d);
		assert_ok(coco_jwk_key(&set.v[0], &key, &d), &d);
		assert_string_equal(coco_key_name(key), names[i]);
		coco_key_free(key);
		if (i == 1) {
			set.v[0].a[3] ^= 1;
			assert_err(coco_jwk_key(&set.v[0], &key, &d), COCO_E_KEY_FORMAT, &d);
		}
		coco_jwks_free(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
