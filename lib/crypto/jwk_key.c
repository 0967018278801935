/*
 * jwk_key.c - keys from JSON Web Keys, signatures of others (see jwk_key.h).
 */
#include "lib/crypto/jwk_key.h"

#include <string.h>

#include "lib/crypto/key_numbers.h"
#include "lib/crypto/sign_scheme.h"

static const struct algorithm {
	const char *name;
	enum coco_sign_scheme scheme;
	enum coco_digest_alg hash;
	enum coco_key_type type;
} algorithms[] = {
	{ "ES256", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA256, COCO_KEY_P256 },
	{ "ES384", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA384, COCO_KEY_P384 },
	{ "ES512", COCO_SCHEME_ECDSA, COCO_DIGEST_SHA512, COCO_KEY_P521 },
	{ "RS256", COCO_SCHEME_PKCS1, COCO_DIGEST_SHA256, COCO_KEY_RSA },
	{ "RS384", COCO_SCHEME_PKCS1, COCO_DIGEST_SHA384, COCO_KEY_RSA },
	{ "RS512", COCO_SCHEME_PKCS1, COCO_DIGEST_SHA512, COCO_KEY_RSA },
	{ "PS256", COCO_SCHEME_PSS, COCO_DIGEST_SHA256, COCO_KEY_RSA },
	{ "PS384", COCO_SCHEME_PSS, COCO_DIGEST_SHA384, COCO_KEY_RSA },
	{ "PS512", COCO_SCHEME_PSS, COCO_DIGEST_SHA512, COCO_KEY_RSA },
	{ "EdDSA", COCO_SCHEME_EDDSA, COCO_DIGEST_SHA512, COCO_KEY_ED25519 },
};

static const struct algorithm *find(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(algorithms); i++)
		if (strcmp(name, algorithms[i].name) == 0)
			return &algorithms[i];
	return NULL;
}

int coco_jwk_key(const struct coco_jwk *jwk, struct coco_key **ret, struct coco_diag *diag)
{
	struct coco_view a = coco_view_of(jwk->a, jwk->n_a);
	struct coco_view b = coco_view_of(jwk->b, jwk->n_b);

	switch (jwk->type) {
	case COCO_JWK_EC:
		return coco_key_from_point(jwk->curve, a, b, ret, diag);
	case COCO_JWK_RSA:
		return coco_key_from_rsa(a, b, ret, diag);
	case COCO_JWK_OKP:
		break;
	}
	return coco_key_from_ed25519(a, ret, diag);
}

bool coco_jws_alg_accepted(const char *alg)
{
	return find(alg) != NULL;
}

bool coco_jws_alg_fits(const char *alg, const struct coco_key *key)
{
	const struct algorithm *a = find(alg);

	return a != NULL && a->type == coco_key_type(key);
}

int coco_jws_check(const struct coco_key *key, const struct coco_jws *jws,
		   struct coco_diag *diag)
{
	const struct algorithm *a = find(jws->alg);

	if (a == NULL)
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "signatures of algorithm %s are not accepted", jws->alg);
	if (a->type != coco_key_type(key))
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "signed with %s, which is not for the key (%s)", jws->alg,
				 coco_key_name(key));
	return coco_scheme_verify(key, a->scheme, a->hash, jws->input,
				  coco_view_of(jws->signature, jws->n_signature), diag);
}
