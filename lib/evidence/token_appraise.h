/*
 * token_appraise.h - attestation tokens (evidence.md 5): who signed one, and
 * for how long it holds. The algorithm comes from a closed list; a key that a
 * token carries is nobody's until a certificate below a root of the caller
 * holds it; a key set among the collateral is worth what its certificates are
 * worth, one given with --trust-root is trusted.
 */
#ifndef COCO_TOKEN_APPRAISE_H
#define COCO_TOKEN_APPRAISE_H

#include "formats/core/jwks.h"
#include "formats/evidence/token.h"
#include "lib/evidence/anchor.h"

extern const struct coco_appraiser coco_appraiser_token;      /* a compact JWS */
extern const struct coco_appraiser coco_appraiser_detached;   /* NRAS, nvattest */

/*
 * coco_token_check - the checks "token.alg", "token.signature", "token.key"
 * and "token.time" of one token for a subject; who is its name in the titles
 * ("token", "token of GPU-0"). Errors: memory.
 */
int coco_token_check(struct coco_appraisal *a, int subject, int input,
		     const struct coco_token *token, const char *who, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_token_anchor - whether the caller trusts a JSON Web Key: by name, or by
 * its certificates, the first of which must hold it. Errors: memory.
 */
int coco_token_anchor(struct coco_appraisal *a, const struct coco_jwk *jwk,
		      struct coco_anchor *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
