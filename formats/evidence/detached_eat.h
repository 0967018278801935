/*
 * detached_eat.h - a detached EAT bundle as NVIDIA's services write it
 * (evidence.md 5.3): [["JWT", overall], {"GPU-0": token, ...}]. The overall
 * token names a digest of each of the others.
 */
#ifndef COCO_DETACHED_EAT_H
#define COCO_DETACHED_EAT_H

#include "formats/core/json.h"

enum {
	COCO_DETACHED_MAX = 16 << 20,  /* bytes of the text */
	COCO_DETACHED_TOKENS = 256,
	COCO_DETACHED_NAME = 64,
	COCO_DETACHED_DIGEST = 64,
};

struct coco_detached_token {
	char name[COCO_DETACHED_NAME];
	const char *text;              /* borrowed from doc */
	size_t n;
};

struct coco_detached {
	struct coco_json doc;          /* owned */
	struct coco_detached_token overall;   /* without a name */
	size_t n;
	struct coco_detached_token *token;    /* owned list */
	size_t cap;
};

/* coco_detached_looks - an array of two, the first starts with "JWT". */
bool coco_detached_looks(const struct coco_jv *doc);

/*
 * coco_detached_decode - gives *ret (coco_detached_free). DETACHED_EAT,
 * FORMAT_JSON.... The tokens are not looked into.
 */
int coco_detached_decode(struct coco_detached *ret, struct coco_view text,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_detached_free(struct coco_detached *d);   /* fine on a zeroed struct */

/* What the overall token says of one of the others. */
struct coco_detached_digest {
	unsigned bits;                 /* 256, 384, 512 */
	size_t n;
	uint8_t digest[COCO_DETACHED_DIGEST];
};

/*
 * coco_detached_digest - a member of the overall token's "submods":
 * ["DIGEST", ["SHA-256", hex]]; "SHA256" is read too. DETACHED_EAT.
 */
int coco_detached_digest(struct coco_detached_digest *ret, const struct coco_jv *submod,
			 struct coco_diag *diag) COCO_MUSTUSE;

#endif
