/*
 * test_layer_cipher.c - the cipher of encrypted layers against OpenSSL's own
 * modes in one piece, in pieces of every size; the shared vectors.
 */
#include "lib/crypto/layer_cipher.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

static struct coco_secret secret_of(const void *p, size_t n)
{
	struct coco_secret s = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_secret_from(&s, p, n, &d), &d);
	return s;
}

static void encrypt(const struct coco_secret *key, const uint8_t *nonce, const uint8_t *p, size_t n,
		    size_t piece, uint8_t *out, uint8_t *hmac)
{
	struct coco_layer_cipher *c;
	struct coco_diag d = { 0 };

	assert_ok(coco_layer_cipher_new(&c, key, nonce, &d), &d);
	for (size_t at = 0; at < n; at += piece) {
		size_t part = n - at < piece ? n - at : piece;

		assert_ok(coco_layer_cipher_update(c, p + at, part, out + at, &d), &d);
	}
	assert_ok(coco_layer_cipher_final(c, hmac, &d), &d);
	coco_layer_cipher_free(c);
}

static void test_pieces(void **state COCO_UNUSED)
{
	uint8_t plain[1000], want[1000], out[1000], mac[32], want_mac[32], raw[32], nonce[16];
	int n = 0;
	unsigned n_mac = 0;

	coco_test_random(plain, sizeof(plain), 1);
	coco_test_random(raw, sizeof(raw), 2);
	memset(nonce, 0xff, sizeof(nonce));   /* the counter wraps around */
	struct coco_secret key = secret_of(raw, sizeof(raw));
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, raw, nonce), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, want, &n, plain, sizeof(plain)), 1);
	EVP_CIPHER_CTX_free(ctx);
	assert_non_null(HMAC(EVP_sha256(), raw, 32, want, sizeof(want), want_mac, &n_mac));
	for (size_t piece = 1; piece <= sizeof(plain); piece += piece < 40 ? 1 : 137) {
		encrypt(&key, nonce, plain, sizeof(plain), piece, out, mac);
		assert_memory_equal(out, want, sizeof(want));
		assert_memory_equal(mac, want_mac, sizeof(mac));
	}
	coco_secret_free(&key);
}

static void test_wrap(void **state COCO_UNUSED)
{
	static const uint8_t iv[12] = { 1, 2, 3 };
	uint8_t raw[32], out[64];
	uint8_t *wrapped = NULL;
	size_t n_wrapped = 0;
	int n = 0;
	struct coco_diag d = { 0 };

	coco_test_random(raw, sizeof(raw), 3);
	struct coco_secret kek = secret_of(raw, sizeof(raw));
	struct coco_secret text = secret_of("private options", 15);
	assert_ok(coco_layer_wrap(&kek, iv, &text, &wrapped, &n_wrapped, &d), &d);
	assert_int_equal(n_wrapped, 15 + COCO_LAYER_TAG);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, raw, iv), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, out, &n, wrapped, 15), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, wrapped + 15), 1);
	assert_int_equal(EVP_DecryptFinal_ex(ctx, out + n, &n), 1);
	EVP_CIPHER_CTX_free(ctx);
	assert_memory_equal(out, "private options", 15);
	coco_free(wrapped);
	coco_secret_free(&kek);
	coco_secret_free(&text);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const uint8_t nonce[16];
	struct coco_secret small = secret_of("0123456789abcdef", 16);
	struct coco_layer_cipher *c = NULL;
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n = 0;

	assert_err(coco_layer_cipher_new(&c, &small, nonce, &d), COCO_E_KEY_CONTENT, &d);
	coco_diag_init(&d);
	assert_err(coco_layer_wrap(&small, nonce, &small, &p, &n, &d), COCO_E_KEY_CONTENT, &d);
	assert_null(c);
	assert_null(p);
	coco_layer_cipher_free(NULL);
	coco_secret_free(&small);
	uint8_t raw[32] = { 1 };
	struct coco_secret key = secret_of(raw, sizeof(raw));
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		coco_diag_init(&d);
		if (coco_test_alloc_check(coco_layer_cipher_new(&c, &key, nonce, &d), &d))
			break;
	}
	coco_layer_cipher_free(c);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		coco_diag_init(&d);
		if (coco_test_alloc_check(coco_layer_wrap(&key, nonce, &key, &p, &n, &d), &d))
			break;
	}
	coco_free(p);
	coco_secret_free(&key);
}

static void bytes(const struct coco_json *doc, const char *key, uint8_t *ret, size_t n)
{
	struct coco_diag d = { 0 };
	const struct coco_jv root = coco_json_root(doc);
	const char *text;

	assert_ok(coco_jv_string(&root, key, &text, &d), &d);
	assert_ok(coco_hex_decode(ret, n, text, strlen(text), &d), &d);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/ocicrypt/layer.json");
	uint8_t raw[32], nonce[16], hmac[32], want_hmac[32], iv[12], kek_raw[32];
	struct coco_diag d = { 0 };
	struct coco_json doc;
	const char *packet;
	const char *options;
	size_t n, n_plain, n_enc;

	if (path == NULL)
		skip();
	uint8_t *file = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(file, n), n, &d), &d);
	bytes(&doc, "symkey_hex", raw, 32);
	bytes(&doc, "ctr_nonce_hex", nonce, 16);
	bytes(&doc, "hmac_hex", want_hmac, 32);
	bytes(&doc, "kek_hex", kek_raw, 32);
	bytes(&doc, "wrap_iv_hex", iv, 12);
	uint8_t *plain = coco_test_slurp(coco_test_vectors("broker/ocicrypt/layer.plain.bin"),
					 &n_plain);
	uint8_t *enc = coco_test_slurp(coco_test_vectors("broker/ocicrypt/layer.enc.bin"), &n_enc);
	assert_int_equal(n_plain, n_enc);
	struct coco_secret key = secret_of(raw, sizeof(raw));
	uint8_t *out = coco_alloc(n_plain + 1, 1);
	assert_non_null(out);
	encrypt(&key, nonce, plain, n_plain, 4096, out, hmac);
	assert_memory_equal(out, enc, n_enc);
	assert_memory_equal(hmac, want_hmac, 32);
	/* the packet holds what the wrap gives */
	const struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "private_opts", &options, &d), &d);
	assert_ok(coco_jv_string(&root, "packet_v1", &packet, &d), &d);
	struct coco_secret kek = secret_of(kek_raw, sizeof(kek_raw));
	struct coco_secret text = secret_of(options, strlen(options));
	uint8_t *wrapped = NULL;
	assert_ok(coco_layer_wrap(&kek, iv, &text, &wrapped, &n, &d), &d);
	char *b64 = coco_alloc(4 * n, 1);
	assert_non_null(b64);
	EVP_EncodeBlock((unsigned char *)b64, wrapped, (int)n);
	assert_non_null(strstr(packet, b64));
	coco_free(b64);
	coco_free(wrapped);
	coco_free(out);
	coco_secret_free(&kek);
	coco_secret_free(&text);
	coco_secret_free(&key);
	coco_json_free(&doc);
	free(file);
	free(plain);
	free(enc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
