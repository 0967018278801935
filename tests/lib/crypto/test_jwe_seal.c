/*
 * test_jwe_seal.c - sealing and opening JWE: round trips, every bit, the
 * objects of others.
 */
#include "lib/crypto/jwe_seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/jwk.h"
#include "tests/support/support.h"
#include "tests/support/wycheproof.h"

static const char *const names[] = { "p256", "p384", "p521", "rsa2048" };
static struct coco_key *keys[COCO_ARRAY_LEN(names)];
static struct coco_key *stranger;
static struct coco_secret secret;

static int setup(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_ok(coco_key_generate(names[i], &keys[i], NULL), NULL);
	assert_ok(coco_key_generate("p256", &stranger, NULL), NULL);
	assert_ok(coco_secret_from(&secret, "0123456789abcdef0123456789ABCDEF", 32, NULL), NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		coco_key_free(keys[i]);
	coco_key_free(stranger);
	coco_secret_free(&secret);
	return 0;
}

static void expect_open(const struct coco_jwe *j, const struct coco_key *key, unsigned flags,
			const void *want, size_t n)
{
	static struct coco_diag d;
	struct coco_secret out = { 0 };

	coco_diag_init(&d);
	assert_ok(coco_jwe_open(j, key, flags, &out, &d), &d);
	assert_int_equal(out.n, n);
	if (n != 0)
		assert_memory_equal(out.p, want, n);
	coco_secret_free(&out);
}

static void refuse_open(const struct coco_jwe *j, const struct coco_key *key, int code)
{
	static struct coco_diag d;
	struct coco_secret out = { 0 };

	coco_diag_init(&d);
	assert_err(coco_jwe_open(j, key, 0, &out, &d), code, &d);
	assert_null(out.p);
}

/* Through text and back. */
static struct coco_jwe through_text(const struct coco_jwe *j)
{
	struct coco_jwe again;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_JWE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, j);
	assert_ok(coco_wr_finish(&wr, &text, &n, NULL), NULL);
	assert_ok(coco_jwe_decode(&again, coco_view_of(text, n), NULL), NULL);
	coco_free(text);
	return again;
}

static void test_one(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		const struct coco_key *to[] = { keys[i] };
		struct coco_jwe j;

		assert_ok(coco_jwe_seal(&secret, to, 1, &j, NULL), NULL);
		assert_string_equal(j.recipients[0].kid, coco_key_fingerprint_text(keys[i]));
		/* with one recipient everything is authenticated */
		assert_int_equal(j.in_protected & (COCO_JWE_ALG | COCO_JWE_ENC | COCO_JWE_EPK),
				 COCO_JWE_ALG | COCO_JWE_ENC | COCO_JWE_EPK);
		struct coco_jwe again = through_text(&j);
		expect_open(&again, keys[i], 0, "0123456789abcdef0123456789ABCDEF", 32);
		refuse_open(&again, stranger, i == 0 ? COCO_E_KEY_UNWRAP : COCO_E_KEY_NO_RECIPIENT);
		coco_jwe_clear(&again);
		coco_jwe_clear(&j);
	}
}

static void test_several(void **state COCO_UNUSED)
{
	const struct coco_key *to[COCO_ARRAY_LEN(names)];
	struct coco_jwe j;

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		to[i] = keys[i];
	assert_ok(coco_jwe_seal(&secret, to, COCO_ARRAY_LEN(names), &j, NULL), NULL);
	struct coco_jwe again = through_text(&j);
	assert_int_equal(again.n_recipients, COCO_ARRAY_LEN(names));
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		expect_open(&again, keys[i], 0, "0123456789abcdef0123456789ABCDEF", 32);
	refuse_open(&again, stranger, COCO_E_KEY_UNWRAP);
	/* a foreign algorithm beside ours does no harm */
	coco_free(again.recipients[0].alg);
	again.recipients[0].alg = coco_strdup("A256KW");
	expect_open(&again, keys[1], 0, "0123456789abcdef0123456789ABCDEF", 32);
	refuse_open(&again, keys[0], COCO_E_CRYPTO_ALGORITHM);
	coco_jwe_clear(&again);
	coco_jwe_clear(&j);
}

/* Without a kid, and with a kid of another convention, all that fit are tried. */
static void test_kid(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { stranger, keys[0] };
	struct coco_jwe j;

	assert_ok(coco_jwe_seal(&secret, to, 2, &j, NULL), NULL);
	for (size_t i = 0; i < 2; i++) {
		coco_free(j.recipients[i].kid);
		j.recipients[i].kid = i == 0 ? NULL : coco_strdup("my-key");
	}
	expect_open(&j, keys[0], 0, "0123456789abcdef0123456789ABCDEF", 32);
	expect_open(&j, stranger, 0, "0123456789abcdef0123456789ABCDEF", 32);
	/* one that names this key is the only one tried */
	j.recipients[0].kid = coco_strdup(coco_key_fingerprint_text(keys[0]));
	refuse_open(&j, keys[0], COCO_E_KEY_UNWRAP);
	coco_jwe_clear(&j);
}

static void test_arguments(void **state COCO_UNUSED)
{
	struct coco_key *ed = NULL;
	struct coco_key *public = NULL;
	struct coco_secret empty = { 0 };
	const struct coco_key *to[COCO_JWE_RECIPIENTS_MAX + 1];
	struct coco_jwe j = { .n_recipients = 77 };
	uint8_t *der = NULL;
	size_t n = 0;

	assert_ok(coco_key_generate("ed25519", &ed, NULL), NULL);
	to[0] = ed;
	assert_err(coco_jwe_seal(&secret, to, 1, &j, NULL), COCO_E_KEY_TYPE, NULL);
	assert_err(coco_jwe_seal(&secret, to, 0, &j, NULL), COCO_E_LIMIT_COUNT, NULL);
	for (size_t i = 0; i < COCO_ARRAY_LEN(to); i++)
		to[i] = keys[0];
	assert_err(coco_jwe_seal(&secret, to, COCO_ARRAY_LEN(to), &j, NULL), COCO_E_LIMIT_COUNT,
		   NULL);
	assert_err(coco_jwe_seal(&empty, to, 1, &j, NULL), COCO_E_LIMIT_SIZE, NULL);
	assert_int_equal(j.n_recipients, 77);
	/* the public half seals, only the private one opens */
	assert_ok(coco_key_public_der(keys[0], &der, &n, NULL), NULL);
	assert_ok(coco_key_parse_public(coco_view_of(der, n), &public, NULL), NULL);
	to[0] = public;
	assert_ok(coco_jwe_seal(&secret, to, 1, &j, NULL), NULL);
	refuse_open(&j, public, COCO_E_KEY_NOT_PRIVATE);
	expect_open(&j, keys[0], 0, "0123456789abcdef0123456789ABCDEF", 32);
	coco_jwe_clear(&j);
	coco_free(der);
	coco_key_free(public);
	coco_key_free(ed);
}

/* Every bit of the text: refused, or the secret is what it was. */
static void every_text_bit(const struct coco_key *key, size_t step)
{
	const struct coco_key *to[] = { key };
	struct coco_jwe j;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;
	size_t same = 0;

	assert_ok(coco_jwe_seal(&secret, to, 1, &j, NULL), NULL);
	coco_wr_init(&wr, COCO_JWE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, &j);
	assert_ok(coco_wr_finish(&wr, &text, &n, NULL), NULL);
	coco_jwe_clear(&j);
	for (size_t bit = 0; bit < 8 * n; bit += step) {
		struct coco_secret out = { 0 };

		text[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		int r = coco_jwe_decode(&j, coco_view_of(text, n), NULL);
		if (r == 0) {
			r = coco_jwe_open(&j, key, 0, &out, NULL);
			coco_jwe_clear(&j);
		}
		assert_int_not_equal(r, COCO_E_INTERNAL);
		same += r == 0;
		coco_secret_free(&out);
		text[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	assert_int_equal(same, 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(coco_jwe_decode(&j, coco_view_of(text, i), NULL),
				 COCO_E_FORMAT_JSON);
	coco_free(text);
}

static void test_every_bit(void **state COCO_UNUSED)
{
	every_text_bit(keys[0], 1);
	every_text_bit(keys[3], 7);
}

/* The fields themselves, so that no text encoding stands in between. */
static void test_every_field_bit(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { keys[0], keys[1] };
	struct coco_jwe j;

	assert_ok(coco_jwe_seal(&secret, to, 2, &j, NULL), NULL);
	struct coco_jwe_recipient *r = &j.recipients[0];
	const struct coco_jwe_bytes fields[] = {
		j.iv, j.ciphertext, j.tag, r->key, { r->epk_x, r->n_x }, { r->epk_y, r->n_x },
	};
	for (size_t f = 0; f < COCO_ARRAY_LEN(fields); f++)
		for (size_t bit = 0; bit < 8 * fields[f].n; bit++) {
			fields[f].p[bit / 8] ^= (uint8_t)(1U << (bit % 8));
			refuse_open(&j, keys[0], COCO_E_KEY_UNWRAP);
			fields[f].p[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		}
	expect_open(&j, keys[0], 0, "0123456789abcdef0123456789ABCDEF", 32);
	/* apu and apv enter the key */
	r->apu = (struct coco_jwe_bytes){ (uint8_t *)coco_strdup("x"), 1 };
	refuse_open(&j, keys[0], COCO_E_KEY_UNWRAP);
	j.tag.n = 15;
	refuse_open(&j, keys[0], COCO_E_FORMAT_JWE);
	j.tag.n = 16;
	j.iv.n = 11;
	refuse_open(&j, keys[0], COCO_E_FORMAT_JWE);
	j.iv.n = 12;
	coco_jwe_clear(&j);
}

static void test_algorithms(void **state COCO_UNUSED)
{
	static const char *const bad_alg[] = { "dir", "none", "A256KW", "RSA1_5", "RSA-OAEP",
					       "ECDH-ES", "ECDH-ES+A128KW", "PBES2-HS256+A128KW",
					       "ecdh-es+a256kw", "ECDH-ES+A256KW " };
	static const char *const bad_enc[] = { "A128GCM", "A192GCM", "A256CBC-HS512",
					       "A128CBC-HS256", "a256gcm", "none" };
	const struct coco_key *to[] = { keys[0] };
	struct coco_jwe j;

	assert_ok(coco_jwe_seal(&secret, to, 1, &j, NULL), NULL);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad_alg); i++) {
		static struct coco_diag d;
		struct coco_secret out = { 0 };

		coco_free(j.recipients[0].alg);
		j.recipients[0].alg = coco_strdup(bad_alg[i]);
		coco_diag_init(&d);
		assert_err(coco_jwe_open(&j, keys[0], 0, &out, &d), COCO_E_CRYPTO_ALGORITHM, &d);
		assert_non_null(strstr(d.message, bad_alg[i]));
	}
	coco_free(j.recipients[0].alg);
	j.recipients[0].alg = coco_strdup("RSA-OAEP-256");
	refuse_open(&j, keys[0], COCO_E_KEY_NO_RECIPIENT);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad_enc); i++) {
		coco_free(j.enc);
		j.enc = coco_strdup(bad_enc[i]);
		refuse_open(&j, keys[0], COCO_E_CRYPTO_ALGORITHM);
	}
	coco_jwe_clear(&j);
}

static struct coco_key *broker_key(const char *file, struct coco_json *doc)
{
	const char *path = coco_test_vectors(file);
	struct coco_jv jwk;
	size_t n = 0;

	if (path == NULL)
		return NULL;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(doc, coco_view_of(text, n), n, NULL), NULL);
	coco_free(text);
	struct coco_jv root = coco_json_root(doc);
	assert_ok(coco_jv_object(&root, "recipient_private_jwk", &jwk, NULL), NULL);
	return coco_test_jwk(&jwk);
}

static void test_broker(void **state COCO_UNUSED)
{
	static const char *const files[] = {
		"broker/jwe/ecdh-es-a256kw-p256.json", "broker/jwe/ecdh-es-a256kw-p256-empty.json",
		"broker/jwe/ecdh-es-a256kw-p521.json", "broker/jwe/rsa-oaep-256.json",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(files); i++) {
		struct coco_json doc;
		struct coco_jwe j;
		const char *body = NULL;
		uint8_t *plain = NULL;
		struct coco_key *key = broker_key(files[i], &doc);

		if (key == NULL)
			skip();
		struct coco_jv root = coco_json_root(&doc);
		size_t n = coco_wycheproof_hex(&root, "plaintext_hex", &plain);
		assert_ok(coco_jv_string(&root, "response_body", &body, NULL), NULL);
		assert_ok(coco_jwe_decode(&j, coco_view_of(body, strlen(body)), NULL), NULL);
		expect_open(&j, key, 0, plain, n);
		coco_jwe_clear(&j);
		coco_free(plain);
		coco_key_free(key);
		coco_json_free(&doc);
	}
}

static void test_broker_negative(void **state COCO_UNUSED)
{
	struct coco_json key_doc;
	struct coco_json doc;
	struct coco_jv cases;
	size_t n = 0;
	struct coco_key *key = broker_key("broker/jwe/ecdh-es-a256kw-p256.json", &key_doc);

	if (key == NULL)
		skip();
	uint8_t *text = coco_test_slurp(coco_test_vectors("broker/jwe/negative-p256.json"), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "cases", &cases, NULL), NULL);
	for (size_t i = 0; i < coco_jv_len(&cases); i++) {
		struct coco_jv item = coco_jv_item(&cases, i);
		struct coco_secret out = { 0 };
		struct coco_jwe j;
		const char *body = NULL;

		assert_ok(coco_jv_string(&item, "response_body", &body, NULL), NULL);
		int r = coco_jwe_decode(&j, coco_view_of(body, strlen(body)), NULL);
		if (r == 0) {
			r = coco_jwe_open(&j, key, 0, &out, NULL);
			coco_jwe_clear(&j);
		}
		assert_int_not_equal(r, 0);
		assert_int_not_equal(r, COCO_E_INTERNAL);
	}
	assert_true(coco_jv_len(&cases) >= 8);
	coco_json_free(&doc);
	coco_json_free(&key_doc);
	coco_key_free(key);
	coco_free(text);
}

/* The wrapped layer keys that skopeo wrote. */
static void ocicrypt_case(const char *folder, const char *manifest, const char *key_file,
			  unsigned flags)
{
	char name[300];
	struct coco_json doc;
	struct coco_jv layers;
	struct coco_jv notes;
	struct coco_key *key = NULL;
	struct coco_jwe j;
	uint8_t *jwe = NULL;
	size_t n = 0;

	snprintf(name, sizeof(name), "packaging/ocicrypt/keys/%s", key_file);
	assert_ok(coco_key_load_private(coco_test_vectors(name), COCO_KEYREF_INSECURE_PERMISSIONS,
					&key, NULL), NULL);
	snprintf(name, sizeof(name), "packaging/ocicrypt/%s/blobs/sha256/%s", folder, manifest);
	uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	coco_free(text);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "layers", &layers, NULL), NULL);
	struct coco_jv layer = coco_jv_item(&layers, 0);
	assert_ok(coco_jv_object(&layer, "annotations", &notes, NULL), NULL);
	assert_ok(coco_jv_b64(&notes, "org.opencontainers.image.enc.keys.jwe", &jwe, &n, NULL),
		  NULL);
	assert_ok(coco_jwe_decode(&j, coco_view_of(jwe, n), NULL), NULL);
	struct coco_secret out = { 0 };
	if (flags != 0)
		refuse_open(&j, key, COCO_E_CRYPTO_ALGORITHM);
	assert_ok(coco_jwe_open(&j, key, flags, &out, NULL), NULL);
	assert_memory_equal(out.p, "{\"symkey\":\"", 11);
	coco_secret_free(&out);
	coco_jwe_clear(&j);
	coco_free(jwe);
	coco_json_free(&doc);
	coco_key_free(key);
}

static void with_manifest(const char *folder, const char *key_file, unsigned flags)
{
	char name[200];
	struct coco_json doc;
	struct coco_jv list;
	const char *digest = NULL;
	size_t n = 0;

	snprintf(name, sizeof(name), "packaging/ocicrypt/%s/index.json", folder);
	uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	coco_free(text);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "manifests", &list, NULL), NULL);
	struct coco_jv first = coco_jv_item(&list, 0);
	assert_ok(coco_jv_string(&first, "digest", &digest, NULL), NULL);
	ocicrypt_case(folder, digest + 7, key_file, flags);
	coco_json_free(&doc);
}

static void test_ocicrypt(void **state COCO_UNUSED)
{
	if (coco_test_vectors("packaging/ocicrypt/jwe-ec256-tar/index.json") == NULL)
		skip();
	with_manifest("jwe-ec256-tar", "ec.pk8.der", 0);
	with_manifest("jwe-rsa-tar", "rsa.pk8.der", COCO_JWE_ALLOW_RSA_OAEP_SHA1);
	with_manifest("jwe-rsa-gzip", "rsa.pk8.der", COCO_JWE_ALLOW_RSA_OAEP_SHA1);
}

static size_t opened;

/* The compact form as the flattened one: nothing but our two algorithms may open. */
static void compact_case(const struct coco_jv *g, const struct coco_jv *test, const char *result)
{
	static const char *const members[] = { "protected", "encrypted_key", "iv", "ciphertext",
					       "tag" };
	struct coco_jv jwk;
	struct coco_jwe j;
	struct coco_secret out = { 0 };
	const char *compact = NULL;
	const char *kty = NULL;
	static char text[4096];
	size_t at = 0;

	assert_ok(coco_jv_string(test, "jwe", &compact, NULL), NULL);
	assert_ok(coco_jv_object(g, "private", &jwk, NULL), NULL);
	assert_ok(coco_jv_string(&jwk, "kty", &kty, NULL), NULL);
	if (compact[0] == '{' || strcmp(kty, "oct") == 0)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(members); i++) {
		size_t n = strcspn(compact, ".");

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s\"%s\":\"%.*s\"",
				       i == 0 ? "{" : ",", members[i], (int)n, compact);
		compact += n + (compact[n] == '.' ? 1 : 0);
		assert_true(at < sizeof(text) - 2);
	}
	text[at++] = '}';
	struct coco_key *key = coco_test_jwk(&jwk);
	int r = coco_jwe_decode(&j, coco_view_of(text, at), NULL);
	if (r == 0) {
		bool ours = strcmp(j.enc, "A256GCM") == 0 &&
			    (strcmp(j.recipients[0].alg, "ECDH-ES+A256KW") == 0 ||
			     strcmp(j.recipients[0].alg, "RSA-OAEP-256") == 0);

		r = coco_jwe_open(&j, key, 0, &out, NULL);
		if (ours && strcmp(result, "valid") == 0)
			assert_int_equal(r, 0);
		else
			assert_int_not_equal(r, 0);
		opened += r == 0;
		coco_jwe_clear(&j);
	}
	assert_int_not_equal(r, COCO_E_INTERNAL);
	coco_secret_free(&out);
	coco_key_free(key);
}

static void test_wycheproof(void **state COCO_UNUSED)
{
	if (coco_wycheproof_run("json_web_encryption", compact_case) == 0)
		skip();
	printf("json_web_encryption: %zu cases have our algorithms and open\n", opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),	    cmocka_unit_test(test_several),
		cmocka_unit_test(test_kid),	    cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_every_bit),   cmocka_unit_test(test_every_field_bit),
		cmocka_unit_test(test_algorithms),  cmocka_unit_test(test_broker),
		cmocka_unit_test(test_broker_negative), cmocka_unit_test(test_ocicrypt),
		cmocka_unit_test(test_wycheproof),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
