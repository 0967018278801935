/*
 * ear.h - EAT Attestation Results (draft-ietf-rats-ear, AR4SI): what the
 * service that issued a token thinks of each submodule (evidence.md 5.1, 5.2).
 */
#ifndef COCO_EAR_H
#define COCO_EAR_H

#include "formats/evidence/result.h"
#include "formats/evidence/token.h"

enum { COCO_EAR_SUBMODS = 64, COCO_EAR_NAME = 48 };

/* Tiers of trust, from the best to the worst. */
enum coco_ear_tier {
	COCO_EAR_NONE,
	COCO_EAR_AFFIRMING,
	COCO_EAR_WARNING,
	COCO_EAR_CONTRAINDICATED,
	COCO_EAR_TIERS,
};

struct coco_ear_submod {
	char name[COCO_EAR_NAME];      /* "cpu0", "gpu0" */
	enum coco_ear_tier status;     /* as the token says */
	bool has[COCO_TRUST_CLAIMS];
	int8_t value[COCO_TRUST_CLAIMS];
	enum coco_ear_tier worst;      /* of the values that are there */
};

struct coco_ear {
	size_t n;                      /* at least one */
	struct coco_ear_submod submod[COCO_EAR_SUBMODS];
};

/* coco_ear_tier_of - by AR4SI's ranges. */
enum coco_ear_tier coco_ear_tier_of(int8_t value);
const char *coco_ear_tier_name(enum coco_ear_tier tier);   /* "affirming", ...; static */

/*
 * coco_ear_decode - the submodules of a token; gives *ret (coco_free).
 * RESULT_TOKEN: none, too many, no status, a status or claim that does not
 * exist, a value outside -128 to 127.
 */
int coco_ear_decode(struct coco_ear **ret, const struct coco_token *token,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_ear_claims - "ear.cpu0.status", "ear.cpu0.recomputed", "ear.cpu0.hardware", ... */
void coco_ear_claims(struct coco_claims *c, const struct coco_ear *ear);

#endif
