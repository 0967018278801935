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

/* coco_refval_is_corim - whether bytes begin as CBOR does and JSON never. */
bool coco_refval_is_corim(struct coco_view bytes);

/*
 * coco_refval_read_corim - the digests of an unsigned CoRIM; its validity is theirs unless base has
 * one. Errors: those of coco_corim_decode, REFVAL_UNKNOWN, REFSET_VALUE.
 */
int coco_refval_read_corim(const struct coco_run *run, struct coco_refset *s,
			   struct coco_view bytes, const struct coco_refvalue *base,
			   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_refval_write_corim - what holds at run->now. Gives *ret (coco_free). REFVAL_NONE. */
int coco_refval_write_corim(const struct coco_run *run, const struct coco_refset *s, uint8_t **ret,
			    size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
