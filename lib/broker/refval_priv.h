/*
 * refval_priv.h - shared by refval*.c only.
 */
#ifndef COCO_REFVAL_PRIV_H
#define COCO_REFVAL_PRIV_H

#include "lib/broker/refval.h"

/* coco_refval_base - what every value of a source has; sha256 may be NULL. */
void coco_refval_base(struct coco_refvalue *v, enum coco_refset_origin origin,
		      const uint8_t sha256[32], const struct coco_refval_source *src);

/*
 * coco_refval_put - a value, or each of a list, under a neutral name or one of
 * a verifier; types and encodings become neutral. REFSET_VALUE.
 */
int coco_refval_put(struct coco_refset *s, const struct coco_refvalue *base, const char *name,
		    const struct coco_jv *value, enum coco_ref_tee tee, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
