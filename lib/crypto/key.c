/*
 * key.c - asymmetric keys over EVP_PKEY (see key.h): making, judging, writing.
 * Reading files is in key_read.c.
 */
#include "lib/crypto/key.h"

#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

struct coco_key {
	EVP_PKEY *pkey;
	enum coco_key_type type;
	unsigned bits;
	bool is_private;
	char name[16];
	uint8_t fingerprint[COCO_FINGERPRINT_BYTES];
	char fingerprint_text[COCO_FINGERPRINT_TEXT];
	char hint[COCO_KEY_HINT_TEXT];
};

static const struct {
	const char *group;
	const char *name;
	enum coco_key_type type;
} curves[] = {
	{ "prime256v1", "p256", COCO_KEY_P256 },
	{ "secp384r1", "p384", COCO_KEY_P384 },
	{ "secp521r1", "p521", COCO_KEY_P521 },
};

static const char offer[] = "ed25519, p256, p384, p521, rsa3072";

static int judge_ec(struct coco_key *key, struct coco_diag *diag)
{
	char group[64] = "";
	size_t n = 0;
	int explicit_params = 0;

	(void)EVP_PKEY_get_group_name(key->pkey, group, sizeof(group), &n);
	(void)EVP_PKEY_get_int_param(key->pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
				     &explicit_params);
	ERR_clear_error();
	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++) {
		if (strcmp(group, curves[i].group) != 0 || explicit_params != 0)
			continue;
		key->type = curves[i].type;
		snprintf(key->name, sizeof(key->name), "%s", curves[i].name);
		/* one key, one encoding, one fingerprint */
		if (EVP_PKEY_set_utf8_string_param(key->pkey,
						   OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
						   "uncompressed") != 1)
			return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the key is not usable");
		return 0;
	}
	if (explicit_params != 0)
		return coco_fail(diag, COCO_E_KEY_TYPE,
				 "the key spells out its curve instead of naming it");
	return coco_fail(diag, COCO_E_KEY_TYPE, "the curve %s is not supported; %s are",
			 group[0] != '\0' ? group : "of this key", offer);
}

static int judge_rsa(struct coco_key *key, struct coco_diag *diag)
{
	key->type = COCO_KEY_RSA;
	snprintf(key->name, sizeof(key->name), "rsa%u", key->bits);
	if (key->bits >= COCO_KEY_RSA_MIN && key->bits <= COCO_KEY_RSA_MAX)
		return 0;
	coco_diag_expected(diag, "%d to %d bits", COCO_KEY_RSA_MIN, COCO_KEY_RSA_MAX);
	coco_diag_actual(diag, "%u bits", key->bits);
	return coco_fail(diag, key->bits < COCO_KEY_RSA_MIN ? COCO_E_KEY_WEAK : COCO_E_KEY_TYPE,
			 "an RSA key of %u bits", key->bits);
}

static int judge_type(struct coco_key *key, struct coco_diag *diag)
{
	int bits = EVP_PKEY_get_bits(key->pkey);

	key->bits = bits > 0 ? (unsigned)bits : 0;
	if (EVP_PKEY_is_a(key->pkey, "EC") == 1)
		return judge_ec(key, diag);
	if (EVP_PKEY_is_a(key->pkey, "RSA") == 1)
		return judge_rsa(key, diag);
	if (EVP_PKEY_is_a(key->pkey, "ED25519") == 1) {
		key->type = COCO_KEY_ED25519;
		key->bits = 256;
		snprintf(key->name, sizeof(key->name), "ed25519");
		return 0;
	}
	const char *name = EVP_PKEY_get0_type_name(key->pkey);
	return coco_fail(diag, COCO_E_KEY_TYPE, "keys of type %s are not supported; %s are",
			 name != NULL ? name : "unknown", offer);
}

/* Public half on its curve and in range; private half belonging to it. */
static int judge_consistency(const struct coco_key *key, struct coco_diag *diag)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	int ok = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

	if (ok == 1 && key->is_private)
		ok = EVP_PKEY_pairwise_check(ctx);
	if (ok == 1 && key->is_private && key->type != COCO_KEY_RSA)
		ok = EVP_PKEY_private_check(ctx);
	EVP_PKEY_CTX_free(ctx);
	if (ok != 1)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the parts of the key do not fit");
	ERR_clear_error();
	return 0;
}

static int describe(struct coco_key *key, struct coco_diag *diag)
{
	static const char label[] = "PUBLIC KEY";
	unsigned char *der = NULL;
	uint8_t digest[COCO_FINGERPRINT_BYTES];
	size_t n_digest = 0;
	int n = i2d_PUBKEY(key->pkey, &der);

	if (n <= 0)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the public key has no encoding");
	size_t n_pem = coco_pem_len(label, (size_t)n);
	char *pem = coco_alloc(n_pem + 1, 1);
	int ok = pem != NULL;
	if (ok == 1) {
		coco_pem_encode(pem, label, der, (size_t)n);
		ok = EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)n, key->fingerprint,
				  &n_digest) == 1 &&
		     EVP_Q_digest(NULL, "SHA256", NULL, pem, n_pem, digest, &n_digest) == 1;
	}
	coco_free(pem);
	OPENSSL_free(der);
	if (ok != 1)
		return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a fingerprint");
	memcpy(key->fingerprint_text, "sha256:", 7);
	coco_hex_encode(key->fingerprint_text + 7, key->fingerprint, sizeof(key->fingerprint));
	coco_hex_encode(key->hint, digest, sizeof(digest));
	return 0;
}

EVP_PKEY *coco_evp_from(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int coco_key_from_evp(EVP_PKEY *pkey, bool is_private, struct coco_key **ret,
		      struct coco_diag *diag)
{
	struct coco_key *key = coco_zalloc(1, sizeof(*key));

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a key");
	}
	key->pkey = pkey;
	key->is_private = is_private;
	int r = judge_type(key, diag);
	if (r == 0)
		r = judge_consistency(key, diag);
	if (r == 0)
		r = describe(key, diag);
	if (r != 0) {
		coco_key_free(key);
		return r;
	}
	*ret = key;
	return 0;
}

EVP_PKEY *coco_key_evp(const struct coco_key *key)
{
	return key->pkey;
}

void coco_key_free(struct coco_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	coco_free(key);
}

enum coco_key_type coco_key_type(const struct coco_key *key)
{
	return key->type;
}

bool coco_key_is_private(const struct coco_key *key)
{
	return key->is_private;
}

unsigned coco_key_bits(const struct coco_key *key)
{
	return key->bits;
}

const char *coco_key_name(const struct coco_key *key)
{
	return key->name;
}

const uint8_t *coco_key_fingerprint(const struct coco_key *key)
{
	return key->fingerprint;
}

const char *coco_key_fingerprint_text(const struct coco_key *key)
{
	return key->fingerprint_text;
}

const char *coco_key_hint(const struct coco_key *key)
{
	return key->hint;
}

bool coco_key_same(const struct coco_key *a, const struct coco_key *b)
{
	return memcmp(a->fingerprint, b->fingerprint, sizeof(a->fingerprint)) == 0;
}

int coco_key_generate(const char *name, struct coco_key **ret, struct coco_diag *diag)
{
	static const struct {
		const char *name;
		size_t rsa_bits;
	} rsa[] = { { "rsa2048", 2048 }, { "rsa3072", 3072 }, { "rsa4096", 4096 } };
	EVP_PKEY *pkey = NULL;

	for (size_t i = 0; i < COCO_ARRAY_LEN(rsa); i++)
		if (strcmp(name, rsa[i].name) == 0)
			pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", rsa[i].rsa_bits);
	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++)
		if (strcmp(name, curves[i].name) == 0)
			pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[i].group);
	if (strcmp(name, "ed25519") == 0)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (pkey != NULL)
		return coco_key_from_evp(pkey, true, ret, diag);
	if (ERR_peek_error() != 0)
		return coco_fail_ossl(diag, COCO_E_INTERNAL, "the key could not be made");
	return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%s\" is no type of key; %s, rsa2048 and "
			 "rsa4096 are", name, offer);
}

int coco_key_private_pem(const struct coco_key *key, struct coco_secret *ret,
			 struct coco_diag *diag)
{
	static const char label[] = "PRIVATE KEY";
	struct coco_secret pem = { 0 };
	unsigned char *der = NULL;

	if (!key->is_private)
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE, "this is a public key");
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	int n = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);   /* wipes */
	if (n <= 0)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the private key has no encoding");
	size_t n_pem = coco_pem_len(label, (size_t)n);
	int r = coco_secret_new(&pem, n_pem + 1, diag);
	if (r == 0) {
		coco_pem_encode((char *)pem.p, label, der, (size_t)n);
		pem.n = n_pem;
		*ret = pem;
	}
	OPENSSL_clear_free(der, (size_t)n);
	return r;
}

int coco_key_public_der(const struct coco_key *key, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key->pkey, &der);

	if (n <= 0)
		return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a public key");
	uint8_t *copy = coco_memdup(der, (size_t)n);
	OPENSSL_free(der);
	if (copy == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a public key");
	*ret = copy;
	*ret_n = (size_t)n;
	return 0;
}

int coco_key_public_pem(const struct coco_key *key, char **ret, size_t *ret_n,
			struct coco_diag *diag)
{
	static const char label[] = "PUBLIC KEY";
	uint8_t *der = NULL;
	size_t n = 0;
	int r = coco_key_public_der(key, &der, &n, diag);

	if (r != 0)
		return r;
	char *pem = coco_alloc(coco_pem_len(label, n) + 1, 1);
	if (pem != NULL) {
		coco_pem_encode(pem, label, der, n);
		*ret = pem;
		*ret_n = coco_pem_len(label, n);
	} else {
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a public key");
	}
	coco_free(der);
	return r;
}
