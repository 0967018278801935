/*
 * mint_token.c - attestation tokens and key sets (see mint_token.h).
 */
#include "tests/support/mint_token.h"

#include <inttypes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

enum { TEXT_MAX = 1 << 20 };

const char *coco_mint_token_defect_name(enum coco_mint_token_defect defect)
{
	static const char *const names[COCO_MINT_TOKEN_DEFECTS] = {
		"good", "signature", "payload", "header", "other-key",
		"none", "hs256", "alg", "jwk-other",
	};

	return names[defect];
}

static char *finish(struct coco_wr *wr)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_int_equal(coco_wr_finish(wr, &p, &n, NULL), 0);
	return (char *)p;
}

/* base64, or base64url without padding; a text (coco_free). */
static char *b64(const void *p, size_t n, bool url)
{
	char *text = coco_zalloc(n / 3 * 4 + 8, 1);

	assert_non_null(text);
	int k = EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	for (int i = 0; url && i < k; i++) {
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
		else if (text[i] == '=')
			text[i] = '\0';
	}
	return text;
}

static void number(struct coco_jw *jw, const char *name, const struct coco_key *key,
		   const char *what, int size)
{
	uint8_t n[1024];
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(coco_key_evp(key), what, &bn), 1);
	int k = size > 0 ? BN_bn2binpad(bn, n, size) : BN_bn2bin(bn, n);
	BN_free(bn);
	char *text = b64(n, (size_t)k, true);
	coco_jw_kv_string(jw, name, text);
	coco_free(text);
}

static void x5c(struct coco_jw *jw, const struct coco_view *cert, size_t n)
{
	coco_jw_key(jw, "x5c");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++) {
		char *text = b64(cert[i].p, cert[i].n, false);

		coco_jw_string(jw, text);
		coco_free(text);
	}
	coco_jw_end(jw, ']');
}

static void jwk(struct coco_jw *jw, const struct coco_key *key, const char *kid,
		const struct coco_view *cert, size_t n)
{
	int size = (int)(coco_key_bits(key) + 7) / 8;
	uint8_t raw[32];
	size_t n_raw = sizeof(raw);
	char *text;

	coco_jw_begin(jw, '{');
	switch (coco_key_type(key)) {
	case COCO_KEY_RSA:
		coco_jw_kv_string(jw, "kty", "RSA");
		number(jw, "n", key, OSSL_PKEY_PARAM_RSA_N, 0);
		number(jw, "e", key, OSSL_PKEY_PARAM_RSA_E, 0);
		break;
	case COCO_KEY_ED25519:
		coco_jw_kv_string(jw, "kty", "OKP");
		coco_jw_kv_string(jw, "crv", "Ed25519");
		assert_int_equal(EVP_PKEY_get_raw_public_key(coco_key_evp(key), raw, &n_raw), 1);
		text = b64(raw, n_raw, true);
		coco_jw_kv_string(jw, "x", text);
		coco_free(text);
		break;
	case COCO_KEY_P256:
	case COCO_KEY_P384:
	case COCO_KEY_P521:
		coco_jw_kv_string(jw, "kty", "EC");
		coco_jw_kv_string(jw, "crv", size == 32 ? "P-256" : size == 48 ? "P-384"
									       : "P-521");
		number(jw, "x", key, OSSL_PKEY_PARAM_EC_PUB_X, size);
		number(jw, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y, size);
		break;
	}
	if (kid != NULL)
		coco_jw_kv_string(jw, "kid", kid);
	if (n > 0)
		x5c(jw, cert, n);
	coco_jw_end(jw, '}');
}

char *coco_mint_jwks(const struct coco_key *key, const char *kid, const struct coco_view *cert,
		     size_t n)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_key(&jw, "keys");
	coco_jw_begin(&jw, '[');
	jwk(&jw, key, kid, cert, n);
	coco_jw_end(&jw, ']');
	coco_jw_end(&jw, '}');
	return finish(&wr);
}

/* ---- signing ------------------------------------------------------------------------- */

static const char *alg_of(const struct coco_mint_token *s)
{
	static const char *const names[] = {
		[COCO_KEY_ED25519] = "EdDSA", [COCO_KEY_P256] = "ES256",
		[COCO_KEY_P384] = "ES384", [COCO_KEY_P521] = "ES512", [COCO_KEY_RSA] = "RS256",
	};

	if (s->defect == COCO_MINT_TOKEN_NONE)
		return "none";
	if (s->defect == COCO_MINT_TOKEN_HS256)
		return "HS256";
	if (s->defect == COCO_MINT_TOKEN_ALG)
		return coco_key_type(s->key) == COCO_KEY_P384 ? "ES256" : "ES384";
	return s->alg != NULL ? s->alg : names[coco_key_type(s->key)];
}

static size_t sign(const struct coco_key *key, const char *alg, const char *input, uint8_t *ret,
		   size_t cap)
{
	enum coco_key_type type = coco_key_type(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	const char *md = type == COCO_KEY_ED25519 ? NULL : "SHA256";
	size_t n = cap;

	if (type == COCO_KEY_P384 || strcmp(alg, "PS384") == 0)
		md = "SHA384";
	if (type == COCO_KEY_P521)
		md = "SHA512";
	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, md, NULL, NULL, coco_key_evp(key),
					       NULL), 1);
	if (alg[0] == 'P')
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1);
	assert_int_equal(EVP_DigestSign(ctx, ret, &n, (const uint8_t *)input, strlen(input)), 1);
	EVP_MD_CTX_free(ctx);
	if (type == COCO_KEY_RSA || type == COCO_KEY_ED25519)
		return n;
	const unsigned char *at = ret;
	int half = (int)(coco_key_bits(key) + 7) / 8;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	assert_true(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, half) == half &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + half, half) == half);
	ECDSA_SIG_free(sig);
	return 2 * (size_t)half;
}

static size_t hmac(const struct coco_key *key, const char *input, uint8_t *ret)
{
	unsigned int n = 0;
	size_t n_pem = 0;
	char *pem = NULL;

	assert_int_equal(coco_key_public_pem(key, &pem, &n_pem, NULL), 0);
	assert_non_null(HMAC(EVP_sha256(), pem, (int)n_pem, (const uint8_t *)input, strlen(input),
			     ret, &n));
	coco_free(pem);
	return n;
}

static char *header(const struct coco_mint_token *s)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "typ", "JWT");
	coco_jw_kv_string(&jw, "alg", alg_of(s));
	if (s->kid != NULL)
		coco_jw_kv_string(&jw, "kid", s->kid);
	if (s->jwk) {
		coco_jw_key(&jw, "jwk");
		jwk(&jw, s->defect == COCO_MINT_TOKEN_JWK_OTHER ? s->other : s->key, NULL,
		    s->cert, s->n_certs);
	}
	if (s->x5c)
		x5c(&jw, s->cert, s->n_certs);
	coco_jw_end(&jw, '}');
	return finish(&wr);
}

static char *input_of(const char *head, const char *payload)
{
	char *a = b64(head, strlen(head), true);
	char *b = b64(payload, strlen(payload), true);
	char *input = coco_zalloc(strlen(a) + strlen(b) + 2, 1);

	assert_non_null(input);
	strcpy(input, a);
	strcat(input, ".");
	strcat(input, b);
	coco_free(a);
	coco_free(b);
	return input;
}

/* What somebody makes of it on the way: of the same length. */
static void change(char *json)
{
	char *at = strrchr(json, '"');

	assert_non_null(at);
	at[-1] = at[-1] == 'x' ? 'y' : 'x';
}

char *coco_mint_token(const struct coco_mint_token *s)
{
	bool other = s->defect == COCO_MINT_TOKEN_OTHER_KEY ||
		     s->defect == COCO_MINT_TOKEN_JWK_OTHER;
	char *head = header(s);
	char *payload = coco_strdup(s->payload);
	char *input = input_of(head, payload);
	uint8_t sig[1100] = { 0 };
	size_t n = 0;

	if (s->defect == COCO_MINT_TOKEN_HS256)
		n = hmac(s->key, input, sig);
	else if (s->defect != COCO_MINT_TOKEN_NONE)
		n = sign(other ? s->other : s->key, s->alg != NULL ? s->alg : "", input, sig,
			 sizeof(sig));
	if (s->defect == COCO_MINT_TOKEN_SIGNATURE)
		sig[n / 2 + 3] ^= 4;
	if (s->defect == COCO_MINT_TOKEN_PAYLOAD || s->defect == COCO_MINT_TOKEN_HEADER) {
		coco_free(input);
		if (s->defect == COCO_MINT_TOKEN_PAYLOAD)
			change(payload);
		else
			head[strlen("{\"typ\":\"")] = 'X';
		input = input_of(head, payload);
	}
	char *tail = b64(sig, n, true);
	char *text = coco_zalloc(strlen(input) + strlen(tail) + 2, 1);
	assert_non_null(text);
	strcpy(text, input);
	strcat(text, ".");
	strcat(text, tail);
	coco_free(tail);
	coco_free(input);
	coco_free(payload);
	coco_free(head);
	return text;
}

/* ---- what tokens say ------------------------------------------------------------------- */

char *coco_mint_ear(const struct coco_mint_ear *s)
{
	int64_t iat = s->iat != 0 ? s->iat : COCO_PKI_NOW - 10;
	int64_t exp = s->exp != 0 ? s->exp : COCO_PKI_NOW + 290;
	struct coco_wr wr;

	coco_wr_init(&wr, TEXT_MAX);
	coco_wr_printf(&wr, "{\"eat_profile\":\"tag:github.com,2024:confidential-containers/"
		       "Trustee\",\"iat\":%" PRId64 ",", iat);
	if (exp > 0)
		coco_wr_printf(&wr, "\"exp\":%" PRId64 ",", exp);
	if (s->nbf != 0)
		coco_wr_printf(&wr, "\"nbf\":%" PRId64 ",", s->nbf);
	coco_wr_printf(&wr, "\"iss\":\"CoCo-Attestation-Service\",\"ear.verifier-id\":"
		       "{\"developer\":\"test\",\"build\":\"1\"},\"submods\":{\"cpu0\":{"
		       "\"ear.status\":\"%s\",\"ear.trustworthiness-vector\":{\"hardware\":%d,"
		       "\"configuration\":%d,\"executables\":%d},\"ear.appraisal-policy-id\":"
		       "\"default\",\"ear.veraison.annotated-evidence\":"
		       "{\"sample\":{\"svn\":\"1\"},"
		       "\"runtime_data_claims\":{\"nonce\":\"%s\"}}}}%s,\"note\":\"end\"}",
		       s->status != NULL ? s->status : "affirming",
		       s->hardware != 0 ? s->hardware : 2,
		       s->configuration != 0 ? s->configuration : 2,
		       s->executables != 0 ? s->executables : 3,
		       s->nonce != NULL ? s->nonce : "bm9uY2UtMTIz",
		       s->extra != NULL ? s->extra : "");
	return finish(&wr);
}

static char *nv_token(const struct coco_mint_detached *s, const char *payload)
{
	struct coco_mint_token t = { .key = s->key, .kid = s->kid, .payload = payload };

	t.defect = s->none ? COCO_MINT_TOKEN_NONE : COCO_MINT_TOKEN_GOOD;
	return coco_mint_token(&t);
}

static char *device(const struct coco_mint_detached *s, size_t i)
{
	struct coco_wr wr;

	coco_wr_init(&wr, TEXT_MAX);
	coco_wr_printf(&wr, "{\"iss\":\"https://nras.example\",\"iat\":%d,\"nbf\":%d,"
		       "\"exp\":%s,\"eat_nonce\":\"%s\",\"measres\":\"%s\","
		       "\"hwmodel\":\"GH100 %zu\"}",
		       COCO_PKI_NOW - 10, COCO_PKI_NOW - 10,
		       s->exp != NULL ? s->exp : "1800003590",
		       s->device_nonce != NULL ? s->device_nonce : "00ff",
		       s->measres != NULL ? s->measres : "success", i);
	char *payload = finish(&wr);
	char *text = nv_token(s, payload);
	coco_free(payload);
	return text;
}

static void submod(struct coco_wr *wr, const struct coco_mint_detached *s, size_t i,
		   const char *token)
{
	uint8_t digest[32];
	size_t n = 0;

	assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, token, strlen(token), digest, &n), 1);
	if (s->lie && i == 0)
		digest[5] ^= 1;
	coco_wr_printf(wr, "%s\"GPU-%zu\":[\"DIGEST\",[\"%s\",\"", i > 0 ? "," : "", i,
		       s->hash != NULL ? s->hash : "SHA-256");
	for (size_t k = 0; k < n; k++)
		coco_wr_printf(wr, "%02x", digest[k]);
	coco_wr_str(wr, "\"]]");
}

char *coco_mint_detached(const struct coco_mint_detached *s)
{
	struct coco_wr overall;
	struct coco_wr tokens;
	struct coco_wr wr;

	coco_wr_init(&overall, TEXT_MAX);
	coco_wr_init(&tokens, TEXT_MAX);
	coco_wr_init(&wr, TEXT_MAX);
	coco_wr_printf(&overall, "{\"sub\":\"NVIDIA-PLATFORM-ATTESTATION\",\"iss\":"
		       "\"https://nras.example\",\"x-nvidia-ver\":\"3.0\",\"iat\":%d,\"nbf\":%d,"
		       "\"exp\":%d,\"jti\":\"1\",\"x-nvidia-overall-att-result\":%s,"
		       "\"eat_nonce\":\"00ff\",\"submods\":{", COCO_PKI_NOW - 10,
		       COCO_PKI_NOW - 10, COCO_PKI_NOW + 3590, s->overall ? "true" : "false");
	for (size_t i = 0; i < s->n + s->extra; i++) {
		char *token = device(s, i);

		if (i < s->n)
			submod(&overall, s, i, token);
		if (i < s->n - s->missing || i >= s->n)
			coco_wr_printf(&tokens, "%s\"GPU-%zu\":\"%s\"", tokens.n > 0 ? "," : "", i,
				       token);
		coco_free(token);
	}
	coco_wr_str(&overall, "}}");
	char *payload = finish(&overall);
	char *token = nv_token(s, payload);
	char *rest = finish(&tokens);
	coco_wr_printf(&wr, "[[\"JWT\",\"%s\"],{%s}]", token, rest);
	coco_free(rest);
	coco_free(token);
	coco_free(payload);
	return finish(&wr);
}
