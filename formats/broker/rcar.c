/*
 * rcar.c - the messages of the attestation handshake (see rcar.h).
 */
#include "formats/broker/rcar.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/jcs.h"

enum { NONCE_BYTES_MIN = 16 };

static const char alg_ec[] = "ECDH-ES+A256KW";
static const char alg_rsa[] = "RSA-OAEP-256";

static const struct {
	const char *crv;
	size_t bytes;
} curves[] = {
	{ "P-256", 32 },
	{ "P-384", 48 },
	{ "P-521", 66 },
};

const char *coco_rcar_protocol_name(enum coco_rcar_protocol protocol)
{
	return protocol == COCO_RCAR_0_2_0 ? "0.2.0" : "0.4.0";
}

/* 0 for what is no curve. */
static size_t field_bytes(const char *crv)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++)
		if (strcmp(curves[i].crv, crv) == 0)
			return curves[i].bytes;
	return 0;
}

int coco_rcar_key_make(struct coco_rcar_key *ret, const char *crv, struct coco_view a,
		       struct coco_view b, struct coco_diag *diag)
{
	size_t n = field_bytes(crv);
	struct coco_rcar_key key = { .a = NULL };

	if (crv[0] != '\0' && (n == 0 || a.n != n || b.n != n))
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "no point of a known curve");
	if (a.n == 0 || b.n == 0 || a.n > COCO_RCAR_NUMBER_MAX || b.n > COCO_RCAR_NUMBER_MAX)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "numbers of %zu and %zu bytes", a.n,
				 b.n);
	memcpy(key.crv, crv, strlen(crv) + 1);
	key.a = coco_b64_dup(COCO_B64_URL, a.p, a.n);
	key.b = coco_b64_dup(COCO_B64_URL, b.p, b.n);
	if (key.a == NULL || key.b == NULL) {
		coco_rcar_key_clear(&key);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a key");
	}
	*ret = key;
	return 0;
}

void coco_rcar_key_clear(struct coco_rcar_key *key)
{
	coco_free(key->a);
	coco_free(key->b);
	*key = (struct coco_rcar_key){ .a = NULL };
}

static bool is_ec(const struct coco_rcar_key *key)
{
	return key->crv[0] != '\0';
}

void coco_rcar_key_encode(struct coco_jw *jw, const struct coco_rcar_key *key)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "kty", is_ec(key) ? "EC" : "RSA");
	if (is_ec(key))
		coco_jw_kv_string(jw, "crv", key->crv);
	coco_jw_kv_string(jw, "alg", is_ec(key) ? alg_ec : alg_rsa);
	coco_jw_kv_string(jw, is_ec(key) ? "x" : "n", key->a);
	coco_jw_kv_string(jw, is_ec(key) ? "y" : "e", key->b);
	coco_jw_end(jw, '}');
}

static int number(const struct coco_jv *jwk, const char *name, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(jwk, name, &text, diag);

	if (r != 0)
		return r;
	r = coco_b64_decode(COCO_B64_URL, text, strlen(text), ret, ret_n, NULL);
	return r == 0 ? 0
		      : coco_jv_fail(jwk, name, r, diag, "not base64url text without padding");
}

int coco_rcar_key_decode(struct coco_rcar_key *ret, const struct coco_jv *jwk,
			 struct coco_diag *diag)
{
	const char *kty = "";
	const char *crv = "";
	const char *alg = "";
	uint8_t *a = NULL;
	uint8_t *b = NULL;
	size_t n_a = 0;
	size_t n_b = 0;
	int r = coco_jv_string(jwk, "kty", &kty, diag);

	if (r != 0)
		return r;
	bool ec = strcmp(kty, "EC") == 0;
	if (!ec && strcmp(kty, "RSA") != 0)
		return coco_jv_fail(jwk, "kty", COCO_E_FORMAT_VALUE, diag,
				    "a key of another kind than EC and RSA");
	if (ec)
		r = coco_jv_string(jwk, "crv", &crv, diag);
	if (r == 0)
		r = coco_jv_string(jwk, "alg", &alg, diag);
	if (r != 0)
		return r;
	if (strcmp(alg, ec ? alg_ec : alg_rsa) != 0)
		return coco_jv_fail(jwk, "alg", COCO_E_CRYPTO_ALGORITHM, diag,
				    "%s is expected for this kind of key", ec ? alg_ec : alg_rsa);
	if (ec && field_bytes(crv) == 0)
		return coco_jv_fail(jwk, "crv", COCO_E_FORMAT_VALUE, diag, "no known curve");
	r = number(jwk, ec ? "x" : "n", &a, &n_a, diag);
	if (r == 0)
		r = number(jwk, ec ? "y" : "e", &b, &n_b, diag);
	if (r == 0)
		r = coco_rcar_key_make(ret, crv, coco_view_of(a, n_a), coco_view_of(b, n_b), diag);
	coco_free(a);
	coco_free(b);
	return r;
}

void coco_rcar_request_encode(struct coco_jw *jw, enum coco_rcar_protocol protocol,
			      const char *tee)
{
	static const char *const hashes[] = { "sha256", "sha384", "sha512", "sm3" };

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "version", coco_rcar_protocol_name(protocol));
	coco_jw_kv_string(jw, "tee", tee);
	coco_jw_key(jw, "extra-params");
	if (protocol == COCO_RCAR_0_2_0) {
		coco_jw_string(jw, "");
	} else {
		coco_jw_begin(jw, '{');
		coco_jw_key(jw, "supported-hash-algorithms");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < COCO_ARRAY_LEN(hashes); i++)
			coco_jw_string(jw, hashes[i]);
		coco_jw_end(jw, ']');
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, '}');
}

int coco_rcar_challenge_decode(struct coco_rcar_challenge *ret, struct coco_view text,
			       struct coco_diag *diag)
{
	const char *nonce = NULL;
	struct coco_json doc;
	uint8_t *bytes = NULL;
	size_t n = 0;
	int r = coco_json_parse(&doc, text, COCO_RCAR_MESSAGE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jv_as_object(&root, diag);
	if (r == 0)
		r = coco_jv_string(&root, "nonce", &nonce, diag);
	if (r == 0 && strlen(nonce) > COCO_RCAR_NONCE_MAX)
		r = coco_jv_fail(&root, "nonce", COCO_E_FORMAT_VALUE, diag,
				 "a nonce of %zu characters, at most %d are accepted",
				 strlen(nonce), COCO_RCAR_NONCE_MAX);
	if (r == 0) {
		r = coco_b64_decode(COCO_B64_ANY, nonce, strlen(nonce), &bytes, &n, NULL);
		coco_free(bytes);
		if (r == COCO_E_LIMIT_MEMORY)
			r = coco_fail(diag, r, "no memory for a nonce");
		else if (r != 0 || n < NONCE_BYTES_MIN)
			r = coco_jv_fail(&root, "nonce", COCO_E_FORMAT_VALUE, diag,
					 "the nonce is not base64 of at least %d bytes",
					 NONCE_BYTES_MIN);
	}
	if (r == 0)
		memcpy(ret->nonce, nonce, strlen(nonce) + 1);
	coco_json_free(&doc);
	return r;
}

void coco_rcar_attestation_encode(struct coco_jw *jw, enum coco_rcar_protocol protocol,
				  const struct coco_rcar_attestation *a)
{
	const char *evidence = (const char *)a->evidence.p;

	coco_jw_begin(jw, '{');
	if (protocol == COCO_RCAR_0_2_0) {
		coco_jw_key(jw, "tee-pubkey");
		coco_rcar_key_encode(jw, a->key);
		coco_jw_key(jw, "tee-evidence");
		coco_jw_raw(jw, evidence, a->evidence.n);
		coco_jw_end(jw, '}');
		return;
	}
	if (a->initdata != NULL) {
		coco_jw_key(jw, "init-data");
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "format", "toml");
		coco_jw_kv_string(jw, "body", a->initdata);
		coco_jw_end(jw, '}');
	}
	coco_jw_key(jw, "runtime-data");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "nonce", a->nonce);
	coco_jw_key(jw, "tee-pubkey");
	coco_rcar_key_encode(jw, a->key);
	coco_jw_end(jw, '}');
	coco_jw_key(jw, "tee-evidence");
	coco_jw_begin(jw, '{');
	coco_jw_key(jw, "primary_evidence");
	coco_jw_raw(jw, evidence, a->evidence.n);
	coco_jw_kv_string(jw, "additional_evidence", a->devices);
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

static void member(struct coco_wr *wr, char before, const char *name, const char *value)
{
	coco_wr_u8(wr, (uint8_t)before);
	coco_jcs_string(wr, name);
	coco_wr_u8(wr, ':');
	coco_jcs_string(wr, value);
}

/* The JWK, members by name. */
static void sorted_key(struct coco_wr *wr, const struct coco_rcar_key *key)
{
	if (is_ec(key)) {
		member(wr, '{', "alg", alg_ec);
		member(wr, ',', "crv", key->crv);
		member(wr, ',', "kty", "EC");
		member(wr, ',', "x", key->a);
		member(wr, ',', "y", key->b);
	} else {
		member(wr, '{', "alg", alg_rsa);
		member(wr, ',', "e", key->b);
		member(wr, ',', "kty", "RSA");
		member(wr, ',', "n", key->a);
	}
	coco_wr_u8(wr, '}');
}

void coco_rcar_bound_text(struct coco_wr *wr, const char *nonce, const struct coco_rcar_key *key,
			  const char *devices)
{
	if (devices != NULL)
		member(wr, '{', "additional-evidence", devices);
	member(wr, devices != NULL ? ',' : '{', "nonce", nonce);
	coco_wr_str(wr, ",\"tee-pubkey\":");
	sorted_key(wr, key);
	coco_wr_u8(wr, '}');
}

void coco_rcar_bound_legacy(struct coco_wr *wr, unsigned i, const char *nonce,
			    const struct coco_rcar_key *key)
{
	bool nonce_first = i < 2;
	struct coco_jw jw;

	if (nonce_first)
		member(wr, '{', "nonce", nonce);
	coco_wr_str(wr, nonce_first ? ",\"tee-pubkey\":" : "{\"tee-pubkey\":");
	if (i % 2 == 0) {
		coco_jw_init(&jw, wr, false);
		coco_rcar_key_encode(&jw, key);
	} else {
		sorted_key(wr, key);
	}
	if (!nonce_first)
		member(wr, ',', "nonce", nonce);
	coco_wr_u8(wr, '}');
}

/* A token goes into a header line: three parts of base64url, nothing else. */
static bool is_jwt(const char *s)
{
	unsigned dots = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		char c = s[i];

		if (c == '.')
			dots++;
		else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			   (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '='))
			return false;
	}
	return dots == 2;
}

int coco_rcar_token_decode(char **ret, struct coco_view text, struct coco_diag *diag)
{
	const char *token = NULL;
	struct coco_json doc;
	char *copy = NULL;
	int r = coco_json_parse(&doc, text, COCO_RCAR_MESSAGE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jv_as_object(&root, diag);
	if (r == 0)
		r = coco_jv_string(&root, "token", &token, diag);
	if (r == 0 && (strlen(token) > COCO_RCAR_TOKEN_MAX || !is_jwt(token)))
		r = coco_jv_fail(&root, "token", COCO_E_FORMAT_VALUE, diag,
				 "not a token in three parts of at most %d characters",
				 COCO_RCAR_TOKEN_MAX);
	if (r == 0) {
		copy = coco_strdup(token);
		if (copy == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a token");
	}
	coco_json_free(&doc);
	if (r == 0)
		*ret = copy;
	return r;
}
