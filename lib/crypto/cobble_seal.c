/*
 * cobble_seal.c - Cobblestone-256 over OpenSSL's EVP (see cobble_seal.h).
 */
#include "lib/crypto/cobble_seal.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#include "formats/core/mem.h"

struct coco_cobble {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	EVP_KDF *kdf;
	EVP_KDF_CTX *kdf_ctx;
	uint8_t base[COCO_COBBLE_NONCE];
};

int coco_cobble_new(struct coco_cobble **ret, struct coco_diag *diag)
{
	struct coco_cobble *c = coco_zalloc(1, sizeof(*c));

	if (c != NULL) {
		c->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
		c->ctx = EVP_CIPHER_CTX_new();
		c->kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
		c->kdf_ctx = c->kdf != NULL ? EVP_KDF_CTX_new(c->kdf) : NULL;
	}
	if (c == NULL || c->cipher == NULL || c->ctx == NULL || c->kdf_ctx == NULL) {
		coco_cobble_free(c);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a cipher context");
	}
	*ret = c;
	return 0;
}

void coco_cobble_free(struct coco_cobble *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->ctx);
	EVP_CIPHER_free(c->cipher);
	EVP_KDF_CTX_free(c->kdf_ctx);
	EVP_KDF_free(c->kdf);
	coco_wipe(c, sizeof(*c));
	coco_free(c);
}

/* HKDF-Expand(SHA-512, prk = key, info, 76). */
static int expand(struct coco_cobble *c, const struct coco_secret *key, const uint8_t *info,
		  size_t n_info, uint8_t okm[COCO_COBBLE_OKM], struct coco_diag *diag)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	char digest[] = "SHA512";
	uint8_t info_copy[COCO_COBBLE_INFO_MAX];
	uint8_t key_copy[COCO_COBBLE_KEY];

	if (key->n != COCO_COBBLE_KEY)
		return coco_fail(diag, COCO_E_KEY_LENGTH, "the content key has %zu bytes, not %d",
				 key->n, COCO_COBBLE_KEY);
	/* OSSL_PARAM wants writable pointers */
	memcpy(info_copy, info, n_info);
	memcpy(key_copy, coco_secret_expose(key), sizeof(key_copy));
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key_copy, sizeof(key_copy)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy, n_info),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF_CTX_reset(c->kdf_ctx);
	int ok = EVP_KDF_derive(c->kdf_ctx, okm, COCO_COBBLE_OKM, params);
	EVP_KDF_CTX_reset(c->kdf_ctx);
	coco_wipe(key_copy, sizeof(key_copy));
	return ok == 1 ? 0 : coco_fail(diag, COCO_E_INTERNAL, "HKDF-Expand failed");
}

static int start(struct coco_cobble *c, const struct coco_secret *key, struct coco_view context,
		 const uint8_t *salt, int enc, uint8_t commitment[COCO_COBBLE_COMMITMENT],
		 struct coco_diag *diag)
{
	uint8_t info[COCO_COBBLE_INFO_MAX];
	uint8_t okm[COCO_COBBLE_OKM];

	if (context.n > COCO_COBBLE_CONTEXT_MAX)
		return coco_fail(diag, COCO_E_INTERNAL, "a context of %zu bytes", context.n);
	size_t n_info = coco_cobble_info(info, salt, context);
	int r = expand(c, key, info, n_info, okm, diag);
	if (r == 0 && EVP_CipherInit_ex2(c->ctx, c->cipher, okm, NULL, enc, NULL) != 1)
		r = coco_fail(diag, COCO_E_INTERNAL, "AES-256-GCM is not available");
	if (r == 0) {
		memcpy(c->base, okm + 32, COCO_COBBLE_NONCE);
		memcpy(commitment, okm + 32 + COCO_COBBLE_NONCE, COCO_COBBLE_COMMITMENT);
	}
	coco_wipe(okm, sizeof(okm));
	return r;
}

int coco_cobble_seal_start(struct coco_cobble *c, const struct coco_secret *key,
			   struct coco_view context, const uint8_t *salt,
			   uint8_t ret_head[COCO_COBBLE_HEAD], struct coco_diag *diag)
{
	if (salt != NULL)
		memcpy(ret_head, salt, COCO_COBBLE_SALT);
	else if (RAND_bytes(ret_head, COCO_COBBLE_SALT) != 1)
		return coco_fail(diag, COCO_E_INTERNAL, "the random generator failed");
	return start(c, key, context, ret_head, 1, ret_head + COCO_COBBLE_SALT, diag);
}

int coco_cobble_open_start(struct coco_cobble *c, const struct coco_secret *key,
			   struct coco_view context, const uint8_t head[COCO_COBBLE_HEAD],
			   struct coco_diag *diag)
{
	uint8_t commitment[COCO_COBBLE_COMMITMENT];
	int r = start(c, key, context, head, 0, commitment, diag);

	if (r == 0 && CRYPTO_memcmp(commitment, head + COCO_COBBLE_SALT, sizeof(commitment)) != 0)
		r = coco_fail(diag, COCO_E_KEY_WRONG,
			      "this key did not make this message: the key commitment differs");
	coco_wipe(commitment, sizeof(commitment));
	return r;
}

int coco_cobble_seal_chunk(struct coco_cobble *c, uint64_t k, const uint8_t *p, size_t n,
			   uint8_t *ret, struct coco_diag *diag)
{
	uint8_t nonce[COCO_COBBLE_NONCE];
	uint8_t none[1];
	int len = 0;

	coco_cobble_nonce(nonce, c->base, k);
	if (EVP_EncryptInit_ex2(c->ctx, NULL, NULL, nonce, NULL) != 1 ||
	    (n != 0 && EVP_EncryptUpdate(c->ctx, ret, &len, p, (int)n) != 1) ||
	    EVP_EncryptFinal_ex(c->ctx, none, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, COCO_COBBLE_TAG, ret + n) != 1)
		return coco_fail(diag, COCO_E_INTERNAL, "AES-256-GCM failed");
	return 0;
}

int coco_cobble_open_chunk(struct coco_cobble *c, uint64_t k, const uint8_t *p, size_t n,
			   uint8_t *ret, struct coco_diag *diag)
{
	uint8_t nonce[COCO_COBBLE_NONCE];
	uint8_t tag[COCO_COBBLE_TAG];
	uint8_t none[1];
	int len = 0;

	coco_cobble_nonce(nonce, c->base, k);
	memcpy(tag, p + n, sizeof(tag));
	if (EVP_DecryptInit_ex2(c->ctx, NULL, NULL, nonce, NULL) != 1 ||
	    (n != 0 && EVP_DecryptUpdate(c->ctx, ret, &len, p, (int)n) != 1) ||
	    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, COCO_COBBLE_TAG, tag) != 1)
		return coco_fail(diag, COCO_E_INTERNAL, "AES-256-GCM failed");
	if (EVP_DecryptFinal_ex(c->ctx, none, &len) == 1)
		return 0;
	coco_wipe(ret, n);
	return coco_fail_at(diag, COCO_E_CHUNK_AUTH, coco_cobble_offset(k), NULL,
			    "chunk %" PRIu64 " is not authentic", k);
}

int coco_cobble_seal(const struct coco_secret *key, struct coco_view context,
		     struct coco_view plain, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct coco_cobble *c = NULL;
	size_t n = (size_t)coco_cobble_sealed(plain.n);
	uint8_t *out = coco_alloc(n, 1);

	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu bytes", n);
	int r = coco_cobble_new(&c, diag);
	if (r == 0)
		r = coco_cobble_seal_start(c, key, context, NULL, out, diag);
	size_t at = 0;
	for (uint64_t k = 0; r == 0 && k < coco_cobble_chunks(plain.n); k++) {
		size_t len = coco_min_size(plain.n - at, COCO_COBBLE_PLAIN);

		r = coco_cobble_seal_chunk(c, k, len != 0 ? plain.p + at : NULL, len,
					   out + coco_cobble_offset(k), diag);
		at += len;
	}
	coco_cobble_free(c);
	if (r != 0) {
		coco_free(out);
		return r;
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

int coco_cobble_open(const struct coco_secret *key, struct coco_view context,
		     struct coco_view message, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct coco_cobble *c = NULL;
	uint64_t n = 0;
	int r = coco_cobble_opened(message.n, &n, diag);

	if (r != 0)
		return r;
	uint8_t *out = coco_alloc((size_t)n + 1, 1);
	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a message");
	r = coco_cobble_new(&c, diag);
	if (r == 0)
		r = coco_cobble_open_start(c, key, context, message.p, diag);
	size_t at = 0;
	for (uint64_t k = 0; r == 0 && k < coco_cobble_chunks(n); k++) {
		size_t len = coco_min_size((size_t)n - at, COCO_COBBLE_PLAIN);

		r = coco_cobble_open_chunk(c, k, message.p + coco_cobble_offset(k), len, out + at,
					   diag);
		at += len;
	}
	coco_cobble_free(c);
	if (r != 0) {
		coco_wipe(out, (size_t)n);
		coco_free(out);
		return r;
	}
	out[n] = 0;
	*ret = out;
	*ret_n = (size_t)n;
	return 0;
}

int coco_cobble_seal_in_place(const struct coco_secret *key, struct coco_view context,
			      uint8_t *buf, size_t n, struct coco_diag *diag)
{
	uint8_t head[COCO_COBBLE_HEAD];
	struct coco_cobble *c = NULL;
	uint8_t *chunk = coco_alloc(COCO_COBBLE_PLAIN, 1);
	int r = chunk != NULL ? coco_cobble_new(&c, diag)
			      : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a chunk");

	if (r == 0)
		r = coco_cobble_seal_start(c, key, context, NULL, head, diag);
	/* from the end: a sealed chunk never reaches back over a plain one */
	for (uint64_t k = coco_cobble_chunks(n); r == 0 && k-- > 0;) {
		size_t at = (size_t)k * COCO_COBBLE_PLAIN;
		size_t len = coco_min_size(n - at, COCO_COBBLE_PLAIN);

		memcpy(chunk, buf + at, len);
		r = coco_cobble_seal_chunk(c, k, chunk, len, buf + coco_cobble_offset(k), diag);
	}
	if (r == 0)
		memcpy(buf, head, sizeof(head));
	else
		coco_wipe(buf, n);
	if (chunk != NULL)
		coco_wipe(chunk, COCO_COBBLE_PLAIN);
	coco_free(chunk);
	coco_cobble_free(c);
	return r;
}

int coco_cobble_open_in_place(const struct coco_secret *key, struct coco_view context,
			      uint8_t *buf, size_t n, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_cobble *c = NULL;
	uint8_t *chunk = NULL;
	uint64_t plain = 0;
	size_t at = 0;
	int r = coco_cobble_opened(n, &plain, diag);

	if (r == 0)
		r = coco_cobble_new(&c, diag);
	if (r == 0)
		r = coco_cobble_open_start(c, key, context, buf, diag);
	if (r == 0) {
		chunk = coco_alloc(COCO_COBBLE_PLAIN, 1);
		if (chunk == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a chunk");
	}
	for (uint64_t k = 0; r == 0 && k < coco_cobble_chunks(plain); k++) {
		size_t len = coco_min_size((size_t)plain - at, COCO_COBBLE_PLAIN);

		r = coco_cobble_open_chunk(c, k, buf + coco_cobble_offset(k), len, chunk, diag);
		if (r == 0)
			memcpy(buf + at, chunk, len);
		at += len;
	}
	if (r == 0) {
		memset(buf + plain, 0, n - (size_t)plain);
		*ret_n = (size_t)plain;
	} else {
		coco_wipe(buf, n);
	}
	if (chunk != NULL)
		coco_wipe(chunk, COCO_COBBLE_PLAIN);
	coco_free(chunk);
	coco_cobble_free(c);
	return r;
}
