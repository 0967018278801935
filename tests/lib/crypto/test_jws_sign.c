/*
 * test_jws_sign.c - signatures made and checked with each kind of key; other
 * keys, other algorithms and changed texts are refused.
 */
#include "lib/crypto/jws_sign.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"

static void check(const char *type, const char *alg)
{
	struct coco_diag d = { 0 };
	struct coco_key *key;
	struct coco_key *other;
	struct coco_secret text;
	struct coco_jws jws;
	char header[64];

	assert_ok(coco_key_generate(type, &key, &d), &d);
	assert_ok(coco_key_generate(type, &other, &d), &d);
	assert_string_equal(coco_jws_alg(key), alg);
	snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg);
	assert_ok(coco_jws_sign(key, coco_view_of(header, strlen(header)),
				coco_view_of("payload", 7), &text, &d), &d);
	assert_ok(coco_jws_decode(&jws, coco_view_of(text.p, text.n), &d), &d);
	assert_ok(coco_jws_verify(key, &jws, &d), &d);
	assert_err(coco_jws_verify(other, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_diag_init(&d);
	strcpy(jws.alg, "HS256");
	assert_err(coco_jws_verify(key, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_diag_init(&d);
	strcpy(jws.alg, alg);
	text.p[2] ^= 1;
	assert_err(coco_jws_verify(key, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_jws_clear(&jws);
	coco_secret_free(&text);
	coco_key_free(key);
	coco_key_free(other);
}

static void test_keys(void **state COCO_UNUSED)
{
	check("ed25519", "EdDSA");
	check("p256", "ES256");
	check("p384", "ES384");
	check("p521", "ES512");
	check("rsa2048", "RS256");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
