/*
 * admin_token.c - the token of a key broker's administrator, made and read
 * (see admin_token.h).
 */
#include "lib/broker/admin_token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"

enum { JSON_MAX = 8 << 10 };   /* bytes of the claims that are made here */

/* ---- making one ----------------------------------------------------------------- */

static int check_text(const char *what, const char *text, struct coco_diag *diag)
{
	if (text == NULL)
		return 0;
	if (text[0] == '\0' || strlen(text) >= COCO_ADMIN_TEXT)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "the %s of a token has 1 to %d bytes",
				 what, COCO_ADMIN_TEXT - 1);
	return 0;
}

static int check_spec(const struct coco_key *key, const struct coco_admin_spec *s,
		      struct coco_diag *diag)
{
	int r = check_text("role", s->role, diag);

	if (r == 0)
		r = check_text("issuer", s->issuer, diag);
	if (r == 0)
		r = check_text("audience", s->audience, diag);
	if (r == 0)
		r = check_text("subject", s->subject, diag);
	if (r == 0)
		r = check_text("key id", s->key_id, diag);
	if (r == 0 && s->lifetime > COCO_ADMIN_LIFETIME_MAX)
		r = coco_fail(diag, COCO_E_USAGE_VALUE, "a token lives at most %d seconds",
			      COCO_ADMIN_LIFETIME_MAX);
	if (r == 0 && coco_key_type(key) == COCO_KEY_P521)
		r = coco_fail(diag, COCO_E_TOKEN_KEY,
			      "a P-521 key cannot sign a token that a broker accepts");
	return r;
}

static void optional(struct coco_jw *jw, const char *key, const char *text)
{
	if (text != NULL)
		coco_jw_kv_string(jw, key, text);
}

static void claim_time(struct coco_jw *jw, const char *key, int64_t when)
{
	coco_jw_key(jw, key);
	coco_jw_i64(jw, when);
}

/* The order of the members is that of the tokens that kbs-client made. */
static void write_claims(struct coco_wr *wr, const struct coco_admin_spec *s, int64_t now)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	claim_time(&jw, "iat", now);
	claim_time(&jw, "exp", now + (s->lifetime != 0 ? s->lifetime : COCO_ADMIN_LIFETIME));
	claim_time(&jw, "nbf", now);
	coco_jw_kv_string(&jw, "role", s->role != NULL ? s->role : "admin");
	optional(&jw, "iss", s->issuer);
	optional(&jw, "aud", s->audience);
	optional(&jw, "sub", s->subject);
	coco_jw_end(&jw, '}');
}

static void write_header(struct coco_wr *wr, const struct coco_key *key, const char *kid)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "alg", coco_jws_alg(key));
	coco_jw_kv_string(&jw, "typ", "JWT");
	optional(&jw, "kid", kid);
	coco_jw_end(&jw, '}');
}

int coco_admin_token_mint(const struct coco_key *key, const struct coco_admin_spec *spec,
			  int64_t now, struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_wr header;
	struct coco_wr claims;
	int r = check_spec(key, spec, diag);

	if (r != 0)
		return r;
	coco_wr_init(&header, JSON_MAX);
	coco_wr_init(&claims, JSON_MAX);
	write_header(&header, key, spec->key_id);
	write_claims(&claims, spec, now);
	r = header.code != 0 ? header.code : claims.code;
	if (r != 0)
		r = coco_fail(diag, r, "no memory for a token");
	else
		r = coco_jws_sign(key, coco_wr_view(&header), coco_wr_view(&claims), ret, diag);
	coco_wr_free(&header);
	coco_wr_free(&claims);
	return r;
}

/* ---- reading one ---------------------------------------------------------------- */

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct coco_view coco_admin_token_trim(const struct coco_secret *text)
{
	struct coco_view v = coco_view_of(coco_secret_expose(text), text->n);

	for (; v.n > 0 && blank(v.p[0]); v.n--)
		v.p++;
	while (v.n > 0 && blank(v.p[v.n - 1]))
		v.n--;
	return v;
}

static int other_value(const struct coco_jv *v, char *ret, size_t cap, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_ADMIN_TOKEN_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_value(&jw, v);
	int r = wr.code;
	if (r == 0)
		coco_escape(ret, cap, (const char *)wr.p, wr.n);
	else
		r = coco_fail(diag, r, "no memory for a claim");
	coco_wr_free(&wr);
	return r;
}

static int read_claim(const struct coco_jv *v, struct coco_admin_claim *ret,
		      struct coco_diag *diag)
{
	const char *text;
	uint64_t number;

	coco_escape(ret->name, sizeof(ret->name), v->key, strlen(v->key));
	if (coco_jv_as_string(v, &text, NULL) == 0) {
		ret->kind = COCO_CLAIM_TEXT;
		coco_escape(ret->value, sizeof(ret->value), text, strlen(text));
		return 0;
	}
	if (coco_jv_as_u64(v, INT64_MAX, &number, NULL) == 0) {
		ret->kind = COCO_CLAIM_NUMBER;
		ret->number = (int64_t)number;
		snprintf(ret->value, sizeof(ret->value), "%" PRIu64, number);
		return 0;
	}
	ret->kind = COCO_CLAIM_OTHER;
	return other_value(v, ret->value, sizeof(ret->value), diag);
}

static int read_claims(struct coco_view json, struct coco_admin_token *t, struct coco_diag *diag)
{
	struct coco_json doc;
	struct coco_jv root;
	struct coco_jv v;
	void *iter = NULL;
	int r = coco_json_parse(&doc, json, COCO_ADMIN_TOKEN_MAX, diag);

	if (r != 0)
		return r;
	root = coco_json_root(&doc);
	r = coco_jv_as_object(&root, diag);
	if (r == 0 && coco_jv_len(&root) > COCO_ADMIN_CLAIMS)
		r = coco_fail(diag, COCO_E_TOKEN_CLAIMS, "there are %zu claims; the limit is %d",
			      coco_jv_len(&root), COCO_ADMIN_CLAIMS);
	while (r == 0 && coco_jv_next(&root, &iter, &v))
		r = read_claim(&v, &t->claims[t->n_claims++], diag);
	coco_json_free(&doc);
	return r;
}

int coco_admin_token_read(const struct coco_secret *text, struct coco_admin_token *ret,
			  struct coco_diag *diag)
{
	struct coco_view v = coco_admin_token_trim(text);
	struct coco_admin_token *t;
	struct coco_jws jws;

	if (v.n > COCO_ADMIN_TOKEN_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a token has %zu bytes; the limit is %d",
				 v.n, COCO_ADMIN_TOKEN_MAX);
	int r = coco_jws_decode(&jws, v, diag);
	if (r != 0)
		return r;
	t = coco_zalloc(1, sizeof(*t));
	if (t != NULL) {
		memcpy(t->alg, jws.alg, sizeof(t->alg));
		if (jws.typ != NULL)
			coco_escape(t->typ, sizeof(t->typ), jws.typ, strlen(jws.typ));
		if (jws.kid != NULL)
			coco_escape(t->kid, sizeof(t->kid), jws.kid, strlen(jws.kid));
		r = read_claims(coco_view_of(jws.payload, jws.n_payload), t, diag);
	} else {
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a token");
	}
	coco_wipe(jws.signature, jws.n_signature);
	coco_jws_clear(&jws);
	if (r == 0)
		*ret = *t;
	coco_free(t);
	return r;
}

const struct coco_admin_claim *coco_admin_token_claim(const struct coco_admin_token *t,
						      const char *name)
{
	for (size_t i = 0; i < t->n_claims; i++)
		if (strcmp(t->claims[i].name, name) == 0)
			return &t->claims[i];
	return NULL;
}
