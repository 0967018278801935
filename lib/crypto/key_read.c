/*
 * key_read.c - key files: PEM and DER, private and public (see key.h). PEM is
 * taken apart here and not by OpenSSL, so that every intermediate copy of a
 * private key is wiped and nothing asks for a passphrase.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"

enum block_kind {
	BLOCK_OTHER,
	BLOCK_PARAMETERS,   /* "EC PARAMETERS" stand before the key in openssl's files */
	BLOCK_PKCS8,
	BLOCK_EC,
	BLOCK_RSA,
	BLOCK_ENCRYPTED,
	BLOCK_OPENSSH,
	BLOCK_PUBLIC,
	BLOCK_CERTIFICATE,
};

static enum block_kind block_kind(const struct coco_pem *pem)
{
	static const struct {
		const char *label;
		enum block_kind kind;
	} labels[] = {
		{ "PRIVATE KEY", BLOCK_PKCS8 },
		{ "EC PRIVATE KEY", BLOCK_EC },
		{ "RSA PRIVATE KEY", BLOCK_RSA },
		{ "ENCRYPTED PRIVATE KEY", BLOCK_ENCRYPTED },
		{ "ENCRYPTED COSIGN PRIVATE KEY", BLOCK_ENCRYPTED },
		{ "ENCRYPTED SIGSTORE PRIVATE KEY", BLOCK_ENCRYPTED },
		{ "OPENSSH PRIVATE KEY", BLOCK_OPENSSH },
		{ "EC PARAMETERS", BLOCK_PARAMETERS },
		{ "PUBLIC KEY", BLOCK_PUBLIC },
		{ "CERTIFICATE", BLOCK_CERTIFICATE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(labels); i++) {
		if (strcmp(pem->label, labels[i].label) != 0)
			continue;
		bool secret = labels[i].kind == BLOCK_EC || labels[i].kind == BLOCK_RSA ||
			      labels[i].kind == BLOCK_PKCS8;
		return secret && pem->has_headers ? BLOCK_ENCRYPTED : labels[i].kind;
	}
	return BLOCK_OTHER;
}

static bool is_private_block(enum block_kind kind)
{
	return kind == BLOCK_PKCS8 || kind == BLOCK_EC || kind == BLOCK_RSA ||
	       kind == BLOCK_ENCRYPTED || kind == BLOCK_OPENSSH;
}

static EVP_PKEY *whole(EVP_PKEY *pkey, const unsigned char *at, const uint8_t *end)
{
	if (pkey != NULL && at != end) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	return pkey;
}

static EVP_PKEY *der_pkcs8(const uint8_t *der, size_t n)
{
	const unsigned char *at = der;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)n);
	EVP_PKEY *pkey = info != NULL && at == der + n ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

static EVP_PKEY *der_typed(int type, const uint8_t *der, size_t n)
{
	const unsigned char *at = der;
	EVP_PKEY *pkey = d2i_PrivateKey(type, NULL, &at, (long)n);

	return whole(pkey, at, der + n);
}

static EVP_PKEY *der_public(const uint8_t *der, size_t n)
{
	const unsigned char *at = der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)n);

	return whole(pkey, at, der + n);
}

static EVP_PKEY *der_certificate(const uint8_t *der, size_t n)
{
	const unsigned char *at = der;
	X509 *cert = d2i_X509(NULL, &at, (long)n);
	EVP_PKEY *pkey = cert != NULL && at == der + n ? X509_get_pubkey(cert) : NULL;

	X509_free(cert);
	return pkey;
}

static bool der_encrypted(const uint8_t *der, size_t n)
{
	const unsigned char *at = der;
	X509_SIG *sig = d2i_X509_SIG(NULL, &at, (long)n);
	bool yes = sig != NULL && at == der + n;

	X509_SIG_free(sig);
	ERR_clear_error();
	return yes;
}

static int fail_encrypted(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_KEY_ENCRYPTED,
			 "the private key is encrypted with a passphrase");
}

static int fail_not_public(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_KEY_NOT_PUBLIC, "this is a private key");
}

/* What else a file that holds no key may be. */
static int fail_no_key(struct coco_view bytes, const char *what, struct coco_diag *diag)
{
	if (bytes.n == 32)
		coco_diag_hint(diag, "32 bytes look like a content key; this needs %s", what);
	else if (bytes.n != 0 && bytes.p[0] == '{')
		coco_diag_hint(diag, "JSON (a JWK?) is not read here; this needs %s in PEM or DER",
			       what);
	return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "this is not %s", what);
}

static int read_private_block(const struct coco_pem *pem, enum block_kind kind,
			      struct coco_key **ret, struct coco_diag *diag)
{
	EVP_PKEY *pkey = NULL;

	if (kind == BLOCK_ENCRYPTED)
		return fail_encrypted(diag);
	if (kind == BLOCK_OPENSSH) {
		coco_diag_hint(diag, "convert a copy with ssh-keygen -p -m PKCS8");
		return coco_fail(diag, COCO_E_KEY_FORMAT, "OpenSSH's own key format is not read");
	}
	if (kind == BLOCK_PKCS8)
		pkey = der_pkcs8(pem->der, pem->n_der);
	else
		pkey = der_typed(kind == BLOCK_EC ? EVP_PKEY_EC : EVP_PKEY_RSA, pem->der,
				 pem->n_der);
	if (pkey == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the %s block holds no usable key",
				      pem->label);
	return coco_key_from_evp(pkey, true, ret, diag);
}

static int parse_private_pem(struct coco_view text, struct coco_key **ret,
			     struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	bool found = true;
	bool public_seen = false;
	int r = 0;

	while (r == 0) {
		struct coco_pem pem = { .der = NULL };

		r = coco_pem_next(&text, &pem, &found, diag);
		if (r != 0 || !found)
			break;
		enum block_kind kind = block_kind(&pem);
		if (is_private_block(kind) && key != NULL)
			r = coco_fail(diag, COCO_E_KEY_FORMAT, "the file holds two private keys");
		else if (is_private_block(kind))
			r = read_private_block(&pem, kind, &key, diag);
		else if (kind != BLOCK_PARAMETERS)
			public_seen = true;
		coco_pem_clear(&pem);
	}
	if (r == 0 && key == NULL)
		r = public_seen ? coco_fail(diag, COCO_E_KEY_NOT_PRIVATE,
					    "the file holds no private key, only public things")
				: coco_fail(diag, COCO_E_KEY_FORMAT, "the file holds no key");
	if (r != 0) {
		coco_key_free(key);
		return r;
	}
	*ret = key;
	return 0;
}

int coco_key_parse_private(struct coco_view bytes, struct coco_key **ret, struct coco_diag *diag)
{
	ERR_clear_error();
	if (bytes.n > COCO_KEY_FILE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a key file of more than %d bytes",
				 COCO_KEY_FILE_MAX);
	if (coco_pem_looks(bytes))
		return parse_private_pem(bytes, ret, diag);
	EVP_PKEY *pkey = der_pkcs8(bytes.p, bytes.n);
	if (pkey != NULL)
		return coco_key_from_evp(pkey, true, ret, diag);
	if (der_encrypted(bytes.p, bytes.n))
		return fail_encrypted(diag);
	pkey = der_public(bytes.p, bytes.n);
	if (pkey == NULL)
		pkey = der_certificate(bytes.p, bytes.n);
	if (pkey != NULL) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE,
				 "the file holds a public key or a certificate");
	}
	return fail_no_key(bytes, "a private key", diag);
}

static int read_public_block(const struct coco_pem *pem, enum block_kind kind,
			     struct coco_key **ret, struct coco_diag *diag)
{
	EVP_PKEY *pkey = kind == BLOCK_PUBLIC ? der_public(pem->der, pem->n_der)
					      : der_certificate(pem->der, pem->n_der);

	if (pkey == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_FORMAT, "the %s block holds no usable key",
				      pem->label);
	return coco_key_from_evp(pkey, false, ret, diag);
}

static int parse_public_pem(struct coco_view text, struct coco_key **ret, struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	bool from_cert = false;
	bool found = true;
	int r = 0;

	while (r == 0) {
		struct coco_pem pem = { .der = NULL };

		r = coco_pem_next(&text, &pem, &found, diag);
		if (r != 0 || !found)
			break;
		enum block_kind kind = block_kind(&pem);
		if (is_private_block(kind))
			r = fail_not_public(diag);
		else if (kind == BLOCK_CERTIFICATE && from_cert)
			r = 0;   /* a chain: its leaf comes first */
		else if ((kind == BLOCK_PUBLIC || kind == BLOCK_CERTIFICATE) && key != NULL)
			r = coco_fail(diag, COCO_E_KEY_FORMAT, "the file holds two public keys");
		else if (kind == BLOCK_PUBLIC || kind == BLOCK_CERTIFICATE)
			r = read_public_block(&pem, kind, &key, diag);
		from_cert = from_cert || kind == BLOCK_CERTIFICATE;
		coco_pem_clear(&pem);
	}
	if (r == 0 && key == NULL)
		r = coco_fail(diag, COCO_E_KEY_FORMAT,
			      "the file holds no PUBLIC KEY or CERTIFICATE block");
	if (r != 0) {
		coco_key_free(key);
		return r;
	}
	*ret = key;
	return 0;
}

int coco_key_parse_public(struct coco_view bytes, struct coco_key **ret, struct coco_diag *diag)
{
	ERR_clear_error();
	if (bytes.n > COCO_KEY_FILE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a key file of more than %d bytes",
				 COCO_KEY_FILE_MAX);
	if (coco_pem_looks(bytes))
		return parse_public_pem(bytes, ret, diag);
	EVP_PKEY *pkey = der_public(bytes.p, bytes.n);
	if (pkey == NULL)
		pkey = der_certificate(bytes.p, bytes.n);
	if (pkey != NULL)
		return coco_key_from_evp(pkey, false, ret, diag);
	pkey = der_pkcs8(bytes.p, bytes.n);
	if (pkey != NULL || der_encrypted(bytes.p, bytes.n)) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return fail_not_public(diag);
	}
	return fail_no_key(bytes, "a public key", diag);
}

int coco_key_load_private(const char *ref, unsigned flags, struct coco_key **ret,
			  struct coco_diag *diag)
{
	struct coco_secret text = { 0 };
	int r = coco_keyref_load(ref, COCO_KEY_FILE_MAX,
				 flags & COCO_KEYREF_INSECURE_PERMISSIONS, &text, diag);

	if (r != 0)
		return r;
	r = coco_key_parse_private(coco_view_of(coco_secret_expose(&text), text.n), ret, diag);
	coco_secret_free(&text);
	if (r != 0)
		coco_diag_source(diag, "%s", ref);
	return r;
}

int coco_key_load_public(const char *ref, struct coco_key **ret, struct coco_diag *diag)
{
	struct coco_secret text = { 0 };
	int r = coco_keyref_load(ref, COCO_KEY_FILE_MAX, COCO_KEYREF_PUBLIC, &text, diag);

	if (r != 0)
		return r;
	r = coco_key_parse_public(coco_view_of(coco_secret_expose(&text), text.n), ret, diag);
	coco_secret_free(&text);
	if (r != 0)
		coco_diag_source(diag, "%s", ref);
	return r;
}
