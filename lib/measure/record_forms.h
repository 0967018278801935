/*
 * record_forms.h - a measurement record in the forms of others: plain values,
 * Trustee's reference-value message, CoRIM, in-toto (measure.md 7).
 */
#ifndef COCO_RECORD_FORMS_H
#define COCO_RECORD_FORMS_H

#include "formats/core/refnames.h"
#include "formats/measure/mrecord.h"
#include "lib/core/run.h"
#include "lib/crypto/key.h"

enum coco_record_form {
	COCO_FORM_RECORD,
	COCO_FORM_HEX,        /* one value per line */
	COCO_FORM_BASE64,
	COCO_FORM_RVPS,       /* the body that Trustee's reference-value endpoint takes */
	COCO_FORM_CORIM,
	COCO_FORM_INTOTO,     /* Statement v1 */
};

/* Which names and places a CoRIM gives to the values. */
enum coco_corim_profile {
	COCO_PROFILE_AUTO,        /* LAUNCH for SEV-SNP, otherwise REGISTERS */
	COCO_PROFILE_LAUNCH,      /* tag:microsoft.com,2026:launch-measurement/v1 */
	COCO_PROFILE_AMD,         /* tag:amd.com,2025:snp-corim-profile */
	COCO_PROFILE_REGISTERS,   /* own: measurement keys are names of registers */
	COCO_PROFILE_INTEGRITY,   /* own: numbered registers as integrity registers */
};

#define COCO_PREDICATE_MEASUREMENT "https://cococtl/measurement-record/v1"

struct coco_record_spec {
	enum coco_record_form form;
	unsigned release;                 /* RVPS: minor number of Trustee */
	enum coco_ref_tee tee;            /* RVPS */
	enum coco_corim_profile profile;  /* CORIM */
};

/*
 * coco_record_spec - "record", "hex", "base64", "rvps[:RELEASE[:VERIFIER]]"
 * ("rvps:v0.17", "rvps:v0.21:az-snp-vtpm"; default the newest),
 * "corim[:PROFILE]" (launch, amd, registers, integrity), "in-toto". USAGE_VALUE.
 */
int coco_record_spec(const char *text, struct coco_record_spec *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_record_form - the bytes of the form; the same record gives the same
 * bytes, signatures aside. key (may be NULL) signs a CoRIM into a COSE_Sign1
 * and an in-toto statement into a DSSE envelope. What a form has no place for
 * is left out with a warning in run->log; when nothing is left, or where one
 * value is wanted and there are several: MRECORD_FORM. Gives *ret (coco_free).
 * Errors also: USAGE_CONFLICT (a key for another form), KEY_NOT_PRIVATE,
 * LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_record_form(const struct coco_run *run, const struct coco_mrecord *rec,
		     const struct coco_record_spec *spec, const struct coco_key *key,
		     uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
