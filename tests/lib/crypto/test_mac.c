/*
 * test_mac.c - HMAC with SHA-256, and keys for it from private keys.
 */
#include "lib/crypto/mac.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static void test_value(void **state COCO_UNUSED)
{
	/* printf 'what\0value' | openssl dgst -sha256 -hmac Jefe */
	static const char want[] =
		"1a22e5b878e13e9fb1258b4481bc32750223da059ffedbfab31509c4b4df904a";
	struct coco_secret key = { 0 };
	struct coco_diag d = { 0 };
	uint8_t out[COCO_MAC_BYTES];
	char text[2 * COCO_MAC_BYTES + 1];

	assert_ok(coco_secret_from(&key, "Jefe", 4, &d), &d);
	assert_ok(coco_mac(&key, "what", coco_view_of("value", 5), out, &d), &d);
	coco_hex_encode(text, out, sizeof(out));
	assert_string_equal(text, want);
	/* the border between label and message counts */
	assert_ok(coco_mac(&key, "wha", coco_view_of("t\0value", 7), out, &d), &d);
	coco_hex_encode(text, out, sizeof(out));
	assert_string_not_equal(text, want);
	assert_ok(coco_mac(&key, "what", coco_view_of(NULL, 0), out, &d), &d);
	coco_secret_free(&key);
}

static void same_key(const char *kind)
{
	struct coco_key *key = NULL;
	struct coco_key *again = NULL;
	struct coco_key *public = NULL;
	struct coco_secret pem = { 0 };
	struct coco_secret a = { 0 };
	struct coco_secret b = { 0 };
	struct coco_secret other = { 0 };
	struct coco_diag d = { 0 };
	char *text = NULL;
	size_t n = 0;

	assert_ok(coco_key_generate(kind, &key, &d), &d);
	assert_ok(coco_key_private_pem(key, &pem, &d), &d);
	assert_ok(coco_key_parse_private(coco_view_of(coco_secret_expose(&pem), pem.n), &again,
					 &d), &d);
	assert_ok(coco_mac_key(key, "one", &a, &d), &d);
	assert_ok(coco_mac_key(again, "one", &b, &d), &d);
	assert_ok(coco_mac_key(key, "two", &other, &d), &d);
	assert_int_equal(a.n, COCO_MAC_BYTES);
	assert_memory_equal(coco_secret_expose(&a), coco_secret_expose(&b), COCO_MAC_BYTES);
	assert_memory_not_equal(coco_secret_expose(&a), coco_secret_expose(&other),
				COCO_MAC_BYTES);
	coco_secret_free(&b);
	assert_ok(coco_key_public_pem(key, &text, &n, &d), &d);
	assert_ok(coco_key_parse_public(coco_view_of(text, n), &public, &d), &d);
	assert_err(coco_mac_key(public, "one", &b, &d), COCO_E_KEY_NOT_PRIVATE, &d);
	assert_null(b.p);
	coco_free(text);
	coco_secret_free(&a);
	coco_secret_free(&other);
	coco_secret_free(&pem);
	coco_key_free(key);
	coco_key_free(again);
	coco_key_free(public);
}

static void test_keys(void **state COCO_UNUSED)
{
	same_key("ed25519");
	same_key("p256");
	same_key("rsa2048");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
