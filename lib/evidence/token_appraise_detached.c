/*
 * token_appraise_detached.c - detached EAT bundles of NRAS and nvattest (see
 * token_appraise.h): every token signed, every digest, names both ways, one
 * nonce, and what the service says of each device.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/detached_eat.h"
#include "lib/crypto/digest.h"
#include "lib/evidence/token_appraise.h"

static int token_of(const struct coco_detached_token *t, struct coco_token *ret,
		    struct coco_diag *diag)
{
	int r = coco_token_decode(ret, coco_view_of(t->text, t->n), diag);

	if (r != 0)
		coco_diag_field(diag, "token %s", t->name[0] != '\0' ? t->name : "JWT");
	return r;
}

static int device_claims(struct coco_claims *claims, const struct coco_detached_token *t,
			 struct coco_diag *diag)
{
	struct coco_token token;
	char prefix[COCO_CLAIM_NAME];
	int r = token_of(t, &token, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&token.payload);
	snprintf(prefix, sizeof(prefix), "device.%.40s", t->name);
	coco_token_flatten(claims, prefix, &root);
	coco_token_clear(&token);
	return 0;
}

static int inspect(const struct coco_piece *piece, struct coco_claims *claims,
		   struct coco_diag *diag)
{
	struct coco_token_times times;
	struct coco_detached d;
	struct coco_token token;
	int r = coco_detached_decode(&d, coco_piece_bytes(piece), diag);

	if (r != 0)
		return r;
	r = token_of(&d.overall, &token, diag);
	if (r == 0) {
		r = coco_token_times(&token, &times, diag);
		if (r == 0)
			coco_token_claims(claims, &token);
		coco_token_clear(&token);
	}
	for (size_t i = 0; r == 0 && i < d.n; i++)
		r = device_claims(claims, &d.token[i], diag);
	coco_detached_free(&d);
	return r;
}

/* ---- checks --------------------------------------------------------------------------------- */

struct judge {
	struct coco_appraisal *a;
	int subject;
	int input;
	const struct coco_detached *d;
	const struct coco_token *overall;
	struct coco_digest *digest[3];   /* SHA-256, -384, -512 */
};

static void begin(struct judge *j, enum coco_aspect aspect, bool ok, const char *id,
		  const char *format, const char *name)
{
	char title[COCO_RESULT_TEXT];

	snprintf(title, sizeof(title), "%s %.60s", format, name);
	coco_result_check(j->a->result, j->subject, aspect,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
}

static const struct coco_detached_token *find(const struct coco_detached *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->token[i].name, name) == 0)
			return &d->token[i];
	return NULL;
}

static int digest_is(struct judge *j, const struct coco_detached_token *t,
		     const struct coco_detached_digest *want, bool *ret, struct coco_diag *diag)
{
	static const enum coco_digest_alg algs[] = { COCO_DIGEST_SHA256, COCO_DIGEST_SHA384,
						     COCO_DIGEST_SHA512 };
	size_t k = want->bits == 256 ? 0 : want->bits == 384 ? 1 : 2;
	uint8_t have[COCO_DIGEST_MAX];
	int r = 0;

	if (j->digest[k] == NULL)
		r = coco_digest_new(&j->digest[k], algs[k], diag);
	if (r == 0)
		r = coco_digest_once(j->digest[k], t->text, t->n, have, diag);
	*ret = r == 0 && memcmp(have, want->digest, want->n) == 0;
	return r;
}

/* One name of the overall token. */
static int submod(struct judge *j, const struct coco_jv *v, struct coco_diag *diag)
{
	const struct coco_detached_token *t = find(j->d, v->key);
	struct coco_detached_digest want;
	bool ok = false;
	int r = coco_detached_digest(&want, v, NULL);

	if (r == 0 && t != NULL)
		r = digest_is(j, t, &want, &ok, diag);
	else if (t != NULL)
		t = NULL;
	if (r != 0 && r != COCO_E_DETACHED_EAT)
		return r;
	begin(j, COCO_ASPECT_AUTHENTIC, ok, "token.submod.digest",
	      "the overall token names the token of", v->key);
	if (ok)
		return 0;
	coco_check_actual(j->a->result, "%s", r != 0 ? "its digest cannot be read"
			  : t == NULL ? "there is no token of that name"
				      : "the digest is of another token");
	coco_check_refusal(j->a->result, COCO_ROLE_PLATFORM_OPERATOR, "BIND_TOKEN",
			   "take all tokens of one answer of the service");
	return 0;
}

/* Both ways: every name has its token, every token its name. */
static int submods(struct judge *j, struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&j->overall->payload);
	struct coco_jv mods;
	struct coco_jv v;
	void *iter = NULL;
	int r = 0;

	bool any = coco_jv_has(&root, "submods") &&
		   coco_jv_object(&root, "submods", &mods, NULL) == 0;
	while (any && r == 0 && coco_jv_next(&mods, &iter, &v))
		r = submod(j, &v, diag);
	for (size_t i = 0; r == 0 && i < j->d->n; i++) {
		if (any && coco_jv_has(&mods, j->d->token[i].name))
			continue;
		begin(j, COCO_ASPECT_AUTHENTIC, false, "token.submod.name",
		      "the overall token names", j->d->token[i].name);
		coco_check_refusal(j->a->result, COCO_ROLE_PLATFORM_OPERATOR, "BIND_TOKEN",
				   "take all tokens of one answer of the service");
	}
	if (r == 0 && j->d->n == 0) {
		begin(j, COCO_ASPECT_AUTHENTIC, false, "token.submod.name",
		      "there is a token of", "a device");
		coco_check_refusal(j->a->result, COCO_ROLE_PLATFORM_OPERATOR, "BIND_TOKEN",
				   "take all tokens of one answer of the service");
	}
	return r;
}

static void nonce(struct judge *j, const struct coco_token *token, const char *name)
{
	const char *want = coco_token_text(j->overall, "eat_nonce");
	const char *have = coco_token_text(token, "eat_nonce");
	bool ok = want != NULL && have != NULL && strcasecmp(want, have) == 0;

	begin(j, COCO_ASPECT_AUTHENTIC, ok, "token.submod.nonce",
	      "the overall token's nonce is that of", name);
	coco_check_expected(j->a->result, "%s", want != NULL ? want : "no nonce");
	coco_check_actual(j->a->result, "%s", have != NULL ? have : "no nonce");
	if (!ok)
		coco_check_refusal(j->a->result, COCO_ROLE_PLATFORM_OPERATOR,
				   "FRESH_NONCE_MISMATCH",
				   "take all tokens of one answer of the service");
}

/* What the service says against it; what speaks for it is a policy's to judge. */
static void refused(struct judge *j, const char *id, const char *what, const char *name,
		    const char *actual)
{
	char reason[COCO_RESULT_REASON];

	begin(j, COCO_ASPECT_ACCEPTABLE, false, id, what, name);
	coco_check_actual(j->a->result, "%s", actual);
	snprintf(reason, sizeof(reason), "TOKEN_STATUS:%.60s", name);
	coco_check_refusal(j->a->result, COCO_ROLE_PLATFORM_OPERATOR, reason,
			   "look at the claims of the device that are not true");
}

static int device(struct judge *j, const struct coco_detached_token *t, struct coco_diag *diag)
{
	struct coco_token token;
	char who[COCO_DETACHED_NAME + 16];
	int r = token_of(t, &token, diag);

	if (r != 0)
		return r;
	snprintf(who, sizeof(who), "token of %s", t->name);
	r = coco_token_check(j->a, j->subject, j->input, &token, who, diag);
	if (r == 0) {
		const char *measures = coco_token_text(&token, "measres");

		nonce(j, &token, t->name);
		if (measures == NULL || (strcmp(measures, "success") != 0 &&
					 strcmp(measures, "comparison-successful") != 0))
			refused(j, "token.measres", "the service found the measurements of",
				t->name, measures != NULL ? measures : "no measres");
	}
	coco_token_clear(&token);
	return r;
}

static int judge(struct judge *j, struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&j->overall->payload);
	bool overall = false;
	int r = coco_token_check(j->a, j->subject, j->input, j->overall, "overall token", diag);

	if (r == 0)
		r = submods(j, diag);
	for (size_t i = 0; r == 0 && i < j->d->n; i++)
		r = device(j, &j->d->token[i], diag);
	if (r == 0 && coco_jv_has(&root, "x-nvidia-overall-att-result") &&
	    (coco_jv_bool(&root, "x-nvidia-overall-att-result", &overall, NULL) != 0 || !overall))
		refused(j, "token.overall", "the service affirms", "all devices",
			"x-nvidia-overall-att-result is not true");
	return r;
}

static int authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			struct coco_diag *diag)
{
	struct coco_detached d;
	struct coco_token token;
	int r = coco_detached_decode(&d, coco_piece_bytes(piece), diag);

	if (r != 0)
		return r;
	r = token_of(&d.overall, &token, diag);
	if (r == 0) {
		struct judge j = { .a = a, .subject = subject, .input = piece->input, .d = &d,
				   .overall = &token };

		r = judge(&j, diag);
		for (size_t i = 0; i < COCO_ARRAY_LEN(j.digest); i++)
			coco_digest_free(j.digest[i]);
		coco_token_clear(&token);
	}
	coco_detached_free(&d);
	return r;
}

const struct coco_appraiser coco_appraiser_detached = {
	COCO_PIECE_DETACHED_EAT, "detached-eat", "token", inspect, authenticate,
};
