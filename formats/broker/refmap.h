/*
 * refmap.h - from the neutral names of a reference-value set to the names and
 * types that a release of Trustee compares with, and back (broker.md 0.1, 7).
 * Digests of registers are refnames.h; here are the values beside them.
 *
 * A name outside the neutral families (snp. tdx. tpm. gpu. switch. and those
 * of other measurements) is the broker's own and stays as it is.
 */
#ifndef COCO_REFMAP_H
#define COCO_REFMAP_H

#include "formats/broker/refset.h"
#include "formats/core/refnames.h"

/* How a value is written. */
struct coco_refmap {
	char name[COCO_REFSET_NAME];
	bool single;     /* compared with ==; otherwise as one of a list */
	bool base64;     /* a digest, in standard base64 */
	bool text;       /* numbers and booleans as text */
	bool stock;      /* read by the default policy, or the broker's own name */
};

/* coco_refmap_is_neutral - whether the name is of one of the neutral families. */
bool coco_refmap_is_neutral(const char *name);

/*
 * coco_refmap_out - what v is called by a verifier of a release (minor number).
 * False: it has no name there.
 */
bool coco_refmap_out(const struct coco_refvalue *v, enum coco_ref_tee tee, unsigned release,
		     struct coco_refmap *ret);

/*
 * coco_refmap_in - the neutral name behind a verifier's name: sets name,
 * step and algorithm of *v ("" for values that are no digests). False: the
 * name is nobody's, *v is untouched.
 */
bool coco_refmap_in(const char *name, enum coco_ref_tee tee, struct coco_refvalue *v);

/* What a neutral name that is no digest holds. */
enum coco_refmap_type { COCO_REFMAP_ANY, COCO_REFMAP_NUMBER, COCO_REFMAP_BOOL, COCO_REFMAP_TEXT };

/* coco_refmap_type - of a neutral name; ANY when it is not known. */
enum coco_refmap_type coco_refmap_type(const char *name);

#endif
