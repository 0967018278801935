/*
 * jws_sign.c - signing and verifying JSON Web Signatures (see jws_sign.h).
 */
#include "lib/crypto/jws_sign.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"

const char *coco_jws_alg(const struct coco_key *key)
{
	static const char *const names[] = {
		[COCO_KEY_ED25519] = "EdDSA",
		[COCO_KEY_P256] = "ES256",
		[COCO_KEY_P384] = "ES384",
		[COCO_KEY_P521] = "ES512",
		[COCO_KEY_RSA] = "RS256",
	};

	return names[coco_key_type(key)];
}

/* The signature in the form of JWS. Gives *ret. */
static int sign(const struct coco_key *key, struct coco_view input, uint8_t **ret, size_t *ret_n,
		struct coco_diag *diag)
{
	uint8_t raw[COCO_EC_RAW_MAX];
	size_t n;

	if (coco_ec_raw_size(key) == 0)
		return coco_sign(key, input, COCO_SIGN_PKCS1, ret, ret_n, diag);
	int r = coco_ec_sign_raw(key, input, raw, &n, diag);
	if (r != 0)
		return r;
	*ret = coco_memdup(raw, n);
	*ret_n = n;
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to sign");
}

int coco_jws_sign(const struct coco_key *key, struct coco_view header, struct coco_view payload,
		  struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret s = { 0 };
	uint8_t *sig = NULL;
	char *input = NULL;
	size_t n_input = 0;
	size_t n_sig = 0;
	int r = coco_jws_input(header, payload, &input, &n_input, diag);

	if (r == 0)
		r = sign(key, coco_view_of(input, n_input), &sig, &n_sig, diag);
	if (r == 0)
		r = coco_secret_new(&s, coco_jws_size(n_input, n_sig) + 1, diag);
	if (r == 0) {
		coco_jws_finish((char *)s.p, input, n_input, sig, n_sig);
		s.n--;   /* without the NUL */
		*ret = s;
	}
	if (sig != NULL)
		coco_wipe(sig, n_sig);
	coco_free(sig);
	coco_free(input);
	return r;
}

int coco_jws_verify(const struct coco_key *key, const struct coco_jws *jws,
		    struct coco_diag *diag)
{
	struct coco_view sig = coco_view_of(jws->signature, jws->n_signature);
	const char *alg = coco_jws_alg(key);

	if (strcmp(jws->alg, alg) != 0)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE, "signed with %s, which is not that "
				 "of the key (%s)", jws->alg, alg);
	if (coco_ec_raw_size(key) != 0)
		return coco_ec_verify_raw(key, jws->input, sig, diag);
	/* accepts PSS of the same holder too, which is no less a proof */
	return coco_verify(key, jws->input, sig, COCO_SIGN_PKCS1, diag);
}
