/*
 * test_ec_check.c - P-384 keys from points, signatures from numbers. Covers
 * ec_check.c.
 */
#include "lib/crypto/ec_check.h"

#include <string.h>

#include "tests/support/support.h"

static void test_verify(void **state COCO_UNUSED)
{
	const struct coco_view message = coco_view_of("message", 7);
	uint8_t x[COCO_EC_P384];
	uint8_t y[COCO_EC_P384];
	uint8_t r[COCO_EC_P384];
	uint8_t s[COCO_EC_P384];
	struct coco_diag d = { 0 };
	struct coco_key *key;
	struct coco_key *public = NULL;

	assert_ok(coco_key_generate("p384", &key, &d), &d);
	assert_ok(coco_ec_point(key, x, y, &d), &d);
	assert_ok(coco_ec_key(x, y, &public, &d), &d);
	assert_true(coco_key_same(key, public));
	assert_false(coco_key_is_private(public));
	for (int i = 0; i < 50; i++) {
		assert_ok(coco_ec_sign(key, message, r, s, &d), &d);
		assert_ok(coco_ec_verify(public, message, r, s, &d), &d);
	}
	assert_err(coco_ec_verify(public, coco_view_of("massage", 7), r, s, &d),
		   COCO_E_VERIFY_SIGNATURE, &d);
	for (size_t i = 0; i < 2 * COCO_EC_P384; i++) {
		uint8_t *p = i < COCO_EC_P384 ? &r[i] : &s[i - COCO_EC_P384];

		*p ^= 0x10;
		d = (struct coco_diag){ 0 };
		assert_err(coco_ec_verify(public, message, r, s, &d), COCO_E_VERIFY_SIGNATURE,
			   &d);
		*p ^= 0x10;
	}
	memset(r, 0, sizeof(r));
	d = (struct coco_diag){ 0 };
	assert_err(coco_ec_verify(public, message, r, s, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_key_free(public);
	public = NULL;
	y[7] ^= 1;   /* not on the curve */
	d = (struct coco_diag){ 0 };
	assert_true(coco_ec_key(x, y, &public, &d) != 0);
	assert_null(public);
	coco_key_free(key);
}

static void test_others(void **state COCO_UNUSED)
{
	static const uint8_t one[COCO_EC_P384] = { 1 };
	struct coco_diag d = { 0 };
	struct coco_key *key;

	assert_ok(coco_key_generate("p256", &key, &d), &d);
	assert_err(coco_ec_verify(key, coco_view_of("m", 1), one, one, &d), COCO_E_KEY_TYPE, &d);
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
