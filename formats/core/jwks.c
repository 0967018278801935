/*
 * jwks.c - public JSON Web Keys and sets of them (see jwks.h).
 */
#include "formats/core/jwks.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_evidence.h"

enum {
	RSA_MAX = 1024,      /* bytes of a modulus */
	ED25519 = 32,
	OKP_BITS = 255,
	CERT_TEXT = 1 << 17, /* characters of one certificate */
};

void coco_jwk_clear(struct coco_jwk *key)
{
	coco_free(key->a);
	coco_free(key->b);
	for (size_t i = 0; i < key->n_chain; i++)
		coco_free(key->chain[i].p);
	memset(key, 0, sizeof(*key));
}

/* An optional text that fits; "" when it is not there. */
static int text(const struct coco_jv *jwk, const char *name, char ret[COCO_JWK_TEXT],
		struct coco_diag *diag)
{
	const char *s;

	ret[0] = '\0';
	if (!coco_jv_has(jwk, name))
		return 0;
	int r = coco_jv_string(jwk, name, &s, diag);
	if (r != 0)
		return r;
	if (strlen(s) >= COCO_JWK_TEXT)
		return coco_jv_fail(jwk, name, COCO_E_JWK, diag, "\"%s\" is too long", name);
	snprintf(ret, COCO_JWK_TEXT, "%s", s);
	return 0;
}

/* A number of at most max bytes; exact: of that many. */
static int number(const struct coco_jv *jwk, const char *name, size_t max, bool exact,
		  uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	const char *s;
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_jv_string(jwk, name, &s, diag);

	if (r != 0)
		return r;
	if (strlen(s) > coco_b64_len(COCO_B64_STD, max))
		return coco_jv_fail(jwk, name, COCO_E_JWK, diag, "\"%s\" has more than %zu bytes",
				    name, max);
	r = coco_b64_decode(COCO_B64_ANY, s, strlen(s), &p, &n, diag);
	if (r != 0) {
		coco_jv_locate(jwk, name, diag);
		return r;
	}
	if (n == 0 || n > max || (exact && n != max)) {
		coco_free(p);
		return coco_jv_fail(jwk, name, COCO_E_JWK, diag,
				    "\"%s\" has %zu bytes, not %zu", name, n, max);
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

static int ec(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
{
	static const struct {
		const char *name;
		unsigned curve;
	} curves[] = { { "P-256", 256 }, { "P-384", 384 }, { "P-521", 521 } };
	const char *crv;
	int r = coco_jv_string(jwk, "crv", &crv, diag);

	if (r != 0)
		return r;
	key->type = COCO_JWK_EC;
	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++)
		if (strcmp(crv, curves[i].name) == 0)
			key->curve = curves[i].curve;
	if (key->curve == 0)
		return coco_jv_fail(jwk, "crv", COCO_E_JWK, diag, "the curve is not accepted");
	size_t size = (key->curve + 7) / 8;
	r = number(jwk, "x", size, true, &key->a, &key->n_a, diag);
	return r == 0 ? number(jwk, "y", size, true, &key->b, &key->n_b, diag) : r;
}

static int okp(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
{
	const char *crv;
	int r = coco_jv_string(jwk, "crv", &crv, diag);

	if (r != 0)
		return r;
	if (strcmp(crv, "Ed25519") != 0)
		return coco_jv_fail(jwk, "crv", COCO_E_JWK, diag, "the curve is not accepted");
	key->type = COCO_JWK_OKP;
	key->curve = OKP_BITS;
	return number(jwk, "x", ED25519, true, &key->a, &key->n_a, diag);
}

static int rsa(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
{
	key->type = COCO_JWK_RSA;
	int r = number(jwk, "n", RSA_MAX, false, &key->a, &key->n_a, diag);
	return r == 0 ? number(jwk, "e", RSA_MAX, false, &key->b, &key->n_b, diag) : r;
}

int coco_jwk_chain(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
{
	struct coco_jv list;
	int r = 0;

	if (!coco_jv_has(jwk, "x5c"))
		return 0;
	r = coco_jv_array(jwk, "x5c", &list, diag);
	if (r == 0 && coco_jv_len(&list) > COCO_JWKS_CHAIN)
		return coco_jv_fail(jwk, "x5c", COCO_E_JWK, diag,
				    "more than %d certificates", COCO_JWKS_CHAIN);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_jwk_cert *c = &key->chain[i];
		const char *s;

		r = coco_jv_as_string(&item, &s, diag);
		if (r == 0 && strlen(s) > CERT_TEXT)
			r = coco_jv_fail(&item, NULL, COCO_E_JWK, diag,
					 "a certificate of %zu characters", strlen(s));
		if (r == 0)
			r = coco_b64_decode(COCO_B64_ANY, s, strlen(s), &c->p, &c->n, diag);
		if (r == 0)
			key->n_chain++;
		else
			coco_jv_locate(&item, NULL, diag);
	}
	return r;
}

static int decode(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
{
	char use[COCO_JWK_TEXT];
	const char *kty;
	int r = coco_jv_as_object(jwk, diag);

	if (r == 0)
		r = coco_jv_string(jwk, "kty", &kty, diag);
	if (r != 0)
		return r;
	if (coco_jv_has(jwk, "d") || coco_jv_has(jwk, "k"))
		return coco_jv_fail(jwk, NULL, COCO_E_JWK, diag,
				    "this is a secret key: only public ones are read here");
	if (strcmp(kty, "EC") == 0)
		r = ec(key, jwk, diag);
	else if (strcmp(kty, "RSA") == 0)
		r = rsa(key, jwk, diag);
	else if (strcmp(kty, "OKP") == 0)
		r = okp(key, jwk, diag);
	else
		r = coco_jv_fail(jwk, "kty", COCO_E_JWK, diag,
				 "keys of this type are not accepted");
	if (r == 0)
		r = text(jwk, "kid", key->kid, diag);
	if (r == 0)
		r = text(jwk, "alg", key->alg, diag);
	if (r == 0)
		r = text(jwk, "use", use, diag);
	if (r == 0) {
		key->encrypts = use[0] != '\0' && strcmp(use, "sig") != 0;
		r = coco_jwk_chain(key, jwk, diag);
	}
	return r;
}

int coco_jwk_decode(struct coco_jwk *ret, const struct coco_jv *jwk, struct coco_diag *diag)
{
	struct coco_jwk key = { .n_a = 0 };
	int r = decode(&key, jwk, diag);

	if (r != 0) {
		coco_jwk_clear(&key);
		return r;
	}
	*ret = key;
	return 0;
}

bool coco_jwks_looks(const struct coco_jv *doc)
{
	struct coco_jv keys;

	if (doc == NULL || doc->v == NULL || coco_jv_kind(doc) != COCO_JSON_OBJECT ||
	    !coco_jv_has(doc, "keys") || coco_jv_array(doc, "keys", &keys, NULL) != 0)
		return false;
	struct coco_jv first = coco_jv_item(&keys, 0);
	return coco_jv_len(&keys) == 0 || (coco_jv_kind(&first) == COCO_JSON_OBJECT &&
					   coco_jv_has(&first, "kty"));
}

void coco_jwks_free(struct coco_jwks *set)
{
	for (size_t i = 0; i < set->n; i++)
		coco_jwk_clear(&set->v[i]);
	coco_free(set->v);
	memset(set, 0, sizeof(*set));
}

/* Kinds that nobody here knows may stand in a set. */
static bool known(const struct coco_jv *jwk)
{
	const char *kty;
	const char *crv = "";

	if (coco_jv_kind(jwk) != COCO_JSON_OBJECT || coco_jv_string(jwk, "kty", &kty, NULL) != 0)
		return true;   /* and then it is refused */
	if (coco_jv_has(jwk, "crv") && coco_jv_string(jwk, "crv", &crv, NULL) != 0)
		return true;
	if (strcmp(kty, "RSA") == 0)
		return true;
	if (strcmp(kty, "EC") == 0)
		return strcmp(crv, "P-256") == 0 || strcmp(crv, "P-384") == 0 ||
		       strcmp(crv, "P-521") == 0;
	return strcmp(kty, "OKP") == 0 && strcmp(crv, "Ed25519") == 0;
}

static int add(struct coco_jwks *set, const struct coco_jv *jwk, struct coco_diag *diag)
{
	struct coco_jwk key;

	if (!known(jwk)) {
		set->other++;
		return 0;
	}
	int r = coco_jwk_decode(&key, jwk, diag);
	if (r != 0)
		return r;
	for (size_t i = 0; r == 0 && i < set->n; i++)
		if (key.kid[0] != '\0' && strcmp(set->v[i].kid, key.kid) == 0)
			r = coco_jv_fail(jwk, "kid", COCO_E_JWK, diag, "two keys have this id");
	if (r == 0 && !coco_grow((void **)&set->v, &set->cap, set->n, sizeof(key),
				 COCO_JWKS_KEYS))
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a key set");
	if (r != 0) {
		coco_jwk_clear(&key);
		return r;
	}
	set->v[set->n++] = key;
	return 0;
}

static int read_set(struct coco_jwks *set, const struct coco_jv *root, struct coco_diag *diag)
{
	struct coco_jv keys;
	int r = coco_jv_as_object(root, diag);

	if (r == 0 && !coco_jv_has(root, "keys"))
		return add(set, root, diag);
	if (r == 0)
		r = coco_jv_array(root, "keys", &keys, diag);
	if (r == 0 && coco_jv_len(&keys) > COCO_JWKS_KEYS)
		r = coco_jv_fail(root, "keys", COCO_E_LIMIT_SIZE, diag, "more than %d keys",
				 COCO_JWKS_KEYS);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&keys); i++) {
		struct coco_jv item = coco_jv_item(&keys, i);

		r = add(set, &item, diag);
	}
	return r;
}

int coco_jwks_decode(struct coco_jwks *ret, struct coco_view text_view, struct coco_diag *diag)
{
	struct coco_jwks set = { .n = 0 };
	struct coco_json doc;
	int r = coco_json_parse_bounded(&doc, text_view, COCO_JWKS_MAX, COCO_JWKS_VALUES, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = read_set(&set, &root, diag);
	if (r == 0 && set.n == 0)
		r = coco_jv_fail(&root, "keys", COCO_E_JWK, diag,
				 "there is no key of an accepted kind");
	coco_json_free(&doc);
	if (r != 0) {
		coco_jwks_free(&set);
		return r;
	}
	*ret = set;
	return 0;
}
