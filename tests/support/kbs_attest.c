/*
 * kbs_attest.c - the attested routes of the test broker (see kbs_attest.h).
 */
#include "tests/support/kbs_attest.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/jwe_seal.h"
#include "lib/crypto/kek.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/random.h"

static const struct coco_run run = { .jobs = 1 };

/* ---- keys ----------------------------------------------------------------------- */

static struct coco_key *rsa_key(struct coco_view n, struct coco_view e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *a = BN_bin2bn(n.p, (int)n.n, NULL);
	BIGNUM *b = BN_bin2bn(e.p, (int)e.n, NULL);
	struct coco_key *key = NULL;
	EVP_PKEY *pkey = NULL;

	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, a);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, b);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1 ||
	    coco_key_from_evp(pkey, false, &key, NULL) != 0)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(a);
	BN_free(b);
	return key;
}

struct coco_key *coco_kbs_attest_key(const struct coco_rcar_key *jwk)
{
	enum coco_key_type type = strcmp(jwk->crv, "P-256") == 0   ? COCO_KEY_P256
				  : strcmp(jwk->crv, "P-384") == 0 ? COCO_KEY_P384
								   : COCO_KEY_P521;
	struct coco_key *key = NULL;
	uint8_t *a = NULL;
	uint8_t *b = NULL;
	size_t n_a = 0;
	size_t n_b = 0;

	if (coco_b64_decode(COCO_B64_URL, jwk->a, strlen(jwk->a), &a, &n_a, NULL) == 0 &&
	    coco_b64_decode(COCO_B64_URL, jwk->b, strlen(jwk->b), &b, &n_b, NULL) == 0) {
		if (jwk->crv[0] == '\0')
			key = rsa_key(coco_view_of(a, n_a), coco_view_of(b, n_b));
		else if (coco_kek_peer(type, coco_view_of(a, n_a), coco_view_of(b, n_b), &key,
				       NULL) != 0)
			key = NULL;
	}
	coco_free(a);
	coco_free(b);
	return key;
}

/* ---- what is kept --------------------------------------------------------------- */

/* An item of the store or of the server; gives *ret. */
static bool lookup(struct coco_kbs_server *s, enum coco_item_type type, const char *name,
		   struct coco_secret *ret)
{
	struct coco_kbs_attest *c = s->attest_ctx;
	const struct coco_item_id id = { .type = type, .name = name };

	if (c->store != NULL)
		return coco_backend_get(c->store, &run, &id, ret, NULL) == 0;
	struct coco_kbs_entry *e = coco_kbs_server_find(s, type, name);
	return e != NULL && coco_secret_from(ret, e->value, e->n, NULL) == 0;
}

static bool is(const struct coco_jv *v, const char *text, uint64_t number)
{
	const char *got = NULL;
	uint64_t u = 0;

	if (text != NULL)
		return coco_jv_as_string(v, &got, NULL) == 0 && strcmp(got, text) == 0;
	return coco_jv_as_u64(v, UINT64_MAX, &u, NULL) == 0 && u == number;
}

/* Whether a reference value is, or as a list holds, a text or (NULL) a number. */
static bool value_is(struct coco_kbs_server *s, const char *name, const char *text, uint64_t number)
{
	struct coco_secret value = { 0 };
	struct coco_json doc;
	bool found = false;

	if (!lookup(s, COCO_ITEM_REFERENCE_VALUE, name, &value))
		return false;
	if (coco_json_parse(&doc, coco_view_of(coco_secret_expose(&value), value.n), 1 << 20,
			    NULL) == 0) {
		struct coco_jv root = coco_json_root(&doc);

		found = is(&root, text, number);
		if (coco_jv_as_array(&root, NULL) == 0)
			for (size_t i = 0; i < coco_jv_len(&root); i++) {
				struct coco_jv v = coco_jv_item(&root, i);

				found |= is(&v, text, number);
			}
		coco_json_free(&doc);
	}
	coco_secret_free(&value);
	return found;
}

/* What the sample evidence claims of itself: abcde, svn 1, platform 1.4, no debug. */
static const char *appraise(struct coco_kbs_server *s)
{
	bool known = value_is(s, "launch_digest", "abcde", 0) && value_is(s, "svn", "1", 0) &&
		     value_is(s, "major_version", NULL, 1);
	bool minor = false;

	for (unsigned i = 0; i <= 4; i++)
		minor |= value_is(s, "minimum_minor_version", NULL, i);
	return known && minor ? "affirming" : "contraindicated";
}

/* ---- sessions ------------------------------------------------------------------- */

static void random_text(char *ret, size_t bytes, enum coco_b64_variant form)
{
	uint8_t raw[32];

	if (coco_random(raw, bytes, NULL) != 0)
		abort();
	coco_b64_encode(form, ret, raw, bytes);
}

static struct coco_kbs_session *session_of(struct coco_kbs_attest *c,
					   const struct coco_test_request *q)
{
	static const char name[] = "kbs-session-id=";
	const char *cookie = strstr(q->cookie, name);

	for (unsigned i = 0; cookie != NULL && i < c->n && i < COCO_KBS_SESSIONS; i++)
		if (strcmp(c->sessions[i].cookie, cookie + sizeof(name) - 1) == 0)
			return &c->sessions[i];
	return NULL;
}

static const char *protocol(const struct coco_kbs_server *s)
{
	return s->release >= COCO_TRUSTEE_V0_14 ? "0.4.0" : s->release >= COCO_TRUSTEE_V0_12 ?
	       "0.2.0" : "0.1.1";
}

static void answer(struct coco_kbs_attest *c, struct coco_test_answer *a)
{
	a->status = 200;
	a->content_type = "application/json";
	a->body = c->out;
	a->n_body = strlen(c->out);
}

/* False: another version, which the server itself answers. */
static bool auth(struct coco_kbs_server *s, const struct coco_test_request *q,
		 struct coco_test_answer *a)
{
	struct coco_kbs_attest *c = s->attest_ctx;
	static _Thread_local char header[160];
	const char *version = "";
	const char *tee = "";
	struct coco_json doc;
	bool mine = false;

	if (coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 1 << 16, NULL) != 0)
		return false;
	struct coco_jv root = coco_json_root(&doc);
	mine = coco_jv_string(&root, "version", &version, NULL) == 0 &&
	       coco_jv_string(&root, "tee", &tee, NULL) == 0 && strcmp(version, protocol(s)) == 0;
	if (mine) {
		struct coco_kbs_session *x = &c->sessions[c->n++ % COCO_KBS_SESSIONS];

		coco_key_free(x->key);
		*x = (struct coco_kbs_session){ .key = NULL };
		snprintf(x->tee, sizeof(x->tee), "%s", tee);
		random_text(x->cookie, 16, COCO_B64_URL);
		random_text(x->nonce, 32, COCO_B64_STD);
		snprintf(header, sizeof(header), "Set-Cookie: kbs-session-id=%s; Expires=Fri, 01 "
			 "Jan 2100 00:00:00 GMT", x->cookie);
		a->headers[0] = header;
		snprintf(c->out, sizeof(c->out), "{\"nonce\":\"%s\",\"extra-params\":\"\"}",
			 x->nonce);
		answer(c, a);
	}
	coco_json_free(&doc);
	return mine;
}

/* ---- evidence ------------------------------------------------------------------- */

/* The data that evidence is over: 48 bytes, or 64 with zeros behind them. */
static bool report_data(const char *tee, const struct coco_jv *evidence, uint8_t ret[64])
{
	enum { QUOTE_DATA = 48 + 520 };
	uint8_t *raw = NULL;
	struct coco_jv v;
	size_t n = 0;
	bool ok = false;

	memset(ret, 0, 64);
	if (strcmp(tee, "snp") == 0) {
		ok = coco_jv_object(evidence, "attestation_report", &v, NULL) == 0 &&
		     coco_jv_array(&v, "report_data", &v, NULL) == 0 && coco_jv_len(&v) == 64;
		for (size_t i = 0; ok && i < 64; i++) {
			struct coco_jv item = coco_jv_item(&v, i);
			uint64_t byte = 0;

			ok = coco_jv_as_u64(&item, 255, &byte, NULL) == 0;
			ret[i] = (uint8_t)byte;
		}
		return ok;
	}
	if (coco_jv_b64(evidence, strcmp(tee, "tdx") == 0 ? "quote" : "report_data", &raw, &n,
			NULL) != 0)
		return false;
	if (strcmp(tee, "tdx") == 0) {
		ok = n >= QUOTE_DATA + 64;
		if (ok)
			memcpy(ret, raw + QUOTE_DATA, 64);
	} else {
		ok = n == 48;
		if (ok)
			memcpy(ret, raw, 48);
	}
	coco_free(raw);
	return ok;
}

/* Whether the evidence holds the digest of what was sent with it. */
static bool bound(const struct coco_kbs_server *s, const struct coco_kbs_session *x,
		  const struct coco_rcar_key *key, const char *devices,
		  const struct coco_jv *evidence)
{
	bool old = strcmp(protocol(s), "0.4.0") != 0;
	struct coco_digest *d = NULL;
	uint8_t want[64] = { 0 };
	uint8_t got[64];
	struct coco_wr wr;

	coco_wr_init(&wr, 4 << 20);
	if (old)
		coco_rcar_bound_legacy(&wr, 2, x->nonce, key);
	else
		coco_rcar_bound_text(&wr, x->nonce, key, devices);
	if (coco_digest_new(&d, COCO_DIGEST_SHA384, NULL) != 0 ||
	    coco_digest_once(d, wr.p, wr.n, want, NULL) != 0)
		abort();
	coco_digest_free(d);
	coco_wr_free(&wr);
	return report_data(x->tee, evidence, got) && memcmp(got, want, 64) == 0;
}

static void keep_initdata(struct coco_kbs_attest *c, const struct coco_jv *root)
{
	struct coco_jv v;
	const char *body = NULL;

	coco_free(c->initdata);
	c->initdata = NULL;
	if (coco_jv_has(root, "init-data") && coco_jv_object(root, "init-data", &v, NULL) == 0 &&
	    coco_jv_string(&v, "body", &body, NULL) == 0)
		c->initdata = coco_strdup(body);
}

/* The parts of an attestation judged; the guest's key on success. */
static struct coco_key *judge(struct coco_kbs_server *s, const struct coco_kbs_session *x,
			      const struct coco_jv *root)
{
	bool old = strcmp(protocol(s), "0.4.0") != 0;
	const char *devices = "";
	const char *nonce = x->nonce;
	struct coco_key *result = NULL;
	struct coco_rcar_key key;
	struct coco_jv data = *root;
	struct coco_jv evidence;
	struct coco_jv jwk;

	if ((!old && (coco_jv_object(root, "runtime-data", &data, NULL) != 0 ||
		      coco_jv_string(&data, "nonce", &nonce, NULL) != 0)) ||
	    strcmp(nonce, x->nonce) != 0 ||
	    coco_jv_object(&data, "tee-pubkey", &jwk, NULL) != 0 ||
	    coco_jv_object(root, "tee-evidence", &evidence, NULL) != 0 ||
	    (!old && (coco_jv_string(&evidence, "additional_evidence", &devices, NULL) != 0 ||
		      coco_jv_object(&evidence, "primary_evidence", &evidence, NULL) != 0)) ||
	    coco_rcar_key_decode(&key, &jwk, NULL) != 0)
		return NULL;
	if (bound(s, x, &key, devices, &evidence))
		result = coco_kbs_attest_key(&key);
	coco_rcar_key_clear(&key);
	return result;
}

static void attest(struct coco_kbs_server *s, const struct coco_test_request *q,
		   struct coco_test_answer *a)
{
	struct coco_kbs_attest *c = s->attest_ctx;
	struct coco_kbs_session *x = session_of(c, q);
	struct coco_key *key = NULL;
	struct coco_json doc;

	c->handshakes++;
	if (x != NULL && c->lapse != COCO_LAPSE_SESSION &&
	    coco_json_parse(&doc, coco_view_of(q->body, q->n_body), 4 << 20, NULL) == 0) {
		struct coco_jv root = coco_json_root(&doc);

		keep_initdata(c, &root);
		key = judge(s, x, &root);
		coco_json_free(&doc);
	}
	if (key == NULL) {
		coco_kbs_server_error(s, a, "AttestationError",
				      "Attestation error: RCAR handshake Attest failed");
		return;
	}
	coco_key_free(x->key);
	x->key = key;
	x->token[0] = '\0';
	snprintf(x->status, sizeof(x->status), "%s", strcmp(x->tee, "sample") == 0 ?
		 appraise(s) : "contraindicated");
	for (unsigned i = 0; i < 3; i++) {
		char part[48];

		random_text(part, 32, COCO_B64_URL);
		snprintf(x->token + strlen(x->token), sizeof(x->token) - strlen(x->token), "%s%s",
			 i > 0 ? "." : "", part);
	}
	snprintf(c->out, sizeof(c->out), "{\"token\":\"%s\"}", x->token);
	answer(c, a);
}

/* ---- resources ------------------------------------------------------------------ */

static bool allowed(struct coco_kbs_server *s, const struct coco_kbs_session *x)
{
	struct coco_secret policy = { 0 };
	bool yes = strcmp(x->tee, "sample") != 0;

	if (lookup(s, COCO_ITEM_RESOURCE_POLICY, "", &policy)) {
		const uint8_t *p = coco_secret_expose(&policy);
		size_t n = policy.n;
		bool rule = memmem(p, n, "\nallow if", 9) != NULL ||
			    memmem(p, n, "\nallow {", 8) != NULL;

		yes = memmem(p, n, "default allow = true", 20) != NULL ||
		      memmem(p, n, "default allow := true", 21) != NULL ||
		      (rule && (memmem(p, n, "affirming", 9) == NULL ||
				strcmp(x->status, "affirming") == 0));
	}
	coco_secret_free(&policy);
	return yes;
}

static void seal(struct coco_kbs_attest *c, const struct coco_kbs_session *x,
		 const struct coco_secret *secret)
{
	const struct coco_key *to = x->key;
	struct coco_jwe jwe;
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, sizeof(c->out));
	coco_jw_init(&jw, &wr, false);
	if (coco_jwe_seal(secret, &to, 1, &jwe, NULL) != 0)
		abort();
	coco_jwe_encode(&jw, &jwe);
	snprintf(c->out, sizeof(c->out), "%.*s", (int)wr.n, (const char *)wr.p);
	coco_wr_free(&wr);
	coco_jwe_clear(&jwe);
}

/* A resource, or what the plugin echo says of the question; gives *ret. */
static bool value_of(struct coco_kbs_server *s, const struct coco_test_request *q,
		     const char *path, struct coco_secret *ret)
{
	char text[1024];

	if (strncmp(path, "resource/", 9) == 0)
		return lookup(s, COCO_ITEM_RESOURCE, path + 9, ret);
	if (strcmp(path, "echo/fail") == 0)
		return false;
	snprintf(text, sizeof(text), "%s?%s %.*s", path, q->query,
		 (int)(q->n_body < 256 ? q->n_body : 256), (const char *)q->body);
	return coco_secret_from(ret, text, strlen(text), NULL) == 0;
}

static void resource(struct coco_kbs_server *s, const struct coco_test_request *q,
		     const char *path, struct coco_test_answer *a)
{
	struct coco_kbs_attest *c = s->attest_ctx;
	struct coco_kbs_session *x = session_of(c, q);
	struct coco_secret secret = { 0 };

	if (x == NULL || x->token[0] == '\0') {
		coco_kbs_server_error(s, a, "TokenNotFound", "Attestation Token not found");
	} else if (c->lapse == COCO_LAPSE_TOKEN ||
		   (c->lapse == COCO_LAPSE_ONCE && c->handshakes == 1)) {
		coco_kbs_server_error(s, a, "TokenVerifierError", "Token Verifier error");
	} else if (!allowed(s, x)) {
		coco_kbs_server_error(s, a, "PolicyDeny", "Access denied by policy");
	} else if (!value_of(s, q, path, &secret)) {
		coco_kbs_server_error(s, a, "PluginInternalError", "Plugin internal error");
	} else {
		if (c->plain)
			snprintf(c->out, sizeof(c->out), "%.*s", (int)secret.n,
				 (const char *)coco_secret_expose(&secret));
		else
			seal(c, x, &secret);
		answer(c, a);
	}
	coco_secret_free(&secret);
}

static bool route(struct coco_kbs_server *s, const struct coco_test_request *q,
		  struct coco_test_answer *a)
{
	const char *path = q->path + strlen("/kbs/v0/");

	if (strcmp(path, "auth") == 0 && strcmp(q->method, "POST") == 0)
		return auth(s, q, a);
	if (strcmp(path, "attest") == 0 && strcmp(q->method, "POST") == 0)
		attest(s, q, a);
	else if ((strncmp(path, "resource/", 9) == 0 || strncmp(path, "echo/", 5) == 0) &&
		 strcmp(q->method, "GET") == 0)
		resource(s, q, path, a);
	else
		return false;
	return true;
}

void coco_kbs_attest_on(struct coco_kbs_server *s, struct coco_kbs_attest *a)
{
	s->attest = route;
	s->attest_ctx = a;
}

void coco_kbs_attest_clear(struct coco_kbs_attest *a)
{
	for (unsigned i = 0; i < COCO_KBS_SESSIONS; i++)
		coco_key_free(a->sessions[i].key);
	coco_free(a->initdata);
	memset(a, 0, sizeof(*a));
}
