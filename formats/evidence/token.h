/*
 * token.h - attestation tokens: compact JSON Web Signatures with a JSON object
 * inside (evidence.md 5). Read for looking at, so that a token that is refused
 * (algorithm none, no signature) can be shown too; coco_jws_decode is the gate
 * for what may be verified.
 */
#ifndef COCO_TOKEN_H
#define COCO_TOKEN_H

#include "formats/core/jws.h"
#include "formats/evidence/claims.h"

enum {
	COCO_TOKEN_VALUES = 1 << 14,   /* JSON values of a payload */
	COCO_TOKEN_CLAIMS = 2048,      /* claims of one token */
	COCO_TOKEN_DEPTH = 8,
};

struct coco_token {
	struct coco_json header;       /* an object; owned, as payload */
	struct coco_json payload;      /* an object */
	char alg[COCO_JWS_NAME_MAX];   /* as it says; "" when it says nothing */
	size_t n_signature;            /* bytes; 0: none */
	bool has_jws;                  /* jws is filled: it may be verified */
	struct coco_jws jws;           /* owned; borrows its input from the text */
};

/* coco_token_looks - three parts of base64url, the first a JSON object's. */
bool coco_token_looks(struct coco_view text);

/*
 * coco_token_decode - gives *ret (coco_token_clear); line ends around the text
 * are left out. JWS_FORM (not three parts), FORMAT_BASE64, FORMAT_JSON...,
 * RESULT_TOKEN (header or payload is no object), LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_token_decode(struct coco_token *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_token_clear(struct coco_token *token);   /* fine on a zeroed struct */

/* What all kinds of tokens have. */
struct coco_token_times {
	bool has_iat, has_nbf, has_exp;
	int64_t iat, nbf, exp;         /* seconds since 1970 */
};

/* coco_token_times - RESULT_TOKEN for a time that is no number (a fraction is cut). */
int coco_token_times(const struct coco_token *token, struct coco_token_times *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_token_text - a member of the payload that is a text; NULL: absent or something else. */
const char *coco_token_text(const struct coco_token *token, const char *name);

/* coco_token_kind - "ear", "nras", "maa", "ita", "jwt", by the members; static. */
const char *coco_token_kind(const struct coco_token *token);

/*
 * coco_token_claims - "token.alg", "token.iss", "token.nonce", ... and every
 * value of the payload as "token.body.PATH" ("token.body.submods.cpu0....").
 */
void coco_token_claims(struct coco_claims *c, const struct coco_token *token);

/* coco_token_flatten - every value below v as "PREFIX.PATH". */
void coco_token_flatten(struct coco_claims *c, const char *prefix, const struct coco_jv *v);

#endif
