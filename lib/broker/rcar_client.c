/*
 * rcar_client.c - the attestation handshake with a key broker (see
 * rcar_client.h).
 */
#include "lib/broker/rcar_client.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/jcs.h"
#include "lib/broker/kbs_error.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/jwe_seal.h"
#include "lib/crypto/kek.h"

enum { COOKIE = 256, URL = 2048 };

struct coco_rcar {
	struct coco_rcar_config config;
	struct coco_key *key;
	struct coco_rcar_key public;
	enum coco_rcar_protocol protocol;
	char cookie[COOKIE];
	struct coco_secret token;
};

/* RSA has no curve. */
static const struct {
	const char *name;
	const char *generate;
	const char *crv;
} kinds[] = {
	{ "p256", "p256", "P-256" },
	{ "p384", "p384", "P-384" },
	{ "p521", "p521", "P-521" },
	{ "rsa", "rsa3072", "" },
};

static int make_key(struct coco_rcar *c, struct coco_diag *diag)
{
	const char *name = c->config.key != NULL ? c->config.key : kinds[0].name;
	uint8_t a[COCO_KEY_RSA_MAX / 8];
	uint8_t b[66];
	size_t n_a = 0;
	size_t n_b = 0;
	size_t i = 0;

	while (i < COCO_ARRAY_LEN(kinds) && strcmp(kinds[i].name, name) != 0)
		i++;
	if (i == COCO_ARRAY_LEN(kinds))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "the key of a handshake is p256, p384, p521 or rsa");
	int r = coco_key_generate(kinds[i].generate, &c->key, diag);
	if (r == 0 && kinds[i].crv[0] != '\0') {
		r = coco_kek_coordinates(c->key, a, b, &n_a, diag);
		n_b = n_a;
	} else if (r == 0) {
		r = coco_kek_rsa_numbers(c->key, a, &n_a, b, &n_b, diag);
	}
	if (r == 0)
		r = coco_rcar_key_make(&c->public, kinds[i].crv, coco_view_of(a, n_a),
				       coco_view_of(b, n_b), diag);
	return r;
}

int coco_rcar_new(struct coco_rcar **ret, const struct coco_rcar_config *config,
		  struct coco_diag *diag)
{
	struct coco_rcar *c = NULL;

	if (strncmp(config->url, "https://", 8) != 0 && strncmp(config->url, "http://", 7) != 0)
		return coco_fail(diag, COCO_E_USAGE_URL, "the broker's address is no URL");
	c = coco_zalloc(1, sizeof(*c));
	if (c == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a handshake");
	c->config = *config;
	int r = make_key(c, diag);
	if (r != 0) {
		coco_rcar_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void coco_rcar_free(struct coco_rcar *c)
{
	if (c == NULL)
		return;
	coco_key_free(c->key);
	coco_rcar_key_clear(&c->public);
	coco_secret_free(&c->token);
	coco_wipe(c, sizeof(*c));
	coco_free(c);
}

const struct coco_secret *coco_rcar_token(const struct coco_rcar *c)
{
	return c->token.n > 0 ? &c->token : NULL;
}

const char *coco_rcar_protocol_used(const struct coco_rcar *c)
{
	return coco_rcar_protocol_name(c->protocol);
}

static int send_method(struct coco_rcar *c, const struct coco_run *run, const char *method,
		       const struct coco_rcar_want *want, struct coco_http_response *ret,
		       struct coco_diag *diag)
{
	char url[URL];
	size_t n = strlen(c->config.url);
	struct coco_http_request request = {
		/* a lost session costs nothing; evidence is sent once for its number */
		.method = method, .url = url, .once = strcmp(want->path, "attest") == 0,
		.cookie = c->cookie[0] != '\0' ? c->cookie : NULL,
		.bearer = coco_rcar_token(c),
	};

	while (n > 0 && c->config.url[n - 1] == '/')
		n--;
	if (snprintf(url, sizeof(url), "%.*s/kbs/v0/%s", (int)n, c->config.url, want->path) >=
	    (int)sizeof(url))
		return coco_fail(diag, COCO_E_USAGE_URL, "the broker's address is too long");
	if (want->body.p != NULL) {
		request.content_type = want->type != NULL ? want->type :
				       "application/octet-stream";
		request.has_body = true;
		request.body = want->body;
	}
	return coco_http_send(c->config.http, run, &request, ret, diag);
}

/* A step of the handshake. */
static int send(struct coco_rcar *c, const struct coco_run *run, const char *path,
		const struct coco_wr *body, struct coco_http_response *ret, struct coco_diag *diag)
{
	const struct coco_rcar_want want = {
		.path = path, .type = "application/json", .body = coco_wr_view(body),
	};

	return send_method(c, run, "POST", &want, ret, diag);
}

static struct coco_view body_of(const struct coco_http_response *a)
{
	return coco_view_of(coco_secret_expose(&a->body), a->body.n);
}

/*
 * A refusal in the guest's words, where what a guest can do differs from what
 * an administrator can; code is what AttestationError and a plugin's error mean
 * here.
 */
static int refused(const struct coco_http_response *a, int code, const char *what,
		   struct coco_diag *diag)
{
	struct coco_kbs_error e;

	if (!coco_kbs_error_read(a, &e))
		return coco_kbs_error_fail(a, what, diag);
	bool mine = strcmp(e.type, "AttestationError") == 0 ||
		    strcmp(e.type, "PluginInternalError") == 0;
	if (strcmp(e.type, "PolicyDeny") == 0)
		code = COCO_E_RCAR_POLICY;
	else if (!mine || coco_kbs_error_mismatch(&e))
		return coco_kbs_error_fail(a, what, diag);
	return coco_fail(diag, code, "%s: %s (%u %s)", what,
			 e.detail[0] != '\0' ? e.detail : "no detail", a->status, e.type);
}

/* ---- the handshake -------------------------------------------------------------- */

static int ask(struct coco_rcar *c, const struct coco_run *run, struct coco_http_response *ret,
	       struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_RCAR_MESSAGE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_request_encode(&jw, c->protocol, coco_attester_tee(c->config.attester));
	int r = wr.code != 0 ? coco_fail(diag, wr.code, "no memory for a request")
			     : send(c, run, "auth", &wr, ret, diag);
	coco_wr_free(&wr);
	return r;
}

/* Whether the broker wants the other protocol, which is then ours; else why not. */
static int negotiate(struct coco_rcar *c, const struct coco_http_response *a, bool first,
		     struct coco_diag *diag)
{
	bool plain = c->config.initdata == NULL && c->config.devices == NULL;
	struct coco_kbs_error e;
	char version[32] = "";

	if (!coco_kbs_error_read(a, &e) || !coco_kbs_error_mismatch(&e))
		return refused(a, COCO_E_RCAR_REFUSED, "the broker begins no handshake", diag);
	if (coco_kbs_error_version(&e, version, sizeof(version)) && first && plain &&
	    strcmp(version, "0.2.0") == 0) {
		c->protocol = COCO_RCAR_0_2_0;
		return 0;
	}
	coco_diag_actual(diag, "%s", e.detail);
	return coco_fail(diag, COCO_E_RCAR_PROTOCOL,
			 plain ? "the broker speaks neither 0.4.0 nor 0.2.0 of the handshake"
			       : "the broker speaks another version than 0.4.0 of the handshake, "
				 "and initdata and devices belong to that");
}

static int challenge(struct coco_rcar *c, const struct coco_run *run,
		     struct coco_rcar_challenge *ret, struct coco_diag *diag)
{
	struct coco_http_response a = { .status = 0 };
	int r = 0;

	c->cookie[0] = '\0';
	coco_secret_free(&c->token);
	for (unsigned i = 0; r == 0 && i < 2; i++) {
		coco_http_clear(&a);
		r = ask(c, run, &a, diag);
		if (r == 0 && a.status == 200)
			break;
		if (r == 0)
			r = negotiate(c, &a, i == 0, diag);
	}
	if (r == 0)
		r = coco_rcar_challenge_decode(ret, body_of(&a), diag);
	if (r == 0 && !coco_http_header(&a, "Set-Cookie", "kbs-session-id=", c->cookie,
					sizeof(c->cookie)))
		r = coco_fail(diag, COCO_E_RCAR_ANSWER, "the challenge comes without a session");
	c->cookie[strcspn(c->cookie, "; ")] = '\0';
	coco_http_clear(&a);
	return r;
}

/* SHA-384 of what the evidence is bound to. */
static int bind(const struct coco_rcar *c, const char *nonce, unsigned order,
		uint8_t ret[COCO_ATTESTER_BOUND], struct coco_diag *diag)
{
	struct coco_digest *digest = NULL;
	struct coco_wr wr;

	coco_wr_init(&wr, 2 * COCO_RCAR_MESSAGE_MAX);
	if (c->protocol == COCO_RCAR_0_2_0)
		coco_rcar_bound_legacy(&wr, order, nonce, &c->public);
	else
		coco_rcar_bound_text(&wr, nonce, &c->public,
				     c->config.devices != NULL ? c->config.devices : "");
	int r = wr.code != 0 ? coco_fail(diag, wr.code, "no memory for runtime data")
			     : coco_digest_new(&digest, COCO_DIGEST_SHA384, diag);
	if (r == 0)
		r = coco_digest_once(digest, wr.p, wr.n, ret, diag);
	coco_digest_free(digest);
	coco_wr_free(&wr);
	return r;
}

static int keep_token(struct coco_rcar *c, const struct coco_http_response *a,
		      struct coco_diag *diag)
{
	char *token = NULL;
	int r = coco_rcar_token_decode(&token, body_of(a), diag);

	if (r != 0)
		return r;
	r = coco_secret_from(&c->token, token, strlen(token), diag);
	coco_wipe(token, strlen(token));
	coco_free(token);
	return r;
}

/* One handshake; *ret is the answer to the evidence, whatever its status. */
static int handshake(struct coco_rcar *c, const struct coco_run *run, unsigned order,
		     struct coco_http_response *ret, struct coco_diag *diag)
{
	uint8_t bound[COCO_ATTESTER_BOUND];
	struct coco_rcar_challenge nonce;
	struct coco_wr evidence;
	struct coco_wr body;
	struct coco_jw jw;
	int r = challenge(c, run, &nonce, diag);

	if (r == 0)
		r = bind(c, nonce.nonce, order, bound, diag);
	if (r != 0)
		return r;
	coco_wr_init(&evidence, COCO_RCAR_MESSAGE_MAX);
	coco_wr_init(&body, COCO_RCAR_MESSAGE_MAX);
	r = coco_attester_evidence(c->config.attester, run, bound, &evidence, diag);
	if (r == 0) {
		struct coco_rcar_attestation a = {
			.nonce = nonce.nonce, .key = &c->public,
			.evidence = coco_wr_view(&evidence),
			.devices = c->config.devices != NULL ? c->config.devices : "",
			.initdata = c->config.initdata,
		};

		coco_jw_init(&jw, &body, false);
		coco_rcar_attestation_encode(&jw, c->protocol, &a);
		r = body.code != 0 ? coco_fail(diag, body.code,
					       "the evidence is too large for a message")
				   : send(c, run, "attest", &body, ret, diag);
	}
	coco_wr_free(&evidence);
	coco_wr_free(&body);
	return r;
}

int coco_rcar_attest(struct coco_rcar *c, const struct coco_run *run, struct coco_diag *diag)
{
	struct coco_http_response a = { .status = 0 };
	unsigned order = 0;
	int r = 0;

	/* which order a server of 0.2.0 hashes depends on its build: all are tried */
	do {
		coco_http_clear(&a);
		r = handshake(c, run, order++, &a, diag);
	} while (r == 0 && a.status != 200 && c->protocol == COCO_RCAR_0_2_0 &&
		 order < COCO_RCAR_LEGACY_TEXTS);
	if (r == 0 && a.status != 200)
		r = refused(&a, COCO_E_RCAR_REFUSED, "the broker does not accept the evidence",
			    diag);
	if (r == 0)
		r = keep_token(c, &a, diag);
	coco_http_clear(&a);
	return r;
}

/* ---- resources ------------------------------------------------------------------ */

static int by_name(const char *a, const char *b)
{
	/* alg and enc come first, whatever their place */
	int x = strcmp(a, "alg") == 0 ? 0 : strcmp(a, "enc") == 0 ? 1 : 2;
	int y = strcmp(b, "alg") == 0 ? 0 : strcmp(b, "enc") == 0 ? 1 : 2;

	return x != y ? x - y : coco_jcs_compare(a, b);
}

/* The members of header after last in the upstream order; false at the end. */
static bool next_member(const struct coco_jv *header, const char *last, struct coco_jv *ret)
{
	struct coco_jv item;
	void *iter = NULL;
	bool found = false;

	while (coco_jv_next(header, &iter, &item))
		if ((last == NULL || by_name(item.key, last) > 0) &&
		    (!found || by_name(item.key, ret->key) < 0)) {
			*ret = item;
			found = true;
		}
	return found;
}

/* The protected header as the upstream client prints it; gives *ret. */
static int reprint(const char *protected, char **ret, struct coco_diag *diag)
{
	struct coco_jv item = { .key = NULL };
	struct coco_json doc;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_b64_decode(COCO_B64_URL, protected, strlen(protected), &text, &n, diag);

	if (r == 0)
		r = coco_json_parse(&doc, coco_view_of(text, n), COCO_JWE_MAX, diag);
	coco_free(text);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	coco_wr_init(&wr, COCO_JWE_MAX);
	while (r == 0 && next_member(&root, item.key, &item)) {
		coco_wr_u8(&wr, wr.n == 0 ? '{' : ',');
		coco_jcs_string(&wr, item.key);
		coco_wr_u8(&wr, ':');
		r = coco_jcs_encode(&wr, &item, diag);
	}
	coco_wr_u8(&wr, '}');
	*ret = r == 0 && wr.code == 0 ? coco_b64_dup(COCO_B64_URL, wr.p, wr.n) : NULL;
	coco_wr_free(&wr);
	coco_json_free(&doc);
	return r == 0 && *ret == NULL ? coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a JWE")
				      : r;
}

int coco_rcar_open(struct coco_view answer, const struct coco_key *key, struct coco_secret *ret,
		   struct coco_diag *diag)
{
	struct coco_jwe jwe;
	char *again = NULL;
	int r = coco_jwe_decode(&jwe, answer, diag);

	if (r != 0)
		return r;
	r = coco_jwe_open(&jwe, key, 0, ret, NULL);
	if (r == COCO_E_KEY_UNWRAP && reprint(jwe.protected_b64, &again, NULL) == 0 &&
	    strcmp(again, jwe.protected_b64) != 0) {
		coco_free(jwe.protected_b64);
		jwe.protected_b64 = again;
		again = NULL;
		r = coco_jwe_open(&jwe, key, 0, ret, NULL);
	}
	if (r != 0)
		r = coco_jwe_open(&jwe, key, 0, ret, diag);   /* to say why */
	coco_free(again);
	coco_jwe_clear(&jwe);
	return r;
}

/* A refusal that a new handshake may cure. */
static bool expired(const struct coco_http_response *a)
{
	struct coco_kbs_error e;

	return coco_kbs_error_read(a, &e) && (strcmp(e.type, "TokenNotFound") == 0 ||
					      strcmp(e.type, "TokenVerifierError") == 0);
}

int coco_rcar_ask(struct coco_rcar *c, const struct coco_run *run,
		  const struct coco_rcar_want *want, struct coco_secret *ret,
		  struct coco_diag *diag)
{
	struct coco_http_response a = { .status = 0 };
	bool resource = strncmp(want->path, "resource/", 9) == 0;
	bool fresh = c->token.n == 0;
	int r = fresh ? coco_rcar_attest(c, run, diag) : 0;

	if (r == 0)
		r = send_method(c, run, "GET", want, &a, diag);
	if (r == 0 && a.status != 200 && !fresh && expired(&a)) {
		coco_http_clear(&a);
		r = coco_rcar_attest(c, run, diag);
		if (r == 0)
			r = send_method(c, run, "GET", want, &a, diag);
	}
	if (r == 0 && a.status != 200)
		r = resource ? refused(&a, COCO_E_RCAR_RESOURCE,
				       "the broker does not give the resource", diag)
			     : refused(&a, COCO_E_PLUGIN_REFUSED,
				       "the broker's plugin does not answer", diag);
	if (r == 0)
		r = coco_rcar_open(body_of(&a), c->key, ret, diag);
	coco_http_clear(&a);
	return r;
}

int coco_rcar_get(struct coco_rcar *c, const struct coco_run *run,
		  const struct coco_resource_id *id, struct coco_secret *ret,
		  struct coco_diag *diag)
{
	char path[COCO_RESOURCE_URI_MAX + 16];
	const struct coco_rcar_want want = { .path = path };

	snprintf(path, sizeof(path), "resource/%s/%s/%s", id->repo, id->type, id->tag);
	return coco_rcar_ask(c, run, &want, ret, diag);
}
