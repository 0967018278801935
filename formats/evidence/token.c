/*
 * token.c - attestation tokens (see token.h).
 */
#include "formats/evidence/token.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/err_evidence.h"

enum { PARTS = 3 };

/* Without the line ends that files have around tokens. */
static struct coco_view trim(struct coco_view v)
{
	while (v.n > 0 && (v.p[v.n - 1] == '\n' || v.p[v.n - 1] == '\r' || v.p[v.n - 1] == ' '))
		v.n--;
	return v;
}

/* Cuts at the dots; an empty last part stays. False: not three parts. */
static bool split(struct coco_view text, struct coco_view ret[PARTS])
{
	size_t n = 0;
	size_t from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '.')
			continue;
		if (n == PARTS)
			return false;
		ret[n++] = coco_view_of(text.p + from, i - from);
		from = i + 1;
	}
	return n == PARTS && ret[0].n > 0 && ret[1].n > 0;
}

static bool url_text(struct coco_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return true;
}

bool coco_token_looks(struct coco_view text)
{
	struct coco_view part[PARTS];

	text = trim(text);
	if (text.n < 8 || text.n > COCO_JWS_MAX || text.p[0] != 'e' || !split(text, part))
		return false;
	return memcmp(text.p, "ey", 2) == 0 && url_text(part[0]) && url_text(part[1]) &&
	       url_text(part[2]);
}

/* One part as a JSON object; gives *ret. */
static int object(struct coco_view text, struct coco_view v, const char *what, size_t max,
		  struct coco_json *ret, struct coco_diag *inner, struct coco_diag *diag)
{
	uint64_t at = (uint64_t)(v.p - text.p);
	uint8_t *p = NULL;
	size_t n = 0;

	if (v.n > coco_b64_len(COCO_B64_URL, max))
		return coco_fail_at(diag, COCO_E_LIMIT_SIZE, at, what,
				    "the %s is longer than %zu bytes", what, max);
	coco_diag_init(inner);
	int r = coco_b64_decode(COCO_B64_URL, (const char *)v.p, v.n, &p, &n, inner);
	if (r != 0)
		return coco_fail_at(diag, r, at + inner->offset, what,
				    "the %s is not base64url without padding", what);
	r = coco_json_parse_bounded(ret, coco_view_of(p, n), max, COCO_TOKEN_VALUES, diag);
	coco_free(p);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(ret);
	if (coco_jv_kind(&root) != COCO_JSON_OBJECT)
		return coco_fail_at(diag, COCO_E_RESULT_TOKEN, at, what,
				    "the %s is no JSON object", what);
	return 0;
}

static int decode(struct coco_token *t, struct coco_view text, struct coco_diag *diag)
{
	struct coco_view part[PARTS];
	struct coco_jv root;
	const char *alg;
	struct coco_diag why;

	if (text.n > COCO_JWS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a token of %zu bytes", text.n);
	if (!split(text, part))
		return coco_fail(diag, COCO_E_JWS_FORM,
				 "a token has exactly three parts with dots between");
	int r = object(text, part[0], "header", COCO_JWS_HEADER_MAX, &t->header, &why,
		       diag);
	if (r == 0)
		r = object(text, part[1], "payload", COCO_JWS_PAYLOAD_MAX, &t->payload,
			   &why, diag);
	if (r != 0)
		return r;
	t->n_signature = part[2].n * 3 / 4;
	root = coco_json_root(&t->header);
	if (coco_jv_has(&root, "alg") && coco_jv_string(&root, "alg", &alg, NULL) == 0)
		snprintf(t->alg, sizeof(t->alg), "%.31s", alg);
	coco_diag_init(&why);
	r = coco_jws_decode(&t->jws, text, &why);
	t->has_jws = r == 0;
	return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a token") : 0;
}

int coco_token_decode(struct coco_token *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_token t = { .has_jws = false };
	int r = decode(&t, trim(text), diag);

	if (r != 0) {
		coco_token_clear(&t);
		return r;
	}
	*ret = t;
	return 0;
}

void coco_token_clear(struct coco_token *token)
{
	coco_json_free(&token->header);
	coco_json_free(&token->payload);
	coco_jws_clear(&token->jws);
	memset(token, 0, sizeof(*token));
}

static int one_time(const struct coco_jv *root, const char *name, bool *ret_has, int64_t *ret,
		    struct coco_diag *diag)
{
	struct coco_jv v;
	int r = coco_jv_opt(root, name, &v, diag);

	*ret_has = r == 0 && v.v != NULL;
	if (!*ret_has)
		return r;
	if (coco_jv_as_whole(&v, ret, NULL) != 0)
		return coco_jv_fail(root, name, COCO_E_RESULT_TOKEN, diag,
				    "a time is a whole number of seconds since 1970");
	return 0;
}

int coco_token_times(const struct coco_token *token, struct coco_token_times *ret,
		     struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&token->payload);
	struct coco_token_times t = { .iat = 0 };
	int r = one_time(&root, "iat", &t.has_iat, &t.iat, diag);

	if (r == 0)
		r = one_time(&root, "nbf", &t.has_nbf, &t.nbf, diag);
	if (r == 0)
		r = one_time(&root, "exp", &t.has_exp, &t.exp, diag);
	if (r == 0)
		*ret = t;
	return r;
}

const char *coco_token_text(const struct coco_token *token, const char *name)
{
	struct coco_jv root = coco_json_root(&token->payload);
	const char *s;

	return coco_jv_has(&root, name) && coco_jv_string(&root, name, &s, NULL) == 0 ? s : NULL;
}

const char *coco_token_kind(const struct coco_token *token)
{
	struct coco_jv root = coco_json_root(&token->payload);
	const char *profile = coco_token_text(token, "eat_profile");
	const char *sub = coco_token_text(token, "sub");

	if (coco_jv_has(&root, "ear.verifier-id") ||
	    (profile != NULL && (strstr(profile, "/ear") != NULL ||
				 strstr(profile, "/Trustee") != NULL)))
		return "ear";
	if ((sub != NULL && strcmp(sub, "NVIDIA-PLATFORM-ATTESTATION") == 0) ||
	    coco_jv_has(&root, "x-nvidia-ver") ||
	    coco_jv_has(&root, "x-nvidia-gpu-attestation-report-parsed"))
		return "nras";
	if (coco_jv_has(&root, "x-ms-ver") || coco_jv_has(&root, "x-ms-isolation-tee"))
		return "maa";
	if (coco_jv_has(&root, "attester_tcb_status") || coco_jv_has(&root, "policy_ids_matched"))
		return "ita";
	return "jwt";
}

/* ---- claims ------------------------------------------------------------------------- */

struct flat {
	struct coco_claims *c;
	unsigned n;
	char name[COCO_CLAIM_NAME];
};

static void value(struct flat *f, const struct coco_jv *v)
{
	const char *text;
	int64_t number;
	bool flag;

	switch (coco_jv_kind(v)) {
	case COCO_JSON_BOOL:
		if (coco_jv_as_bool(v, &flag, NULL) == 0)
			coco_claims_bool(f->c, f->name, flag, 0, 0);
		break;
	case COCO_JSON_NUMBER:
		if (coco_jv_as_whole(v, &number, NULL) != 0)
			coco_claims_text(f->c, f->name, "a fraction, or too large", 24, 0, 0);
		else if (number >= 0)
			coco_claims_number(f->c, f->name, (uint64_t)number, 0, 0);
		else {
			char digits[24];

			snprintf(digits, sizeof(digits), "%lld", (long long)number);
			coco_claims_text(f->c, f->name, digits, strlen(digits), 0, 0);
		}
		break;
	case COCO_JSON_STRING:
		if (coco_jv_as_string(v, &text, NULL) == 0)
			coco_claims_text(f->c, f->name, text, strlen(text), 0, 0);
		break;
	case COCO_JSON_NULL:
		coco_claims_text(f->c, f->name, "null", 4, 0, 0);
		break;
	case COCO_JSON_ARRAY:
	case COCO_JSON_OBJECT:
		break;
	}
}

/* A part of a name: letters, digits and a few signs; others are '_'. */
static bool push(struct flat *f, size_t at, const char *key)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789-_.";
	int n = snprintf(f->name + at, sizeof(f->name) - at, ".%s", key);

	if (n < 0 || (size_t)n >= sizeof(f->name) - at)
		return false;
	for (char *p = f->name + at; *p != '\0'; p++)
		if (strchr(ok, *p) == NULL)
			*p = '_';
	return true;
}

static void walk(struct flat *f, const struct coco_jv *v, unsigned depth)
{
	size_t at = strlen(f->name);
	enum coco_json_kind kind = coco_jv_kind(v);
	struct coco_jv item;
	void *iter = NULL;
	char index[24];

	if (f->n++ > COCO_TOKEN_CLAIMS || depth > COCO_TOKEN_DEPTH)
		return;
	if (kind == COCO_JSON_OBJECT)
		while (coco_jv_next(v, &iter, &item)) {
			if (push(f, at, item.key))
				walk(f, &item, depth + 1);
			f->name[at] = '\0';
		}
	else if (kind == COCO_JSON_ARRAY)
		for (size_t i = 0; i < coco_jv_len(v); i++) {
			item = coco_jv_item(v, i);
			snprintf(index, sizeof(index), "%zu", i);
			if (push(f, at, index))
				walk(f, &item, depth + 1);
			f->name[at] = '\0';
		}
	else
		value(f, v);
}

void coco_token_flatten(struct coco_claims *c, const char *prefix, const struct coco_jv *v)
{
	struct flat f = { .c = c };

	snprintf(f.name, sizeof(f.name), "%s", prefix);
	walk(&f, v, 0);
}

static void text_claim(struct coco_claims *c, const char *name, const char *text)
{
	if (text != NULL)
		coco_claims_text(c, name, text, strlen(text), 0, 0);
}

/* Where the kinds of tokens have the nonce. */
static const char *nonce_of(const struct coco_token *token)
{
	static const char *const path[] = { "submods", "cpu0", "ear.veraison.annotated-evidence",
					    "runtime_data_claims" };
	struct coco_jv at[COCO_ARRAY_LEN(path) + 1];
	const char *s = coco_token_text(token, "eat_nonce");

	if (s == NULL)
		s = coco_token_text(token, "nonce");
	if (s != NULL)
		return s;
	at[0] = coco_json_root(&token->payload);
	for (size_t i = 0; i < COCO_ARRAY_LEN(path); i++)
		if (!coco_jv_has(&at[i], path[i]) ||
		    coco_jv_object(&at[i], path[i], &at[i + 1], NULL) != 0)
			return NULL;
	const struct coco_jv *last = &at[COCO_ARRAY_LEN(path)];
	return coco_jv_has(last, "nonce") && coco_jv_string(last, "nonce", &s, NULL) == 0 ? s
											  : NULL;
}

void coco_token_claims(struct coco_claims *c, const struct coco_token *token)
{
	struct coco_jv root = coco_json_root(&token->payload);
	struct coco_jv head = coco_json_root(&token->header);
	struct coco_token_times t = { .iat = 0 };
	const char *kid = NULL;

	text_claim(c, "token.kind", coco_token_kind(token));
	text_claim(c, "token.alg", token->alg);
	if (coco_jv_has(&head, "kid") && coco_jv_string(&head, "kid", &kid, NULL) == 0)
		text_claim(c, "token.kid", kid);
	text_claim(c, "token.iss", coco_token_text(token, "iss"));
	text_claim(c, "token.sub", coco_token_text(token, "sub"));
	text_claim(c, "token.nonce", nonce_of(token));
	if (coco_token_times(token, &t, NULL) == 0) {
		if (t.has_iat)
			coco_claims_time(c, "token.iat", t.iat, 0, 0);
		if (t.has_nbf)
			coco_claims_time(c, "token.nbf", t.nbf, 0, 0);
		if (t.has_exp)
			coco_claims_time(c, "token.exp", t.exp, 0, 0);
	}
	coco_token_flatten(c, "token.body", &root);
}
