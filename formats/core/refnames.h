/*
 * refnames.h - what Trustee calls the registers of a measurement record, and
 * in which form it compares them (broker.md 0.1 and 7, measure.md 7.1). The
 * one place for this: measure --form rvps and refval export use it.
 */
#ifndef COCO_REFNAMES_H
#define COCO_REFNAMES_H

#include "formats/core/base.h"

enum {
	COCO_REF_FIRST = 11,   /* oldest and newest release of Trustee known here: v0.11, v0.21 */
	COCO_REF_LAST = 21,
	COCO_REF_NAME = 40,    /* bytes of a name, with the NUL */
};

/* Which verifier of Trustee looks at the evidence. */
enum coco_ref_tee {
	COCO_REF_PLAIN,        /* snp, tdx, tpm: by the register */
	COCO_REF_AZ_SNP,       /* az-snp-vtpm */
	COCO_REF_AZ_TDX,       /* az-tdx-vtpm */
};

struct coco_refname {
	char name[COCO_REF_NAME];   /* "snp_launch_measurement" */
	bool single;                /* one value, compared with ==; otherwise a list */
	bool base64;                /* standard base64; otherwise lower-case hexadecimal */
	bool stock;                 /* the default policy of the release reads it */
};

/* coco_ref_release - 17 for "v0.17" or "0.17"; 0 when it is not known. */
unsigned coco_ref_release(const char *text);

/*
 * coco_refname_find - the name for the value of a register ("tdx.rtmr1") in an
 * algorithm, or with step for the digest of that step of it ("kernel").
 * False: Trustee has none.
 */
bool coco_refname_find(const char *reg, const char *algorithm, const char *step,
		       enum coco_ref_tee tee, unsigned release, struct coco_refname *ret);

#endif
