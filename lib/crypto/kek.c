/*
 * kek.c - key agreement, derivation and wrapping (see kek.h).
 */
#include "lib/crypto/kek.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/wr.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

enum { UNCOMPRESSED = 4 };   /* first byte of such a point, SEC 1 section 2.3.3 */

static size_t field_bytes(enum coco_key_type type)
{
	switch (type) {
	case COCO_KEY_P256:
		return 32;
	case COCO_KEY_P384:
		return 48;
	case COCO_KEY_P521:
		return 66;
	case COCO_KEY_ED25519:
	case COCO_KEY_RSA:
		break;
	}
	return 0;
}

static const char *group_name(enum coco_key_type type)
{
	return type == COCO_KEY_P256   ? "prime256v1"
	       : type == COCO_KEY_P384 ? "secp384r1"
				       : "secp521r1";
}

int coco_kek_peer(enum coco_key_type type, struct coco_view x, struct coco_view y,
		  struct coco_key **ret, struct coco_diag *diag)
{
	size_t n = field_bytes(type);
	uint8_t point[1 + 2 * 66];
	EVP_PKEY *pkey = NULL;

	if (n == 0 || x.n != n || y.n != n)
		return coco_fail(diag, COCO_E_KEY_FORMAT,
				 "coordinates of %zu and %zu bytes, %zu are needed", x.n, y.n, n);
	point[0] = UNCOMPRESSED;
	memcpy(point + 1, x.p, n);
	memcpy(point + 1 + n, y.p, n);
	ERR_clear_error();
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	if (bld != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, group_name(type), 0) ==
		    1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n) == 1)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params != NULL)
		pkey = coco_evp_from("EC", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	if (pkey == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the point is not on the curve");
	return coco_key_from_evp(pkey, false, ret, diag);
}

int coco_kek_coordinates(const struct coco_key *key, uint8_t *ret_x, uint8_t *ret_y,
			 size_t *ret_n, struct coco_diag *diag)
{
	size_t n = field_bytes(coco_key_type(key));
	uint8_t point[1 + 2 * 66];
	size_t n_point = 0;

	ERR_clear_error();
	if (n == 0)
		return coco_fail(diag, COCO_E_KEY_TYPE, "a %s key has no coordinates",
				 coco_key_name(key));
	if (EVP_PKEY_get_octet_string_param(coco_key_evp(key), OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
					    point, sizeof(point), &n_point) != 1 ||
	    n_point != 1 + 2 * n || point[0] != UNCOMPRESSED)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the key has no coordinates");
	memcpy(ret_x, point + 1, n);
	memcpy(ret_y, point + 1 + n, n);
	*ret_n = n;
	return 0;
}

static bool number(EVP_PKEY *pkey, const char *name, uint8_t *ret, size_t cap, size_t *ret_len)
{
	BIGNUM *x = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, name, &x) == 1 && BN_num_bytes(x) > 0 &&
		  (size_t)BN_num_bytes(x) <= cap;

	if (ok)
		*ret_len = (size_t)BN_bn2bin(x, ret);
	BN_free(x);
	return ok;
}

int coco_kek_rsa_numbers(const struct coco_key *key, uint8_t *ret_n, size_t *ret_n_len,
			 uint8_t ret_e[8], size_t *ret_e_len, struct coco_diag *diag)
{
	ERR_clear_error();
	if (coco_key_type(key) != COCO_KEY_RSA)
		return coco_fail(diag, COCO_E_KEY_TYPE, "a %s key has no modulus",
				 coco_key_name(key));
	if (!number(coco_key_evp(key), OSSL_PKEY_PARAM_RSA_N, ret_n, COCO_KEY_RSA_MAX / 8,
		    ret_n_len) ||
	    !number(coco_key_evp(key), OSSL_PKEY_PARAM_RSA_E, ret_e, 8, ret_e_len))
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the key has no numbers");
	return 0;
}

int coco_kek_ecdh(const struct coco_key *mine, const struct coco_key *peer,
		  struct coco_secret *ret, struct coco_diag *diag)
{
	size_t n = field_bytes(coco_key_type(mine));
	struct coco_secret z = { 0 };

	if (!coco_key_is_private(mine))
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE,
				 "a public key cannot agree on a key");
	if (n == 0 || coco_key_type(peer) != coco_key_type(mine))
		return coco_fail(diag, COCO_E_KEY_TYPE, "%s and %s keys cannot agree on a key",
				 coco_key_name(mine), coco_key_name(peer));
	int r = coco_secret_new(&z, n, diag);
	if (r != 0)
		return r;
	ERR_clear_error();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, coco_key_evp(mine), NULL);
	size_t got = n;
	if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(ctx, coco_key_evp(peer), 1) != 1 ||
	    EVP_PKEY_derive(ctx, z.p, &got) != 1 || got != n) {
		coco_secret_free(&z);
		r = coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the keys do not agree");
	}
	EVP_PKEY_CTX_free(ctx);
	if (r == 0)
		*ret = z;
	return r;
}

/* AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo. */
static int other_info(const char *alg, struct coco_view apu, struct coco_view apv, uint8_t **ret,
		      size_t *ret_n, struct coco_diag *diag)
{
	const struct coco_view parts[] = { coco_view_of(alg, strlen(alg)), apu, apv };
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++) {
		coco_wr_be32(&wr, (uint32_t)parts[i].n);
		coco_wr_bytes(&wr, parts[i].p, parts[i].n);
	}
	coco_wr_be32(&wr, COCO_KEK_BYTES * 8);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_kek_derive(const struct coco_secret *z, const char *alg, struct coco_view apu,
		    struct coco_view apv, struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret kek = { 0 };
	uint8_t *info = NULL;
	size_t n_info = 0;
	char digest[] = "SHA256";
	int r = other_info(alg, apu, apv, &info, &n_info, diag);

	if (r == 0)
		r = coco_secret_new(&kek, COCO_KEK_BYTES, diag);
	if (r != 0) {
		coco_free(info);
		return r;
	}
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z->p, z->n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, n_info),
		OSSL_PARAM_construct_end(),
	};
	ERR_clear_error();
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	if (ctx == NULL || EVP_KDF_derive(ctx, kek.p, kek.n, params) != 1) {
		coco_secret_free(&kek);
		r = coco_fail_ossl(diag, COCO_E_INTERNAL, "no key was derived");
	}
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	coco_free(info);
	if (r == 0)
		*ret = kek;
	return r;
}

/* AES-256 key wrap of n bytes at in; out has room for n + 8. 1 when it worked. */
static int key_wrap(const struct coco_secret *kek, bool wrap, const uint8_t *in, size_t n,
		    uint8_t *out, size_t *ret_n)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int got = 0;
	int more = 0;
	int ok = 0;

	if (cipher != NULL && ctx != NULL) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		ok = EVP_CipherInit_ex2(ctx, cipher, kek->p, NULL, wrap ? 1 : 0, NULL) == 1 &&
		     EVP_CipherUpdate(ctx, out, &got, in, (int)n) == 1 &&
		     EVP_CipherFinal_ex(ctx, out + got, &more) == 1;
	}
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	*ret_n = ok == 1 ? (size_t)got + (size_t)more : 0;
	return ok;
}

int coco_kek_wrap(const struct coco_secret *kek, const struct coco_secret *secret, uint8_t **ret,
		  size_t *ret_n, struct coco_diag *diag)
{
	size_t got = 0;

	if (kek->n != COCO_KEK_BYTES || secret->n < 16 || secret->n % 8 != 0 ||
	    secret->n > COCO_KEY_FILE_MAX)
		return coco_fail(diag, COCO_E_INTERNAL, "a secret of %zu bytes cannot be wrapped",
				 secret->n);
	uint8_t *out = coco_alloc(secret->n + COCO_KEK_WRAP_MORE, 1);
	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a wrapped key");
	ERR_clear_error();
	if (key_wrap(kek, true, coco_secret_expose(secret), secret->n, out, &got) != 1 ||
	    got != secret->n + COCO_KEK_WRAP_MORE) {
		coco_free(out);
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the key was not wrapped");
	}
	*ret = out;
	*ret_n = got;
	return 0;
}

int coco_kek_unwrap(const struct coco_secret *kek, struct coco_view wrapped,
		    struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret out = { 0 };
	size_t got = 0;

	if (kek->n != COCO_KEK_BYTES)
		return coco_fail(diag, COCO_E_INTERNAL, "a key of %zu bytes unwraps nothing",
				 kek->n);
	if (wrapped.n < 24 || wrapped.n % 8 != 0 || wrapped.n > COCO_KEY_FILE_MAX)
		return coco_fail(diag, COCO_E_KEY_UNWRAP, "a wrapped key cannot have %zu bytes",
				 wrapped.n);
	int r = coco_secret_new(&out, wrapped.n, diag);
	if (r != 0)
		return r;
	ERR_clear_error();
	int ok = key_wrap(kek, false, wrapped.p, wrapped.n, out.p, &got);
	ERR_clear_error();
	if (ok != 1 || got != wrapped.n - COCO_KEK_WRAP_MORE) {
		coco_secret_free(&out);
		return coco_fail(diag, COCO_E_KEY_UNWRAP, "the wrapped key is not authentic");
	}
	out.n = got;
	*ret = out;
	return 0;
}

static EVP_PKEY_CTX *oaep(const struct coco_key *key, bool seal, const char *hash)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, coco_key_evp(key), NULL);

	if (ctx != NULL &&
	    (seal ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, hash, NULL) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, hash, NULL) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

int coco_kek_oaep_seal(const struct coco_key *key, const struct coco_secret *secret,
		       uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	size_t n = COCO_KEY_RSA_MAX / 8;

	if (coco_key_type(key) != COCO_KEY_RSA)
		return coco_fail(diag, COCO_E_KEY_TYPE, "RSA-OAEP needs an RSA key");
	uint8_t *out = coco_alloc(n, 1);
	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a wrapped key");
	ERR_clear_error();
	EVP_PKEY_CTX *ctx = oaep(key, true, "SHA256");
	int ok = ctx != NULL && EVP_PKEY_encrypt(ctx, out, &n, coco_secret_expose(secret),
						 secret->n) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (ok != 1) {
		coco_free(out);
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the key was not wrapped");
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

int coco_kek_oaep_open(const struct coco_key *key, struct coco_view sealed, bool sha1,
		       struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret out = { 0 };
	size_t n = COCO_KEY_RSA_MAX / 8;

	if (coco_key_type(key) != COCO_KEY_RSA)
		return coco_fail(diag, COCO_E_KEY_TYPE, "RSA-OAEP needs an RSA key");
	if (!coco_key_is_private(key))
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE, "a public key opens nothing");
	int r = coco_secret_new(&out, n, diag);
	if (r != 0)
		return r;
	ERR_clear_error();
	EVP_PKEY_CTX *ctx = oaep(key, false, sha1 ? "SHA1" : "SHA256");
	if (ctx == NULL)
		r = coco_fail_ossl(diag, COCO_E_INTERNAL, "RSA-OAEP is not available");
	else if (sealed.n != (coco_key_bits(key) + 7) / 8 ||
		 EVP_PKEY_decrypt(ctx, out.p, &n, sealed.p, sealed.n) != 1)
		r = coco_fail(diag, COCO_E_KEY_UNWRAP, "the wrapped key does not open");
	EVP_PKEY_CTX_free(ctx);
	/* one message for every failure of the padding: nothing to learn from it */
	ERR_clear_error();
	if (r != 0) {
		coco_secret_free(&out);
		return r;
	}
	out.n = n;
	*ret = out;
	return 0;
}
