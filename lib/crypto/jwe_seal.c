/*
 * jwe_seal.c - sealing and opening JWE (see jwe_seal.h).
 */
#include "lib/crypto/jwe_seal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/kek.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/random.h"

static const char alg_ecdh[] = "ECDH-ES+A256KW";
static const char alg_oaep[] = "RSA-OAEP-256";
static const char alg_oaep_sha1[] = "RSA-OAEP";
static const char enc_gcm[] = "A256GCM";

enum { CEK_BYTES = 32, IV_BYTES = 12, TAG_BYTES = 16 };

static const struct {
	enum coco_key_type type;
	const char *crv;
} curves[] = {
	{ COCO_KEY_P256, "P-256" },
	{ COCO_KEY_P384, "P-384" },
	{ COCO_KEY_P521, "P-521" },
};

static const char *crv_of(const struct coco_key *key)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++)
		if (curves[i].type == coco_key_type(key))
			return curves[i].crv;
	return NULL;
}

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a JWE");
}

/* AES-256-GCM of n bytes; tag is written (sealing) or compared (opening). */
static int gcm(const struct coco_secret *cek, bool seal, const uint8_t *iv, struct coco_view aad,
	       const uint8_t *in, size_t n, uint8_t *out, uint8_t tag[TAG_BYTES])
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int got = 0;
	int ok = cipher != NULL && ctx != NULL &&
		 EVP_CipherInit_ex2(ctx, cipher, coco_secret_expose(cek), iv, seal ? 1 : 0,
				    NULL) == 1 &&
		 EVP_CipherUpdate(ctx, NULL, &got, aad.p, (int)aad.n) == 1 &&
		 (n == 0 || EVP_CipherUpdate(ctx, out, &got, in, (int)n) == 1);

	if (ok == 1 && !seal)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag);
	if (ok == 1)
		ok = EVP_CipherFinal_ex(ctx, out + n, &got) == 1 && got == 0;
	if (ok == 1 && seal)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, tag);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return ok;
}

/* The key that wraps the CEK: agreed between mine and peer. */
static int agree(const struct coco_key *mine, const struct coco_key *peer,
		 const struct coco_jwe_recipient *to, struct coco_secret *ret,
		 struct coco_diag *diag)
{
	struct coco_secret z = { 0 };
	int r = coco_kek_ecdh(mine, peer, &z, diag);

	if (r == 0)
		r = coco_kek_derive(&z, alg_ecdh, coco_view_of(to->apu.p, to->apu.n),
				    coco_view_of(to->apv.p, to->apv.n), ret, diag);
	coco_secret_free(&z);
	return r;
}

static int seal_ecdh(const struct coco_key *key, const char *crv, const struct coco_secret *cek,
		     struct coco_jwe_recipient *to, struct coco_diag *diag)
{
	struct coco_secret kek = { 0 };
	struct coco_key *ephemeral = NULL;
	int r = coco_key_generate(coco_key_name(key), &ephemeral, diag);

	if (r == 0)
		r = coco_kek_coordinates(ephemeral, to->epk_x, to->epk_y, &to->n_x, diag);
	if (r == 0)
		r = agree(ephemeral, key, to, &kek, diag);
	if (r == 0)
		r = coco_kek_wrap(&kek, cek, &to->key.p, &to->key.n, diag);
	to->has_epk = true;
	memcpy(to->epk_crv, crv, strlen(crv) + 1);
	coco_secret_free(&kek);
	coco_key_free(ephemeral);
	return r;
}

static int seal_recipient(const struct coco_key *key, const struct coco_secret *cek,
			  struct coco_jwe_recipient *to, struct coco_diag *diag)
{
	bool rsa = coco_key_type(key) == COCO_KEY_RSA;
	const char *crv = crv_of(key);

	if (!rsa && crv == NULL)
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "a key cannot be wrapped for %s; it can for p256, p384, p521 and "
				 "rsa", coco_key_name(key));
	to->alg = coco_strdup(rsa ? alg_oaep : alg_ecdh);
	to->kid = coco_strdup(coco_key_fingerprint_text(key));
	if (to->alg == NULL || to->kid == NULL)
		return no_memory(diag);
	if (crv == NULL)
		return coco_kek_oaep_seal(key, cek, &to->key.p, &to->key.n, diag);
	return seal_ecdh(key, crv, cek, to, diag);
}

static int seal_content(const struct coco_secret *secret, const struct coco_secret *cek,
			struct coco_jwe *jwe, struct coco_diag *diag)
{
	uint8_t *aad = NULL;
	size_t n_aad = 0;
	int r = 0;

	jwe->iv = (struct coco_jwe_bytes){ coco_alloc(IV_BYTES, 1), IV_BYTES };
	jwe->tag = (struct coco_jwe_bytes){ coco_alloc(TAG_BYTES, 1), TAG_BYTES };
	jwe->ciphertext = (struct coco_jwe_bytes){ coco_alloc(secret->n, 1), secret->n };
	if (jwe->iv.p == NULL || jwe->tag.p == NULL || jwe->ciphertext.p == NULL)
		return no_memory(diag);
	r = coco_random(jwe->iv.p, IV_BYTES, diag);
	if (r == 0)
		r = coco_jwe_aad(jwe, &aad, &n_aad, diag);
	if (r == 0 && gcm(cek, true, jwe->iv.p, coco_view_of(aad, n_aad),
			  coco_secret_expose(secret), secret->n, jwe->ciphertext.p,
			  jwe->tag.p) != 1)
		r = coco_fail_ossl(diag, COCO_E_INTERNAL, "the secret was not encrypted");
	coco_free(aad);
	return r;
}

int coco_jwe_seal(const struct coco_secret *secret, const struct coco_key *const *recipients,
		  size_t n, struct coco_jwe *ret, struct coco_diag *diag)
{
	struct coco_jwe jwe = { .enc = NULL };
	struct coco_secret cek = { 0 };

	if (n == 0 || n > COCO_JWE_RECIPIENTS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "%zu recipients, 1 to %d are possible",
				 n, COCO_JWE_RECIPIENTS_MAX);
	if (secret->n == 0 || secret->n > COCO_KEY_FILE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a secret of %zu bytes, 1 to %d are "
				 "possible", secret->n, COCO_KEY_FILE_MAX);
	ERR_clear_error();
	jwe.enc = coco_strdup(enc_gcm);
	jwe.recipients = coco_zalloc(n, sizeof(*jwe.recipients));
	if (jwe.enc == NULL || jwe.recipients == NULL) {
		coco_jwe_clear(&jwe);
		return no_memory(diag);
	}
	int r = coco_secret_new(&cek, CEK_BYTES, diag);
	if (r == 0)
		r = coco_random_secret(cek.p, cek.n, diag);
	while (r == 0 && jwe.n_recipients < n) {
		jwe.n_recipients++;
		r = seal_recipient(recipients[jwe.n_recipients - 1], &cek,
				   &jwe.recipients[jwe.n_recipients - 1], diag);
	}
	if (r == 0)
		r = coco_jwe_protect(&jwe, diag);
	if (r == 0)
		r = seal_content(secret, &cek, &jwe, diag);
	coco_secret_free(&cek);
	if (r != 0) {
		coco_jwe_clear(&jwe);
		return r;
	}
	*ret = jwe;
	return 0;
}

enum fit {
	FIT_YES,
	FIT_OTHER_KEY,     /* an accepted algorithm, for another kind of key */
	FIT_REFUSED,       /* an algorithm that is not accepted */
};

static enum fit fits(const struct coco_jwe_recipient *from, const struct coco_key *key,
		     unsigned flags)
{
	bool rsa = coco_key_type(key) == COCO_KEY_RSA;

	if (strcmp(from->alg, alg_ecdh) == 0) {
		const char *crv = crv_of(key);

		return crv != NULL && from->has_epk && !from->epk_okp &&
				       strcmp(from->epk_crv, crv) == 0
			       ? FIT_YES
			       : FIT_OTHER_KEY;
	}
	if (strcmp(from->alg, alg_oaep) == 0 ||
	    (strcmp(from->alg, alg_oaep_sha1) == 0 && (flags & COCO_JWE_ALLOW_RSA_OAEP_SHA1) != 0))
		return rsa ? FIT_YES : FIT_OTHER_KEY;
	return FIT_REFUSED;
}

static int open_cek(const struct coco_jwe_recipient *from, const struct coco_key *key,
		    struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_view wrapped = { from->key.p, from->key.n };
	struct coco_secret kek = { 0 };
	struct coco_key *peer = NULL;

	if (coco_key_type(key) == COCO_KEY_RSA)
		return coco_kek_oaep_open(key, wrapped, strcmp(from->alg, alg_oaep_sha1) == 0, ret,
					  diag);
	int r = coco_kek_peer(coco_key_type(key), coco_view_of(from->epk_x, from->n_x),
			      coco_view_of(from->epk_y, from->n_x), &peer, diag);
	if (r == 0)
		r = agree(key, peer, from, &kek, diag);
	if (r == 0)
		r = coco_kek_unwrap(&kek, wrapped, ret, diag);
	coco_secret_free(&kek);
	coco_key_free(peer);
	return r;
}

static int open_content(const struct coco_jwe *jwe, const struct coco_secret *cek,
			struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret out = { 0 };
	uint8_t *aad = NULL;
	size_t n_aad = 0;

	if (cek->n != CEK_BYTES)
		return coco_fail(diag, COCO_E_KEY_UNWRAP,
				 "the content key of the JWE has %zu bytes", cek->n);
	int r = coco_secret_new(&out, jwe->ciphertext.n, diag);
	if (r == 0)
		r = coco_jwe_aad(jwe, &aad, &n_aad, diag);
	if (r == 0 && gcm(cek, false, jwe->iv.p, coco_view_of(aad, n_aad), jwe->ciphertext.p,
			  jwe->ciphertext.n, out.p, jwe->tag.p) != 1)
		r = coco_fail(diag, COCO_E_KEY_UNWRAP, "the encrypted secret is not authentic");
	ERR_clear_error();
	coco_free(aad);
	if (r != 0) {
		coco_secret_free(&out);
		return r;
	}
	*ret = out;
	return 0;
}

static int check_enc(const struct coco_jwe *jwe, struct coco_diag *diag)
{
	if (strcmp(jwe->enc, enc_gcm) != 0) {
		coco_diag_field(diag, "enc");
		coco_diag_expected(diag, "%s", enc_gcm);
		coco_diag_actual(diag, "%s", jwe->enc);
		return coco_fail(diag, COCO_E_CRYPTO_ALGORITHM,
				 "the content encryption %s is not accepted", jwe->enc);
	}
	if (jwe->iv.n != IV_BYTES)
		return coco_fail(diag, COCO_E_FORMAT_JWE, "an iv of %zu bytes, %d are needed",
				 jwe->iv.n, IV_BYTES);
	if (jwe->tag.n != TAG_BYTES)
		return coco_fail(diag, COCO_E_FORMAT_JWE, "a tag of %zu bytes, %d are needed",
				 jwe->tag.n, TAG_BYTES);
	return 0;
}

static int fail_none(const struct coco_jwe_recipient *refused, const struct coco_key *key,
		     struct coco_diag *diag)
{
	if (refused == NULL)
		return coco_fail(diag, COCO_E_KEY_NO_RECIPIENT,
				 "nothing was wrapped for the %s key %s", coco_key_name(key),
				 coco_key_fingerprint_text(key));
	if (strcmp(refused->alg, alg_oaep_sha1) == 0)
		coco_diag_hint(diag, "RSA-OAEP uses SHA-1; encrypt again with RSA-OAEP-256");
	coco_diag_field(diag, "alg");
	coco_diag_expected(diag, "%s or %s", alg_ecdh, alg_oaep);
	coco_diag_actual(diag, "%s", refused->alg);
	return coco_fail(diag, COCO_E_CRYPTO_ALGORITHM, "the key encryption %s is not accepted",
			 refused->alg);
}

/* The recipient that names this key, or NULL. */
static const struct coco_jwe_recipient *named(const struct coco_jwe *jwe,
					      const struct coco_key *key)
{
	for (size_t i = 0; i < jwe->n_recipients; i++)
		if (jwe->recipients[i].kid != NULL &&
		    strcmp(jwe->recipients[i].kid, coco_key_fingerprint_text(key)) == 0)
			return &jwe->recipients[i];
	return NULL;
}

int coco_jwe_open(const struct coco_jwe *jwe, const struct coco_key *key, unsigned flags,
		  struct coco_secret *ret, struct coco_diag *diag)
{
	const struct coco_jwe_recipient *only = named(jwe, key);
	const struct coco_jwe_recipient *refused = NULL;
	bool tried = false;

	if (!coco_key_is_private(key))
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE, "a public key opens nothing");
	int r = check_enc(jwe, diag);
	if (r != 0)
		return r;
	ERR_clear_error();
	for (size_t i = 0; i < jwe->n_recipients; i++) {
		const struct coco_jwe_recipient *from = &jwe->recipients[i];
		struct coco_secret cek = { 0 };

		if (only != NULL && from != only)
			continue;
		enum fit fit = fits(from, key, flags);
		if (fit == FIT_REFUSED && refused == NULL)
			refused = from;
		if (fit != FIT_YES)
			continue;
		tried = true;
		r = open_cek(from, key, &cek, NULL);
		if (r == 0)
			r = open_content(jwe, &cek, ret, NULL);
		coco_secret_free(&cek);
		if (r == 0)
			return 0;
		if (r == COCO_E_LIMIT_MEMORY || r == COCO_E_INTERNAL)
			return coco_fail(diag, r, "the JWE could not be opened");
	}
	if (!tried)
		return fail_none(refused, key, diag);
	return coco_fail(diag, COCO_E_KEY_UNWRAP, "the JWE does not open with the %s key %s",
			 coco_key_name(key), coco_key_fingerprint_text(key));
}
