/*
 * admin_token.h - the token by which a Trustee key broker knows its
 * administrator (broker.md 2): made from a key in the one form that every
 * release accepts, read, and judged for each release.
 */
#ifndef COCO_ADMIN_TOKEN_H
#define COCO_ADMIN_TOKEN_H

#include "lib/broker/backend.h"
#include "lib/crypto/jws_sign.h"

enum {
	COCO_ADMIN_TOKEN_MAX = 64 << 10,        /* bytes of a token */
	COCO_ADMIN_LIFETIME = 7200,             /* seconds, the default */
	COCO_ADMIN_LIFETIME_MAX = 24 * 3600,
	COCO_ADMIN_TEXT = 256,                  /* bytes of a claim that is text, with the NUL */
	COCO_ADMIN_CLAIMS = 32,
};

/* What a token shall say. NULL texts are left out, but role is "admin" then. */
struct coco_admin_spec {
	const char *role;
	const char *issuer;
	const char *audience;      /* refused by v0.18 to v0.20 */
	const char *subject;
	const char *key_id;        /* "kid" of the header: for servers that trust a JWK set */
	uint32_t lifetime;         /* seconds; 0: COCO_ADMIN_LIFETIME */
};

/*
 * coco_admin_token_mint - valid from now (seconds since 1970) on. Keys:
 * Ed25519 for every release; P-256, P-384 and RSA for v0.21 only. Gives *ret
 * (coco_secret_free). Errors: TOKEN_KEY (P-521), KEY_NOT_PRIVATE, USAGE_VALUE
 * (a text that is too long, a lifetime beyond the limit).
 */
int coco_admin_token_mint(const struct coco_key *key, const struct coco_admin_spec *spec,
			  int64_t now, struct coco_secret *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

enum coco_claim_kind { COCO_CLAIM_TEXT, COCO_CLAIM_NUMBER, COCO_CLAIM_OTHER };

struct coco_admin_claim {
	char name[64];
	char value[COCO_ADMIN_TEXT];   /* for people: text, number, or JSON; may be cut */
	enum coco_claim_kind kind;
	int64_t number;                /* of COCO_CLAIM_NUMBER */
};

/* A token that was read; its signature is not in here. */
struct coco_admin_token {
	char alg[COCO_JWS_NAME_MAX];
	char typ[64];                  /* "" : absent */
	char kid[COCO_ADMIN_TEXT];
	struct coco_admin_claim claims[COCO_ADMIN_CLAIMS];
	size_t n_claims;
};

/*
 * coco_admin_token_read - decodes a token (blanks and line ends around it are
 * passed over); no signature is checked, for the public key is the server's.
 * Errors: those of jws.h, TOKEN_CLAIMS (no object, too many members).
 */
int coco_admin_token_read(const struct coco_secret *text, struct coco_admin_token *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_admin_token_trim - the token itself without what is around it; borrowed. */
struct coco_view coco_admin_token_trim(const struct coco_secret *text);

/* coco_admin_token_claim - the claim of this name, or NULL. */
const struct coco_admin_claim *coco_admin_token_claim(const struct coco_admin_token *t,
						      const char *name);

enum coco_token_verdict {
	COCO_TOKEN_ACCEPTED,       /* when the server holds the public key */
	COCO_TOKEN_DEPENDS,        /* on what the server is configured with */
	COCO_TOKEN_REFUSED,
};

/* coco_token_verdict_name - "accepted", "depends", "refused"; static. */
const char *coco_token_verdict_name(enum coco_token_verdict verdict);

struct coco_token_fate {
	enum coco_token_verdict verdict;
	char why[320];             /* sentences, "; " between; "" when accepted without remark */
};

/*
 * coco_admin_token_judge - what a release with authentication does with the
 * token at this time (broker.md 2.1, 2.2; read from its source, not tried).
 * release: any but UNKNOWN.
 */
void coco_admin_token_judge(const struct coco_admin_token *t, enum coco_trustee release,
			    int64_t now, struct coco_token_fate *ret);

/* coco_admin_claim_fate - what a release does with a claim: "needed", "not looked at"; static. */
const char *coco_admin_claim_fate(const char *name, enum coco_trustee release);

#endif
