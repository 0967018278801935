/*
 * test_key_tpm.c - names of keys in TPM policies, against the end of the
 * SubjectPublicKeyInfo, which holds the same bytes.
 */
#include "lib/crypto/key_tpm.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"
#include "tests/support/support.h"

static void check(const char *type, size_t n_bits)
{
	struct coco_key *key;
	struct coco_sha256 ctx;
	struct coco_diag d = { 0 };
	uint8_t want[32], got[32];
	uint8_t *der;
	size_t n;

	assert_ok(coco_key_generate(type, &key, &d), &d);
	assert_ok(coco_key_public_der(key, &der, &n, &d), &d);
	assert_true(n > n_bits);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, der + n - n_bits, n_bits);
	coco_sha256_final(&ctx, want);
	assert_ok(coco_key_tpm_fingerprint(key, got, &d), &d);
	assert_memory_equal(got, want, 32);
	coco_free(der);
	coco_key_free(key);
}

static void test_types(void **state COCO_UNUSED)
{
	struct coco_key *key;
	struct coco_diag d = { 0 };
	uint8_t got[32] = { 77 };

	check("p256", 65);
	check("p384", 97);
	check("p521", 133);
	check("rsa2048", 270);   /* SEQUENCE of a modulus of 257 bytes and 65537 */
	assert_ok(coco_key_generate("ed25519", &key, &d), &d);
	assert_err(coco_key_tpm_fingerprint(key, got, &d), COCO_E_KEY_TYPE, &d);
	assert_int_equal(got[0], 77);
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_types) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
