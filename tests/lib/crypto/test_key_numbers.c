/*
 * test_key_numbers.c - public keys from plain numbers are the keys that the
 * numbers were taken from; others are refused.
 */
#include "lib/crypto/key_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"

static size_t number(const struct coco_key *key, const char *what, uint8_t ret[1024])
{
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(coco_key_evp(key), what, &bn), 1);
	int n = BN_bn2bin(bn, ret + 1);
	ret[0] = 0;   /* a zero in front counts for nothing */
	BN_free(bn);
	return (size_t)n + 1;
}

static void test_rsa(void **state COCO_UNUSED)
{
	static const char *const types[] = { "rsa2048", "rsa3072" };
	uint8_t n[1024], e[1024];

	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		struct coco_diag d = { 0 };
		struct coco_key *key, *again;

		assert_ok(coco_key_generate(types[i], &key, &d), &d);
		size_t n_n = number(key, OSSL_PKEY_PARAM_RSA_N, n);
		size_t n_e = number(key, OSSL_PKEY_PARAM_RSA_E, e);
		assert_ok(coco_key_from_rsa(coco_view_of(n, n_n), coco_view_of(e, n_e), &again,
					    &d), &d);
		assert_true(coco_key_same(key, again));
		assert_false(coco_key_is_private(again));
		coco_key_free(again);
		assert_err(coco_key_from_rsa(coco_view_of(n, 129), coco_view_of(e, n_e), &again,
					     &d), COCO_E_KEY_WEAK, &d);
		coco_diag_init(&d);
		assert_err(coco_key_from_rsa(coco_view_of(n, 1), coco_view_of(e, n_e), &again, &d),
			   COCO_E_KEY_FORMAT, &d);
		coco_diag_init(&d);
		assert_err(coco_key_from_rsa(coco_view_of(n, n_n), coco_view_of(n, 20), &again,
					     &d), COCO_E_KEY_FORMAT, &d);
		coco_key_free(key);
	}
}

static void test_points(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		unsigned curve;
	} list[] = { { "p256", 256 }, { "p384", 384 }, { "p521", 521 } };
	uint8_t x[1024], y[1024];

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_diag d = { 0 };
		struct coco_key *key, *again;

		assert_ok(coco_key_generate(list[i].type, &key, &d), &d);
		size_t n_x = number(key, OSSL_PKEY_PARAM_EC_PUB_X, x);
		size_t n_y = number(key, OSSL_PKEY_PARAM_EC_PUB_Y, y);
		assert_ok(coco_key_from_point(list[i].curve, coco_view_of(x, n_x),
					      coco_view_of(y, n_y), &again, &d), &d);
		assert_true(coco_key_same(key, again));
		coco_key_free(again);
		y[n_y - 1] ^= 1;
		assert_err(coco_key_from_point(list[i].curve, coco_view_of(x, n_x),
					       coco_view_of(y, n_y), &again, &d),
			   COCO_E_KEY_FORMAT, &d);
		coco_diag_init(&d);
		assert_err(coco_key_from_point(list[i].curve, coco_view_of(x, 0),
					       coco_view_of(y, 0), &again, &d),
			   COCO_E_KEY_FORMAT, &d);
		coco_diag_init(&d);
		memset(x, 0xff, 100);
		assert_err(coco_key_from_point(list[i].curve, coco_view_of(x, 100),
					       coco_view_of(y, n_y), &again, &d),
			   COCO_E_KEY_FORMAT, &d);
		coco_diag_init(&d);
		assert_err(coco_key_from_point(255, coco_view_of(x, 32), coco_view_of(y, 32),
					       &again, &d), COCO_E_KEY_TYPE, &d);
		coco_key_free(key);
	}
}

static void test_ed25519(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_key *key, *again;
	uint8_t x[32];
	size_t n = sizeof(x);

	assert_ok(coco_key_generate("ed25519", &key, &d), &d);
	assert_int_equal(EVP_PKEY_get_raw_public_key(coco_key_evp(key), x, &n), 1);
	assert_ok(coco_key_from_ed25519(coco_view_of(x, n), &again, &d), &d);
	assert_true(coco_key_same(key, again));
	coco_key_free(again);
	assert_err(coco_key_from_ed25519(coco_view_of(x, 31), &again, &d), COCO_E_KEY_FORMAT, &d);
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_ed25519),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
