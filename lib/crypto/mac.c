/*
 * mac.c - HMAC with SHA-256 (see mac.h).
 */
#include "lib/crypto/mac.h"

#include <string.h>

#include <openssl/evp.h>

#include <openssl/core_names.h>

#include "lib/crypto/ossl.h"

static int compute(struct coco_view key, const char *label, size_t n_label,
		   struct coco_view message, uint8_t ret[COCO_MAC_BYTES], struct coco_diag *diag)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	uint8_t out[COCO_MAC_BYTES];
	size_t n = 0;
	bool ok = ctx != NULL && EVP_MAC_init(ctx, key.p, key.n, params) == 1 &&
		  EVP_MAC_update(ctx, (const uint8_t *)label, n_label) == 1 &&
		  (message.n == 0 || EVP_MAC_update(ctx, message.p, message.n) == 1) &&
		  EVP_MAC_final(ctx, out, &n, sizeof(out)) == 1 && n == sizeof(out);

	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	if (!ok)
		return coco_fail(diag, COCO_E_INTERNAL, "HMAC failed");
	memcpy(ret, out, sizeof(out));
	return 0;
}

int coco_mac_key(const struct coco_key *key, const char *purpose, struct coco_secret *ret,
		 struct coco_diag *diag)
{
	struct coco_secret pem = { 0 };
	struct coco_secret s = { 0 };
	int r = coco_key_private_pem(key, &pem, diag);

	if (r == 0)
		r = coco_secret_new(&s, COCO_MAC_BYTES, diag);
	if (r == 0)
		r = compute(coco_view_of(coco_secret_expose(&pem), pem.n), purpose,
			    strlen(purpose), coco_view_of(NULL, 0), s.p, diag);
	coco_secret_free(&pem);
	if (r == 0)
		*ret = s;
	else
		coco_secret_free(&s);
	return r;
}

int coco_mac(const struct coco_secret *key, const char *label, struct coco_view message,
	     uint8_t ret[COCO_MAC_BYTES], struct coco_diag *diag)
{
	return compute(coco_view_of(coco_secret_expose(key), key->n), label, strlen(label) + 1,
		       message, ret, diag);
}
