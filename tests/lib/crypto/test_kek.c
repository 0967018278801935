/*
 * test_kek.c - key agreement, derivation and wrapping: RFC examples, vectors
 * of the key broker, Wycheproof.
 */
#include "lib/crypto/kek.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/jwk.h"
#include "tests/support/support.h"
#include "tests/support/wycheproof.h"

static struct coco_secret secret_of(const void *p, size_t n)
{
	struct coco_secret s = { 0 };

	assert_ok(coco_secret_from(&s, p, n, NULL), NULL);
	return s;
}

/* Values computed with another program from the text of RFC 7518 section 4.6.2. */
static void test_derive(void **state COCO_UNUSED)
{
	struct coco_secret z = secret_of("0123456789abcdef0123456789abcdef", 32);
	struct coco_view none = { NULL, 0 };
	struct coco_secret kek = { 0 };
	char hex[65];

	assert_ok(coco_kek_derive(&z, "ECDH-ES+A256KW", coco_view_of("Alice", 5),
				  coco_view_of("Bob", 3), &kek, NULL), NULL);
	coco_hex_encode(hex, kek.p, kek.n);
	assert_string_equal(hex, "9f6852a84dfc2ff6f89b4114edc77b59"
				 "e4cae10a3609cdee39d83fa208c8eded");
	coco_secret_free(&kek);
	assert_ok(coco_kek_derive(&z, "ECDH-ES+A256KW", none, none, &kek, NULL), NULL);
	coco_hex_encode(hex, kek.p, kek.n);
	assert_string_equal(hex, "100ff49e26d3bf8de84758d470c05430"
				 "dca304c478d046c8f3e2445a93d20bca");
	coco_secret_free(&kek);
	coco_secret_free(&z);
}

/* Every intermediate value of the key broker's examples. */
static void test_broker_vectors(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p256-empty", "p521" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		char name[100];
		struct coco_json doc;
		struct coco_jv jwk;
		struct coco_secret z = { 0 };
		struct coco_secret kek = { 0 };
		struct coco_secret cek = { 0 };
		struct coco_view none = { NULL, 0 };
		uint8_t *want = NULL;
		size_t n = 0;

		snprintf(name, sizeof(name), "broker/jwe/ecdh-es-a256kw-%s.json", names[i]);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *text = coco_test_slurp(path, &n);
		assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
		struct coco_jv root = coco_json_root(&doc);
		assert_ok(coco_jv_object(&root, "recipient_private_jwk", &jwk, NULL), NULL);
		struct coco_key *mine = coco_test_jwk(&jwk);
		assert_ok(coco_jv_object(&root, "ephemeral_private_jwk", &jwk, NULL), NULL);
		struct coco_key *peer = coco_test_jwk(&jwk);
		assert_ok(coco_kek_ecdh(mine, peer, &z, NULL), NULL);
		n = coco_wycheproof_hex(&root, "z_hex", &want);
		assert_int_equal(z.n, n);
		assert_memory_equal(z.p, want, n);
		coco_free(want);
		coco_secret_free(&z);
		assert_ok(coco_kek_ecdh(peer, mine, &z, NULL), NULL);
		assert_ok(coco_kek_derive(&z, "ECDH-ES+A256KW", none, none, &kek, NULL), NULL);
		(void)coco_wycheproof_hex(&root, "kek_hex", &want);
		assert_memory_equal(kek.p, want, 32);
		coco_free(want);
		n = coco_wycheproof_hex(&root, "encrypted_key_hex", &want);
		assert_ok(coco_kek_unwrap(&kek, coco_view_of(want, n), &cek, NULL), NULL);
		coco_free(want);
		(void)coco_wycheproof_hex(&root, "cek_hex", &want);
		assert_memory_equal(cek.p, want, 32);
		coco_free(want);
		coco_secret_free(&z);
		coco_secret_free(&kek);
		coco_secret_free(&cek);
		coco_key_free(mine);
		coco_key_free(peer);
		coco_json_free(&doc);
		coco_free(text);
	}
}

/* The parties enter the derivation with their lengths. */
static void test_parties(void **state COCO_UNUSED)
{
	static const struct {
		const char *alg;
		const char *apu;
		const char *apv;
	} cases[] = {
		{ "A", "", "" },   { "B", "", "" },   { "A", "x", "" },	  { "A", "", "x" },
		{ "A", "xy", "" }, { "A", "x", "y" }, { "Ax", "", "" },
	};
	struct coco_secret z = secret_of("0123456789abcdef0123456789abcdef", 32);
	uint8_t keys[COCO_ARRAY_LEN(cases)][32];

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_secret kek = { 0 };

		assert_ok(coco_kek_derive(&z, cases[i].alg,
					  coco_view_of(cases[i].apu, strlen(cases[i].apu)),
					  coco_view_of(cases[i].apv, strlen(cases[i].apv)), &kek,
					  NULL), NULL);
		assert_int_equal(kek.n, 32);
		memcpy(keys[i], kek.p, 32);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(keys[i], keys[k], 32);
		coco_secret_free(&kek);
	}
	coco_secret_free(&z);
}

/* RFC 3394 section 4.6: 256 bits of key data with a 256-bit key. */
static void test_rfc3394(void **state COCO_UNUSED)
{
	static const char want[] = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326"
				   "cbc7f0e71a99f43bfb988b9b7a02dd21";
	uint8_t kek_raw[32];
	uint8_t data[32];
	char hex[81];
	uint8_t *wrapped = NULL;
	size_t n = 0;

	for (int i = 0; i < 32; i++)
		kek_raw[i] = (uint8_t)i;
	assert_ok(coco_hex_decode(data, 32, "00112233445566778899aabbccddeeff"
					    "000102030405060708090a0b0c0d0e0f", 64, NULL), NULL);
	struct coco_secret kek = secret_of(kek_raw, 32);
	struct coco_secret secret = secret_of(data, 32);
	struct coco_secret back = { 0 };
	assert_ok(coco_kek_wrap(&kek, &secret, &wrapped, &n, NULL), NULL);
	assert_int_equal(n, 40);
	coco_hex_encode(hex, wrapped, n);
	assert_string_equal(hex, want);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		wrapped[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		assert_err(coco_kek_unwrap(&kek, coco_view_of(wrapped, n), &back, NULL),
			   COCO_E_KEY_UNWRAP, NULL);
		wrapped[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	for (size_t k = 0; k < n; k++)
		assert_err(coco_kek_unwrap(&kek, coco_view_of(wrapped, k), &back, NULL),
			   COCO_E_KEY_UNWRAP, NULL);
	assert_ok(coco_kek_unwrap(&kek, coco_view_of(wrapped, n), &back, NULL), NULL);
	assert_int_equal(back.n, 32);
	assert_memory_equal(back.p, data, 32);
	coco_free(wrapped);
	coco_secret_free(&back);
	coco_secret_free(&kek);
	coco_secret_free(&secret);
}

static void test_peer(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p384", "p521" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		uint8_t x[66];
		uint8_t y[66];
		uint8_t zero[66] = { 0 };
		size_t n = 0;
		struct coco_key *key = NULL;
		struct coco_key *peer = NULL;

		assert_ok(coco_key_generate(names[i], &key, NULL), NULL);
		enum coco_key_type type = coco_key_type(key);
		assert_ok(coco_kek_coordinates(key, x, y, &n, NULL), NULL);
		assert_ok(coco_kek_peer(type, coco_view_of(x, n), coco_view_of(y, n), &peer, NULL),
			  NULL);
		assert_true(coco_key_same(key, peer));
		coco_key_free(peer);
		peer = NULL;
		x[n - 1] ^= 1;
		assert_err(coco_kek_peer(type, coco_view_of(x, n), coco_view_of(y, n), &peer, NULL),
			   COCO_E_KEY_FORMAT, NULL);
		x[n - 1] ^= 1;
		assert_err(coco_kek_peer(type, coco_view_of(x, n - 1), coco_view_of(y, n - 1),
					 &peer, NULL), COCO_E_KEY_FORMAT, NULL);
		assert_err(coco_kek_peer(type, coco_view_of(x, n), coco_view_of(y, n - 1), &peer,
					 NULL), COCO_E_KEY_FORMAT, NULL);
		assert_err(coco_kek_peer(type, coco_view_of(zero, n), coco_view_of(zero, n), &peer,
					 NULL), COCO_E_KEY_FORMAT, NULL);
		memset(x, 0xff, sizeof(x));
		assert_err(coco_kek_peer(type, coco_view_of(x, n), coco_view_of(y, n), &peer, NULL),
			   COCO_E_KEY_FORMAT, NULL);
		assert_null(peer);
		coco_key_free(key);
	}
}

static void test_wrong_kinds(void **state COCO_UNUSED)
{
	struct coco_key *ed = NULL;
	struct coco_key *ec = NULL;
	struct coco_key *other = NULL;
	struct coco_key *public = NULL;
	struct coco_secret s = { 0 };
	uint8_t x[66];
	uint8_t y[66];
	size_t n = 0;
	uint8_t *out = NULL;

	assert_ok(coco_key_generate("ed25519", &ed, NULL), NULL);
	assert_ok(coco_key_generate("p256", &ec, NULL), NULL);
	assert_ok(coco_key_generate("p384", &other, NULL), NULL);
	assert_ok(coco_kek_coordinates(ec, x, y, &n, NULL), NULL);
	assert_ok(coco_kek_peer(COCO_KEY_P256, coco_view_of(x, n), coco_view_of(y, n), &public,
				NULL), NULL);
	assert_err(coco_kek_coordinates(ed, x, y, &n, NULL), COCO_E_KEY_TYPE, NULL);
	assert_err(coco_kek_peer(COCO_KEY_RSA, coco_view_of(x, 32), coco_view_of(y, 32), &other,
				 NULL), COCO_E_KEY_FORMAT, NULL);
	assert_err(coco_kek_ecdh(ec, other, &s, NULL), COCO_E_KEY_TYPE, NULL);
	assert_err(coco_kek_ecdh(ed, ed, &s, NULL), COCO_E_KEY_TYPE, NULL);
	assert_err(coco_kek_ecdh(public, ec, &s, NULL), COCO_E_KEY_NOT_PRIVATE, NULL);
	struct coco_secret data = secret_of("0123456789abcdef", 16);
	assert_err(coco_kek_oaep_seal(ec, &data, &out, &n, NULL), COCO_E_KEY_TYPE, NULL);
	assert_err(coco_kek_oaep_open(ec, coco_view_of(x, 10), false, &s, NULL), COCO_E_KEY_TYPE,
		   NULL);
	coco_secret_free(&data);
	coco_key_free(ed);
	coco_key_free(ec);
	coco_key_free(other);
	coco_key_free(public);
}

static void test_oaep_round_trip(void **state COCO_UNUSED)
{
	struct coco_key *rsa = NULL;
	struct coco_secret in = secret_of("0123456789abcdef0123456789abcdef", 32);
	struct coco_secret out = { 0 };
	uint8_t *sealed = NULL;
	size_t n = 0;

	assert_ok(coco_key_generate("rsa2048", &rsa, NULL), NULL);
	assert_ok(coco_kek_oaep_seal(rsa, &in, &sealed, &n, NULL), NULL);
	assert_int_equal(n, 256);
	assert_ok(coco_kek_oaep_open(rsa, coco_view_of(sealed, n), false, &out, NULL), NULL);
	assert_int_equal(out.n, 32);
	assert_memory_equal(out.p, in.p, 32);
	coco_secret_free(&out);
	assert_err(coco_kek_oaep_open(rsa, coco_view_of(sealed, n), true, &out, NULL),
		   COCO_E_KEY_UNWRAP, NULL);
	for (size_t bit = 0; bit < 8 * n; bit += 13) {
		sealed[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		assert_err(coco_kek_oaep_open(rsa, coco_view_of(sealed, n), false, &out, NULL),
			   COCO_E_KEY_UNWRAP, NULL);
		sealed[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	assert_err(coco_kek_oaep_open(rsa, coco_view_of(sealed, n - 1), false, &out, NULL),
		   COCO_E_KEY_UNWRAP, NULL);
	coco_free(sealed);
	coco_secret_free(&in);
	coco_key_free(rsa);
}

static const char *group;

static void ecdh_case(const struct coco_jv *g COCO_UNUSED, const struct coco_jv *test,
		      const char *result)
{
	struct coco_key *peer = NULL;
	struct coco_secret z = { 0 };
	uint8_t *der = NULL;
	uint8_t *d = NULL;
	uint8_t *shared = NULL;
	uint64_t id = 0;
	size_t n_der = coco_wycheproof_hex(test, "public", &der);
	size_t n_d = coco_wycheproof_hex(test, "private", &d);
	size_t n_shared = coco_wycheproof_hex(test, "shared", &shared);

	assert_ok(coco_jv_u64(test, "tcId", UINT32_MAX, &id, NULL), NULL);
	int r = coco_key_parse_public(coco_view_of(der, n_der), &peer, NULL);
	if (r == 0) {
		struct coco_key *mine = coco_test_ec_private(group, d, n_d);

		r = coco_kek_ecdh(mine, peer, &z, NULL);
		coco_key_free(mine);
	}
	if (r == 0 && (z.n != n_shared || memcmp(z.p, shared, n_shared) != 0))
		fail_msg("%s tcId %u: wrong secret", group, (unsigned)id);
	if ((strcmp(result, "valid") == 0 && r != 0) || (strcmp(result, "invalid") == 0 && r == 0))
		fail_msg("%s tcId %u: %s, we say %d", group, (unsigned)id, result, r);
	coco_secret_free(&z);
	coco_key_free(peer);
	coco_free(der);
	coco_free(d);
	coco_free(shared);
}

static void test_wycheproof_ecdh(void **state COCO_UNUSED)
{
	group = "prime256v1";
	size_t n = coco_wycheproof_run("ecdh_secp256r1", ecdh_case);
	if (n == 0)
		skip();
	group = "secp384r1";
	n += coco_wycheproof_run("ecdh_secp384r1", ecdh_case);
	group = "secp521r1";
	n += coco_wycheproof_run("ecdh_secp521r1", ecdh_case);
	printf("ecdh: %zu Wycheproof cases\n", n);
	assert_true(n > 900);
}

static size_t wraps_run;

static void wrap_case(const struct coco_jv *g, const struct coco_jv *test, const char *result)
{
	struct coco_secret out = { 0 };
	uint8_t *key = NULL;
	uint8_t *msg = NULL;
	uint8_t *ct = NULL;
	uint64_t bits = 0;

	assert_ok(coco_jv_u64(g, "keySize", UINT32_MAX, &bits, NULL), NULL);
	if (bits != 256)
		return;
	wraps_run++;
	size_t n_key = coco_wycheproof_hex(test, "key", &key);
	size_t n_msg = coco_wycheproof_hex(test, "msg", &msg);
	size_t n_ct = coco_wycheproof_hex(test, "ct", &ct);
	struct coco_secret kek = secret_of(key, n_key);
	int r = coco_kek_unwrap(&kek, coco_view_of(ct, n_ct), &out, NULL);
	if (strcmp(result, "valid") == 0) {
		struct coco_secret in = secret_of(msg, n_msg);
		uint8_t *again = NULL;
		size_t n = 0;

		assert_int_equal(r, 0);
		assert_int_equal(out.n, n_msg);
		assert_memory_equal(out.p, msg, n_msg);
		assert_ok(coco_kek_wrap(&kek, &in, &again, &n, NULL), NULL);
		assert_int_equal(n, n_ct);
		assert_memory_equal(again, ct, n);
		coco_free(again);
		coco_secret_free(&in);
	} else if (strcmp(result, "invalid") == 0) {
		assert_int_equal(r, COCO_E_KEY_UNWRAP);
	}
	coco_secret_free(&out);
	coco_secret_free(&kek);
	coco_free(key);
	coco_free(msg);
	coco_free(ct);
}

static void test_wycheproof_wrap(void **state COCO_UNUSED)
{
	if (coco_wycheproof_run("aes_wrap", wrap_case) == 0)
		skip();
	printf("aes_wrap: %zu Wycheproof cases with 256-bit keys\n", wraps_run);
	assert_true(wraps_run > 20);
}

static struct coco_key *rsa_key;
static const uint8_t *rsa_group;   /* identity of the group whose key is loaded */
static size_t oaep_run;

static void oaep_case(const struct coco_jv *g, const struct coco_jv *test, const char *result)
{
	struct coco_secret out = { 0 };
	const char *label = "";
	const char *sha = NULL;
	uint8_t *msg = NULL;
	uint8_t *ct = NULL;
	uint64_t id = 0;

	assert_ok(coco_jv_string(test, "label", &label, NULL), NULL);
	if (label[0] != '\0')
		return;   /* JOSE has no labels */
	if (rsa_group != (const uint8_t *)g->v) {
		uint8_t *der = NULL;
		size_t n = coco_wycheproof_hex(g, "privateKeyPkcs8", &der);

		coco_key_free(rsa_key);
		assert_ok(coco_key_parse_private(coco_view_of(der, n), &rsa_key, NULL), NULL);
		rsa_group = (const uint8_t *)g->v;
		coco_free(der);
	}
	oaep_run++;
	assert_ok(coco_jv_u64(test, "tcId", UINT32_MAX, &id, NULL), NULL);
	assert_ok(coco_jv_string(g, "sha", &sha, NULL), NULL);
	size_t n_msg = coco_wycheproof_hex(test, "msg", &msg);
	size_t n_ct = coco_wycheproof_hex(test, "ct", &ct);
	int r = coco_kek_oaep_open(rsa_key, coco_view_of(ct, n_ct), strcmp(sha, "SHA-1") == 0, &out,
				   NULL);
	if ((strcmp(result, "valid") == 0) != (r == 0))
		fail_msg("%s tcId %u: %s, we say %d", sha, (unsigned)id, result, r);
	if (r == 0) {
		assert_int_equal(out.n, n_msg);
		if (n_msg != 0)
			assert_memory_equal(out.p, msg, n_msg);
	}
	coco_secret_free(&out);
	coco_free(msg);
	coco_free(ct);
}

static void test_wycheproof_oaep(void **state COCO_UNUSED)
{
	static const char *const names[] = {
		"rsa_oaep_2048_sha1_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha256",
		"rsa_oaep_3072_sha256_mgf1sha256", "rsa_oaep_4096_sha256_mgf1sha256",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		rsa_group = NULL;
		if (coco_wycheproof_run(names[i], oaep_case) == 0)
			skip();
	}
	coco_key_free(rsa_key);
	printf("rsa_oaep: %zu Wycheproof cases without label\n", oaep_run);
	assert_true(oaep_run > 60);
}

static void test_rsa_numbers(void **state COCO_UNUSED)
{
	uint8_t n[COCO_KEY_RSA_MAX / 8];
	uint8_t e[8];
	size_t n_n = 0;
	size_t n_e = 0;
	struct coco_key *key = NULL;

	assert_ok(coco_key_generate("rsa2048", &key, NULL), NULL);
	assert_ok(coco_kek_rsa_numbers(key, n, &n_n, e, &n_e, NULL), NULL);
	assert_int_equal(n_n, 256);
	assert_true((n[0] & 0x80) != 0 && (n[255] & 1) != 0);
	assert_int_equal(n_e, 3);
	assert_memory_equal(e, "\1\0\1", 3);
	coco_key_free(key);
	assert_ok(coco_key_generate("p256", &key, NULL), NULL);
	assert_err(coco_kek_rsa_numbers(key, n, &n_n, e, &n_e, NULL), COCO_E_KEY_TYPE, NULL);
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_broker_vectors),	cmocka_unit_test(test_parties),
		cmocka_unit_test(test_rfc3394),		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_wrong_kinds),	cmocka_unit_test(test_oaep_round_trip),
		cmocka_unit_test(test_wycheproof_ecdh), cmocka_unit_test(test_wycheproof_wrap),
		cmocka_unit_test(test_wycheproof_oaep), cmocka_unit_test(test_rsa_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
