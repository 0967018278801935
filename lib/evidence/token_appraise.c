/*
 * token_appraise.c - who signed an attestation token, and for how long it
 * holds (see token_appraise.h).
 */
#include "lib/evidence/token_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/rfc3339.h"
#include "formats/evidence/ear.h"
#include "lib/crypto/jwk_key.h"

/* ---- keys --------------------------------------------------------------------------------- */

static void fail_key(struct coco_anchor *t, const char *reason, const char *actual,
		     const char *next)
{
	t->outcome = COCO_CHECKED_FAIL;
	snprintf(t->reason, sizeof(t->reason), "%s", reason);
	snprintf(t->actual, sizeof(t->actual), "%s", actual);
	snprintf(t->next, sizeof(t->next), "%s", next);
}

static void nobody(struct coco_anchor *t)
{
	t->outcome = COCO_CHECKED_MISSING;
	snprintf(t->reason, sizeof(t->reason), "COLL_MISSING:token-key");
	snprintf(t->actual, sizeof(t->actual), "nobody vouches for the key: the signature shows "
		 "integrity only");
	snprintf(t->next, sizeof(t->next), "name the service's key set or the root of its "
		 "certificates with --trust-root");
}

/* The certificates of a key, parsed; *ret_n of them. */
static int certificates(const struct coco_jwk *jwk, struct coco_cert *ret[COCO_JWKS_CHAIN],
			size_t *ret_n)
{
	int r = 0;

	for (*ret_n = 0; r == 0 && *ret_n < jwk->n_chain;) {
		const struct coco_jwk_cert *c = &jwk->chain[*ret_n];

		r = coco_cert_parse(&ret[*ret_n], coco_view_of(c->p, c->n), NULL);
		if (r == 0)
			++*ret_n;
	}
	return r;
}

static int by_chain(struct coco_appraisal *a, const struct coco_jwk *jwk,
		    const struct coco_key *key, struct coco_anchor *ret, struct coco_diag *diag)
{
	struct coco_cert *certs[COCO_JWKS_CHAIN] = { NULL };
	bool holds = false;
	size_t n = 0;
	int r = certificates(jwk, certs, &n);

	if (r == COCO_E_LIMIT_MEMORY) {
		coco_fail(diag, r, "no memory for a certificate");
	} else if (r != 0) {
		fail_key(ret, "COLL_MALFORMED:x5c", "a certificate of x5c cannot be read",
			 "ask the service for the token again");
		r = 0;
	} else {
		r = coco_anchor_holds(certs[0], key, &holds, diag);
		if (r == 0 && !holds)
			fail_key(ret, "TOKEN_JWK_X5C", "the key is not that of x5c[0]",
				 "do not use the token: somebody put another service's "
				 "certificate beside his own key");
		else if (r == 0)
			r = coco_anchor_chain(a, certs[0], certs + 1, n - 1, "token signer", ret,
					      diag);
	}
	for (size_t i = 0; i < COCO_JWKS_CHAIN; i++)
		coco_cert_free(certs[i]);
	return r;
}

static int anchor_of(struct coco_appraisal *a, const struct coco_jwk *jwk,
		     const struct coco_key *key, struct coco_anchor *ret, struct coco_diag *diag)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	if (jwk != NULL && jwk->n_chain > 0)
		return by_chain(a, jwk, key, ret, diag);
	r = coco_anchor_key(a, key, "token signer", ret, diag);
	if (r == 0 && ret->outcome == COCO_CHECKED_MISSING)
		nobody(ret);
	return r;
}

int coco_token_anchor(struct coco_appraisal *a, const struct coco_jwk *jwk,
		      struct coco_anchor *ret, struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	int r = coco_jwk_key(jwk, &key, NULL);

	memset(ret, 0, sizeof(*ret));
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a key");
	if (r != 0) {
		fail_key(ret, "COLL_MALFORMED:jwk", "the key cannot be used",
			 "ask the service for the token again");
		return 0;
	}
	r = anchor_of(a, jwk, key, ret, diag);
	coco_key_free(key);
	return r;
}

/* ---- who signed ----------------------------------------------------------------------------- */

/* A search for the key that made the signature. */
struct signer {
	struct coco_appraisal *a;
	const struct coco_token *token;
	unsigned tried;              /* keys that could have made it */
	bool misfit;                 /* the key that is meant is not for the algorithm */
	bool in_header;              /* the token's own key is tried */
	bool found;
	struct coco_anchor anchor;   /* of the key that did */
	int item;                    /* of the collateral that holds it; -1: none */
};

/* A key with or without its JWK. */
static int attempt(struct signer *s, const struct coco_jwk *jwk, const struct coco_key *key,
		   bool trusted, struct coco_diag *diag)
{
	int r;

	if (!coco_jws_alg_fits(s->token->alg, key) || (jwk != NULL && jwk->encrypts))
		return 0;
	s->tried++;
	r = coco_jws_check(key, &s->token->jws, NULL);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory to verify");
	if (r != 0)
		return 0;
	s->found = true;
	return anchor_of(s->a, trusted ? NULL : jwk, key, &s->anchor, diag);
}

static int attempt_jwk(struct signer *s, const struct coco_jwk *jwk, bool trusted,
		       struct coco_diag *diag)
{
	const char *kid = s->token->jws.kid;
	bool meant = kid == NULL ? s->in_header : strcmp(kid, jwk->kid) == 0;
	struct coco_key *key = NULL;
	int r;

	if (jwk->alg[0] != '\0' && strcmp(jwk->alg, s->token->alg) != 0)
		return 0;
	r = coco_jwk_key(jwk, &key, NULL);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a key");
	if (r != 0)
		return 0;
	s->misfit = s->misfit || (meant && !coco_jws_alg_fits(s->token->alg, key));
	r = attempt(s, jwk, key, trusted, diag);
	coco_key_free(key);
	return r;
}

/* The keys of a set that may be meant: that of the token's id, or all when it has none. */
static int attempt_set(struct signer *s, const struct coco_collateral_item *item, bool trusted,
		       struct coco_diag *diag)
{
	const char *kid = s->token->jws.kid;
	struct coco_jwks set;
	int r = coco_jwks_decode(&set, coco_view_of(item->p, item->n), NULL);

	if (r != 0)
		return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for keys") : 0;
	for (size_t i = 0; r == 0 && !s->found && i < set.n; i++)
		if (kid == NULL || set.v[i].kid[0] == '\0' || strcmp(kid, set.v[i].kid) == 0)
			r = attempt_jwk(s, &set.v[i], trusted, diag);
	coco_jwks_free(&set);
	return r;
}

/* Key sets and certificates of the caller. */
static int attempt_roots(struct signer *s, struct coco_diag *diag)
{
	const struct coco_collateral *roots = s->a->extra_roots;
	int r = 0;

	for (size_t i = 0; r == 0 && roots != NULL && !s->found && i < roots->n; i++) {
		struct coco_key *key = NULL;

		if (roots->v[i].kind == COCO_COLL_JWKS) {
			r = attempt_set(s, &roots->v[i], true, diag);
		} else if (roots->v[i].kind == COCO_COLL_CERT) {
			r = coco_cert_key(roots->v[i].cert, &key, NULL);
			r = r == 0 ? attempt(s, NULL, key, true, diag)
				   : r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory")
							      : 0;
			coco_key_free(key);
		}
	}
	return r;
}

/* The key that the token carries, or that of its certificates. */
static int attempt_header(struct signer *s, struct coco_diag *diag)
{
	struct coco_jv head = coco_json_root(&s->token->header);
	struct coco_jv v;
	struct coco_jwk jwk;
	int r = 0;

	if (!coco_jv_has(&head, "jwk") || coco_jv_object(&head, "jwk", &v, NULL) != 0)
		return 0;
	r = coco_jwk_decode(&jwk, &v, NULL);
	if (r != 0)
		return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a key") : 0;
	s->in_header = true;
	r = attempt_jwk(s, &jwk, false, diag);
	s->in_header = false;
	coco_jwk_clear(&jwk);
	return r;
}

/* x5c in the header itself (RFC 7515 4.1.6). */
static int attempt_x5c(struct signer *s, struct coco_diag *diag)
{
	struct coco_jv head = coco_json_root(&s->token->header);
	struct coco_jwk chain = { .type = COCO_JWK_EC };
	struct coco_cert *leaf = NULL;
	struct coco_key *key = NULL;
	int r = 0;

	if (!coco_jv_has(&head, "x5c"))
		return 0;
	r = coco_jwk_chain(&chain, &head, NULL);
	if (r == 0 && chain.n_chain > 0)
		r = coco_cert_parse(&leaf, coco_view_of(chain.chain[0].p, chain.chain[0].n), NULL);
	if (r == 0 && leaf != NULL)
		r = coco_cert_key(leaf, &key, NULL);
	if (r == 0 && key != NULL)
		r = attempt(s, &chain, key, false, diag);
	else
		r = r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a key") : 0;
	coco_key_free(key);
	coco_cert_free(leaf);
	coco_jwk_clear(&chain);
	return r;
}

static int attempt_collateral(struct signer *s, struct coco_diag *diag)
{
	const struct coco_collateral *c = s->a->collateral;
	int i = -1;
	int r = 0;

	while (r == 0 && c != NULL && !s->found &&
	       (i = coco_collateral_next(c, COCO_COLL_JWKS, i)) >= 0) {
		r = attempt_set(s, &c->v[i], false, diag);
		if (s->found)
			s->item = i;
	}
	return r;
}

static int find_signer(struct signer *s, struct coco_diag *diag)
{
	int r = attempt_roots(s, diag);

	if (r == 0 && !s->found)
		r = attempt_header(s, diag);
	if (r == 0 && !s->found)
		r = attempt_x5c(s, diag);
	if (r == 0 && !s->found)
		r = attempt_collateral(s, diag);
	return r;
}

/* ---- checks --------------------------------------------------------------------------------- */

static void begin(struct coco_appraisal *a, int subject, int input, enum coco_checked outcome,
		  const char *id, const char *who, const char *what)
{
	char title[COCO_RESULT_TEXT];

	snprintf(title, sizeof(title), "the %.80s %s", who, what);
	coco_result_check(a->result, subject, COCO_ASPECT_AUTHENTIC, outcome, id, title);
	if (a->result->code == 0)
		a->result->checks[a->result->n_checks - 1].input = input;
}

/* The key in the header has an algorithm of its own, which must be that of the token. */
static bool jwk_alg_differs(const struct coco_token *token)
{
	struct coco_jv head = coco_json_root(&token->header);
	struct coco_jv v;
	const char *alg;

	return coco_jv_has(&head, "jwk") && coco_jv_object(&head, "jwk", &v, NULL) == 0 &&
	       coco_jv_has(&v, "alg") && coco_jv_string(&v, "alg", &alg, NULL) == 0 &&
	       strcmp(alg, token->alg) != 0;
}

static bool check_alg(struct coco_appraisal *a, int subject, int input,
		      const struct coco_token *token, const char *who)
{
	bool ok = token->has_jws && coco_jws_alg_accepted(token->alg) && !jwk_alg_differs(token);
	struct coco_result *r = a->result;
	char reason[COCO_RESULT_REASON];

	begin(a, subject, input, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "token.alg", who,
	      "is signed with an algorithm that is accepted");
	coco_check_expected(r, "ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512 or "
			    "EdDSA");
	coco_check_actual(r, "%s%s", token->alg[0] != '\0' ? token->alg : "no algorithm",
			  token->n_signature == 0 ? ", without a signature" : "");
	if (ok)
		return true;
	if (jwk_alg_differs(token))
		coco_check_detail(r, "the key in the header is for another algorithm");
	snprintf(reason, sizeof(reason), "TOKEN_ALG:%.31s",
		 token->alg[0] != '\0' ? token->alg : "none");
	coco_check_refusal(r, COCO_ROLE_CALLER, reason,
			   "a token without a signature that others can check is a report, not "
			   "evidence: ask the service for a signed one");
	return false;
}

static void signature_texts(struct coco_appraisal *a, const struct signer *s)
{
	const char *iss = coco_token_text(s->token, "iss");
	struct coco_result *r = a->result;

	if (s->found)
		return;
	if (s->tried > 0 || s->misfit) {
		if (s->tried > 0)
			coco_check_actual(r, "the signature holds for none of %u keys", s->tried);
		else
			coco_check_actual(r, "%s is not an algorithm for the key", s->token->alg);
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_SIGNATURE:token",
				   "ask the service for the token again: it was changed, or "
				   "somebody else made it");
		return;
	}
	coco_check_actual(r, "no key%s%.60s of the service is there",
			  s->token->jws.kid != NULL ? " " : "",
			  s->token->jws.kid != NULL ? s->token->jws.kid : "");
	coco_check_refusal(r, COCO_ROLE_CALLER, "COLL_MISSING:jwks",
			   "save the key set of %.80s and name it with --trust-root",
			   iss != NULL ? iss : "the service");
}

static int check_signature(struct coco_appraisal *a, int subject, int input,
			   const struct coco_token *token, const char *who,
			   struct coco_diag *diag)
{
	struct signer s = { .a = a, .token = token, .item = -1 };
	char title[COCO_RESULT_TEXT];
	int r = find_signer(&s, diag);

	if (r != 0)
		return r;
	begin(a, subject, input, s.found ? COCO_CHECKED_PASS
			 : s.tried > 0 || s.misfit ? COCO_CHECKED_FAIL : COCO_CHECKED_MISSING,
	      "token.signature", who, "is signed");
	signature_texts(a, &s);
	if (!s.found)
		return 0;
	if (s.item >= 0)
		coco_appraisal_used(a, s.item, "token keys");
	snprintf(title, sizeof(title), "the %.80s is signed by a service that is trusted", who);
	coco_anchor_check(a, subject, "token.key", title, &s.anchor, COCO_ROLE_CALLER);
	if (s.anchor.outcome == COCO_CHECKED_PASS)
		coco_result_gap(a->result, subject, "revocation",
				"whether the service's key is revoked",
				"revocation lists of token services are not looked at",
				"take a key set that is fresh");
	return 0;
}

static void time_check(struct coco_appraisal *a, int subject, int input,
		       const struct coco_token_times *t, const char *who)
{
	struct coco_result *r = a->result;
	int64_t from = INT64_MIN;
	char text[COCO_RFC3339_TEXT];
	char what[COCO_RESULT_TEXT];

	if (t->has_nbf)
		from = t->nbf;
	if (t->has_iat && t->iat > from)
		from = t->iat;
	bool early = from > a->at;
	bool late = t->has_exp && t->exp <= a->at;
	enum coco_checked outcome = early || late ? COCO_CHECKED_FAIL
				    : t->has_exp  ? COCO_CHECKED_PASS
						  : COCO_CHECKED_SKIPPED;
	begin(a, subject, input, outcome, "token.time", who, "is valid at that time");
	coco_check_actual(r, "%s", coco_rfc3339_print(text, a->at));
	if (early || late) {
		coco_check_expected(r, "%s %s", late ? "before" : "from",
				    coco_rfc3339_print(text, late ? t->exp : from));
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR,
				   late ? "FRESH_EXPIRED" : "FRESH_NOT_YET_VALID",
				   "get a new token, or judge this one at the time of its use "
				   "(--at)");
		return;
	}
	snprintf(what, sizeof(what), "the %.80s", who);
	if (t->has_exp || from != INT64_MIN)
		coco_result_valid(r, from, t->has_exp ? t->exp : INT64_MAX, what);
	if (t->has_exp)
		return;
	coco_check_detail(r, "it has no time at which it expires");
	coco_result_gap(r, subject, "fresh", "that the token is recent",
			"it has no time at which it expires", "ask for tokens that expire");
}

int coco_token_check(struct coco_appraisal *a, int subject, int input,
		     const struct coco_token *token, const char *who, struct coco_diag *diag)
{
	struct coco_token_times t;
	int r = 0;

	if (check_alg(a, subject, input, token, who))
		r = check_signature(a, subject, input, token, who, diag);
	if (r != 0)
		return r;
	if (coco_token_times(token, &t, NULL) == 0) {
		time_check(a, subject, input, &t, who);
		return coco_result_finish(a->result, diag);
	}
	begin(a, subject, input, COCO_CHECKED_FAIL, "token.time", who, "is valid at that time");
	coco_check_actual(a->result, "iat, nbf or exp is no number of seconds");
	coco_check_refusal(a->result, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_MALFORMED",
			   "ask the service for the token again");
	return coco_result_finish(a->result, diag);
}

/* ---- one token ---------------------------------------------------------------------------- */

static int ear_of(const struct coco_token *token, struct coco_ear **ret, struct coco_diag *diag)
{
	*ret = NULL;
	return strcmp(coco_token_kind(token), "ear") == 0 ? coco_ear_decode(ret, token, diag) : 0;
}

static int token_inspect(const struct coco_piece *piece, struct coco_claims *claims,
			 struct coco_diag *diag)
{
	struct coco_token_times times;
	struct coco_ear *ear = NULL;
	struct coco_token t;
	int r = coco_token_decode(&t, coco_piece_bytes(piece), diag);

	if (r != 0) {
		if (diag != NULL && diag->has_offset)
			diag->offset += piece->base;
		return r;
	}
	r = coco_token_times(&t, &times, diag);
	if (r == 0)
		r = ear_of(&t, &ear, diag);
	if (r == 0) {
		coco_token_claims(claims, &t);
		if (ear != NULL)
			coco_ear_claims(claims, ear);
	}
	coco_free(ear);
	coco_token_clear(&t);
	return r;
}

/* What the service says of each submodule, and whether it contradicts itself. */
static void ear_checks(struct coco_appraisal *a, int subject, const struct coco_ear *ear)
{
	struct coco_result *r = a->result;
	char title[COCO_RESULT_TEXT];
	char reason[COCO_RESULT_REASON];

	for (size_t i = 0; i < ear->n; i++) {
		const struct coco_ear_submod *s = &ear->submod[i];

		for (int k = 0; k < COCO_TRUST_CLAIMS; k++)
			if (s->has[k])
				coco_result_trust(r, subject, (enum coco_trust_claim)k,
						  s->value[k]);
		bool better = s->status < s->worst;
		if (!better && s->status != COCO_EAR_CONTRAINDICATED)
			continue;
		snprintf(title, sizeof(title), better ?
			 "the status of %s is not better than its vector" :
			 "the service does not refuse %s", s->name);
		coco_result_check(r, subject, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_FAIL,
				  better ? "ear.status" : "ear.contraindicated", title);
		coco_check_expected(r, "%s", better ? coco_ear_tier_name(s->worst) : "affirming");
		coco_check_actual(r, "%s", coco_ear_tier_name(s->status));
		snprintf(reason, sizeof(reason), "TOKEN_STATUS:%s", s->name);
		coco_check_refusal(r, COCO_ROLE_KEY_RELEASE_AUTHORITY, reason, "%s", better ?
				   "find out why the service's policy overrides the vector" :
				   "look at the claims of the vector that are contraindicated");
	}
}

static int token_authenticate(struct coco_appraisal *a, const struct coco_piece *piece,
			      int subject, struct coco_diag *diag)
{
	struct coco_ear *ear = NULL;
	struct coco_token t;
	int r = coco_token_decode(&t, coco_piece_bytes(piece), diag);

	if (r != 0)
		return r;
	r = coco_token_check(a, subject, piece->input, &t, "token", diag);
	if (r == 0)
		r = ear_of(&t, &ear, diag);
	if (r == 0 && ear != NULL)
		ear_checks(a, subject, ear);
	coco_free(ear);
	coco_token_clear(&t);
	return r;
}

const struct coco_appraiser coco_appraiser_token = {
	COCO_PIECE_TOKEN, "token", "token", token_inspect, token_authenticate,
};
