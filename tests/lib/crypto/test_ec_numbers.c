/*
 * test_ec_numbers.c - P-384 points and signatures as numbers.
 */
#include "lib/crypto/ec_numbers.h"

#include "formats/core/mem.h"
#include "lib/crypto/sign.h"
#include "tests/support/ec_der.h"
#include "tests/support/support.h"

static void test_sign(void **state COCO_UNUSED)
{
	const struct coco_view message = coco_view_of("message", 7);
	struct coco_diag d = { 0 };
	struct coco_key *key;

	assert_ok(coco_key_generate("p384", &key, &d), &d);
	/* often enough for numbers with leading zeros and high bits */
	for (int i = 0; i < 300; i++) {
		uint8_t r[COCO_EC_P384];
		uint8_t s[COCO_EC_P384];
		uint8_t der[COCO_EC_DER_MAX];

		assert_ok(coco_ec_sign(key, message, r, s, &d), &d);
		size_t n = coco_test_ec_der(der, r, s);
		assert_ok(coco_verify(key, message, coco_view_of(der, n), 0, &d), &d);
	}
	coco_key_free(key);
}

/* The point is what ends the SubjectPublicKeyInfo. */
static void test_point(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t xy[2 * COCO_EC_P384];
	struct coco_key *key;
	uint8_t *der;
	size_t n;

	assert_ok(coco_key_generate("p384", &key, &d), &d);
	assert_ok(coco_key_public_der(key, &der, &n, &d), &d);
	assert_ok(coco_ec_point(key, xy, xy + COCO_EC_P384, &d), &d);
	assert_true(n > sizeof(xy));
	assert_memory_equal(der + n - sizeof(xy), xy, sizeof(xy));
	coco_free(der);
	coco_key_free(key);
}

static void test_others(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p521", "ed25519" };
	uint8_t a[COCO_EC_P384];
	uint8_t b[COCO_EC_P384];
	struct coco_key *key;
	struct coco_key *public;
	struct coco_diag d = { 0 };
	char *pem;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		assert_ok(coco_key_generate(names[i], &key, &d), &d);
		assert_err(coco_ec_point(key, a, b, &d), COCO_E_KEY_TYPE, &d);
		coco_diag_init(&d);
		assert_err(coco_ec_sign(key, coco_view_of("x", 1), a, b, &d), COCO_E_KEY_TYPE, &d);
		coco_diag_init(&d);
		coco_key_free(key);
	}
	assert_ok(coco_key_generate("p384", &key, &d), &d);
	assert_ok(coco_key_public_pem(key, &pem, &n, &d), &d);
	assert_ok(coco_key_parse_public(coco_view_of(pem, n), &public, &d), &d);
	assert_err(coco_ec_sign(public, coco_view_of("x", 1), a, b, &d), COCO_E_KEY_NOT_PRIVATE,
		   &d);
	coco_free(pem);
	coco_key_free(public);
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_point),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
