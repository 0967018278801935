/*
 * tpm_appraise.h - quotes of TPMs (evidence.md 4.1 and 4.3): signed by the
 * attestation key, over exactly the PCRs that the signed bitmap names, and
 * whether that key is one of a TPM that the caller trusts. A quote alone
 * proves nothing about the platform: whoever holds a key can sign one.
 */
#ifndef COCO_TPM_APPRAISE_H
#define COCO_TPM_APPRAISE_H

#include "formats/evidence/tpm_json.h"
#include "lib/evidence/appraiser.h"

extern const struct coco_appraiser coco_appraiser_tpm;   /* Trustee's tpm evidence */
extern const struct coco_appraiser coco_appraiser_gce;   /* Attestation of go-tpm-tools */

/* A quote and the key that should have signed it; borrowed. */
struct coco_tpm_signed {
	const struct coco_tpm_quote *quote;
	const struct coco_tpm_signature *signature;
	const struct coco_tpm_pcrs *pcrs;
	const struct coco_key *ak;         /* NULL: the key cannot be used; why says it */
	const char *why;
	bool placed;                       /* the quote stands at offset of the input */
	uint64_t offset;
};

/*
 * coco_tpm_check_quote - the checks "tpm.quote.signature" and
 * "tpm.quote.pcr_digest" of a subject. *ret (may be NULL) is whether both
 * hold. Errors: memory.
 */
int coco_tpm_check_quote(struct coco_appraisal *a, int subject, int input,
			 const struct coco_tpm_signed *q, bool *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_tpm_key_of - the key of a public area. Gives *ret (coco_key_free);
 * KEY_TYPE, KEY_FORMAT, KEY_WEAK.
 */
int coco_tpm_key_of(const struct coco_tpm_public *area, struct coco_key **ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
