/*
 * anchor.h - whether a key is one that the caller trusts: keys of a key set
 * and certificates given with --trust-root, and chains below them. For keys
 * that have no pinned root: those of TPMs and of token services. Nothing that
 * comes with the evidence, and nothing in a bundle of collateral, is an anchor.
 */
#ifndef COCO_ANCHOR_H
#define COCO_ANCHOR_H

#include "lib/evidence/appraiser.h"

enum { COCO_ANCHOR_DEPTH = 8, COCO_ANCHOR_EXTRA = 16 };

struct coco_anchor {
	enum coco_checked outcome;          /* PASS, FAIL or MISSING */
	char reason[COCO_RESULT_REASON];    /* "COLL_EXPIRED:CN@2026-01-01T00:00:00Z", ... */
	char actual[COCO_RESULT_TEXT];      /* what was found, in words */
	char next[COCO_RESULT_TEXT];
};

/*
 * coco_anchor_chain - looks for a path from cert to a certificate of the
 * caller, over the n extra certificates (borrowed; of the evidence) and those
 * of the collateral. Every one must be valid at a->at, and issuers must be
 * CAs. What a path used is noted in the result (inputs, validity) with role
 * ("AK certificate"). Errors: memory.
 */
int coco_anchor_chain(struct coco_appraisal *a, const struct coco_cert *cert,
		      struct coco_cert *const *extra, size_t n, const char *role,
		      struct coco_anchor *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_anchor_key - whether the caller named this very key: in a key set, or
 * by a certificate that holds it. Gives PASS, or MISSING with no texts.
 */
int coco_anchor_key(struct coco_appraisal *a, const struct coco_key *key, const char *role,
		    struct coco_anchor *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_anchor_holds - whether the certificate is one of the key. Errors: memory. */
int coco_anchor_holds(const struct coco_cert *cert, const struct coco_key *key, bool *ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_anchor_check - a check of the result that says it. */
void coco_anchor_check(struct coco_appraisal *a, int subject, const char *id, const char *title,
		       const struct coco_anchor *anchor, enum coco_role role);

#endif
