/*
 * tpm_appraise_priv.h - what the files of tpm_appraise.h share.
 */
#ifndef COCO_TPM_APPRAISE_PRIV_H
#define COCO_TPM_APPRAISE_PRIV_H

#include "lib/evidence/tpm_appraise.h"

/*
 * coco_tpm_check_key - the check "tpm.ak": whose key it is. certs: its own
 * certificate and further ones that came with it; n 0: none.
 */
int coco_tpm_check_key(struct coco_appraisal *a, int subject, const struct coco_key *ak,
		       struct coco_cert *const *certs, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_tpm_claim_key - the claim "tpm.ak.spki_sha256" of a key (taken) that
 * was read with this code. Errors: memory.
 */
int coco_tpm_claim_key(struct coco_claims *claims, int code, struct coco_key *key,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
