/*
 * test_cose_sign.c - signing and verifying COSE_Sign1 with every type of key,
 * every bit flipped, and the shared CoRIM samples.
 */
#include "lib/crypto/cose_sign.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const struct {
	const char *key;
	int64_t alg;
} keys[] = {
	{ "p256", COCO_COSE_ES256 }, { "p384", COCO_COSE_ES384 }, { "p521", COCO_COSE_ES512 },
	{ "ed25519", COCO_COSE_EDDSA }, { "rsa2048", COCO_COSE_PS256 },
};

static const struct coco_view nothing = { NULL, 0 };

static void test_keys(void **state COCO_UNUSED)
{
	const struct coco_cose_make make = { .content_type = "x/y" };
	struct coco_key *last = NULL;

	for (size_t i = 0; i < COCO_ARRAY_LEN(keys); i++) {
		struct coco_diag d = { 0 };
		struct coco_cose_sign1 s;
		struct coco_key *key;
		uint8_t *p;
		size_t n;

		assert_ok(coco_key_generate(keys[i].key, &key, &d), &d);
		assert_ok(coco_cose_sign(key, &make, coco_view_of("payload", 7), &p, &n, &d), &d);
		assert_ok(coco_cose_decode(&s, coco_view_of(p, n), 0, &d), &d);
		assert_int_equal(s.alg, keys[i].alg);
		assert_int_equal(s.kid.n, COCO_FINGERPRINT_BYTES);
		assert_memory_equal(s.kid.p, coco_key_fingerprint(key), s.kid.n);
		assert_ok(coco_cose_verify(key, &s, nothing, &d), &d);
		if (last != NULL) {
			assert_err(coco_cose_verify(last, &s, nothing, &d),
				   COCO_E_VERIFY_SIGNATURE, &d);
			coco_diag_init(&d);
		}
		s.alg = -1;
		assert_err(coco_cose_verify(key, &s, nothing, &d), COCO_E_VERIFY_SIGNATURE, &d);
		coco_key_free(last);
		last = key;
		coco_free(p);
	}
	coco_key_free(last);
}

/* No bit of what is signed can change. */
static void test_bits(void **state COCO_UNUSED)
{
	const struct coco_cose_make make = { .content_type = "x/y" };
	struct coco_diag d = { 0 };
	struct coco_cose_sign1 s;
	struct coco_key *key;
	uint8_t *p;
	size_t n;

	assert_ok(coco_key_generate("p256", &key, &d), &d);
	assert_ok(coco_cose_sign(key, &make, coco_view_of("payload", 7), &p, &n, &d), &d);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (coco_cose_decode(&s, coco_view_of(p, n), 0, NULL) == 0 &&
		    coco_cose_verify(key, &s, nothing, NULL) == 0)
			fail_msg("bit %zu may change", bit);
		p[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	/* a payload that is elsewhere */
	assert_ok(coco_cose_decode(&s, coco_view_of(p, n), 0, &d), &d);
	s.detached = true;
	assert_ok(coco_cose_verify(key, &s, coco_view_of("payload", 7), &d), &d);
	assert_err(coco_cose_verify(key, &s, coco_view_of("payloae", 7), &d),
		   COCO_E_VERIFY_SIGNATURE, &d);
	coco_free(p);
	coco_key_free(key);
}

/* ---- shared samples ---------------------------------------------------------------- */

/* A public key from the coordinates of its point. */
static struct coco_key *key_of(const uint8_t *xy, size_t n)
{
	static const uint8_t p256[] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
		0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
	};
	static const uint8_t p384[] = {
		0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
		0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
	};
	size_t head = n == 64 ? sizeof(p256) : sizeof(p384);
	struct coco_diag d = { 0 };
	struct coco_key *key;
	uint8_t der[128];

	memcpy(der, n == 64 ? p256 : p384, head);
	memcpy(der + head, xy, n);
	assert_ok(coco_key_parse_public(coco_view_of(der, head + n), &key, &d), &d);
	return key;
}

static void holds(const char *file, const struct coco_key *key)
{
	const char *path = coco_test_vectors(file);
	struct coco_diag d = { 0 };
	struct coco_cose_sign1 s;
	uint8_t *p;
	size_t n;

	assert_non_null(path);
	p = coco_test_slurp(path, &n);
	assert_ok(coco_cose_decode(&s, coco_view_of(p, n), 0, &d), &d);
	assert_ok(coco_cose_verify(key, &s, nothing, &d), &d);
	((uint8_t *)(uintptr_t)s.payload.p)[s.payload.n / 2] ^= 1;
	assert_err(coco_cose_verify(key, &s, nothing, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_free(p);
}

static void test_samples(void **state COCO_UNUSED)
{
	/* x and y of veraison/corim's test key */
	static const char veraison[] =
		"30a0424cd21c2944838a2d75c92b37e76ea20d9f00893a3b4eee8a3c0aafec3e"
		"e04b65e92456d9888b52b379bdfbd51ee869ef1f0fc65b6659695b6cce081723";
	const char *path = coco_test_vectors("measure/corim/corim.json");
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv signed_list;
	uint8_t xy[96];
	size_t n;

	if (path == NULL)
		skip();
	assert_int_equal(coco_hex_decode(xy, 64, veraison, 128, NULL), 0);
	struct coco_key *key = key_of(xy, 64);
	holds("measure/corim/veraison/signed-good-corim.cbor", key);
	holds("measure/corim/veraison/signed-example-corim.cbor", key);
	coco_key_free(key);

	uint8_t *text = coco_test_slurp(coco_test_vectors("measure/corim/corim.json"), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "signed", &signed_list, &d), &d);
	assert_int_equal(coco_jv_len(&signed_list), 2);
	for (size_t i = 0; i < coco_jv_len(&signed_list); i++) {
		struct coco_jv item = coco_jv_item(&signed_list, i);
		const char *file;
		char name[128];

		assert_ok(coco_jv_string(&item, "file", &file, &d), &d);
		assert_ok(coco_jv_hex(&item, "pub_x", xy, 48, &d), &d);
		assert_ok(coco_jv_hex(&item, "pub_y", xy + 48, 48, &d), &d);
		snprintf(name, sizeof(name), "measure/corim/%s", file);
		key = key_of(xy, 96);
		holds(name, key);
		coco_key_free(key);
	}
	coco_json_free(&doc);
	coco_free(text);
}

static void test_raw(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p384", "p521" };
	const struct coco_view message = coco_view_of("message", 7);
	uint8_t raw[COCO_EC_RAW_MAX];
	struct coco_diag d = { 0 };
	struct coco_key *key;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		assert_ok(coco_key_generate(names[i], &key, &d), &d);
		/* often enough for numbers with leading zeros and high bits */
		for (int k = 0; k < 300; k++) {
			assert_ok(coco_ec_sign_raw(key, message, raw, &n, &d), &d);
			assert_int_equal(n, coco_ec_raw_size(key));
			assert_ok(coco_ec_verify_raw(key, message, coco_view_of(raw, n), &d), &d);
		}
		coco_diag_init(&d);
		assert_err(coco_ec_verify_raw(key, message, coco_view_of(raw, n - 1), &d),
			   COCO_E_VERIFY_SIGNATURE, &d);
		memset(raw, 0, sizeof(raw));
		coco_diag_init(&d);
		assert_err(coco_ec_verify_raw(key, message, coco_view_of(raw, n), &d),
			   COCO_E_VERIFY_SIGNATURE, &d);
		coco_diag_init(&d);
		coco_key_free(key);
	}
	assert_ok(coco_key_generate("ed25519", &key, &d), &d);
	assert_int_equal(coco_ec_raw_size(key), 0);
	assert_err(coco_ec_sign_raw(key, message, raw, &n, &d), COCO_E_KEY_TYPE, &d);
	coco_diag_init(&d);
	assert_err(coco_ec_verify_raw(key, message, coco_view_of(raw, 64), &d), COCO_E_KEY_TYPE,
		   &d);
	coco_key_free(key);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_cose_make make = { .content_type = "x/y" };
	struct coco_diag d = { 0 };
	struct coco_key *key;

	assert_ok(coco_key_generate("p256", &key, &d), &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_cose_sign1 s;
		uint8_t *p = NULL;
		size_t n;
		int r = coco_cose_sign(key, &make, coco_view_of("p", 1), &p, &n, &d);

		if (r == 0)
			r = coco_cose_decode(&s, coco_view_of(p, n), 0, &d);
		if (r == 0)
			r = coco_cose_verify(key, &s, nothing, &d);
		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
