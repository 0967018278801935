/*
 * tdx_appraise.h - verification of Intel quotes: TDX of versions 4 and 5, and
 * SGX quotes by the same rules (evidence.md 2.3). Trust comes from Intel's
 * root, whose fingerprint is built in, or from a root that the caller names.
 *
 * Claims that verification adds: "tdx.pck...." of the PCK certificate, and,
 * when TCB info and QE identity are authentic, "tdx.tcb_status" (Intel's word,
 * "NotSupported" when no level fits), "tdx.tcb_date", "tdx.advisory_ids",
 * "tdx.tcb_evaluation_data_number"; TD 1.5 has "tdx.tcb_status_current" too. They
 * are what a policy judges: of the statuses only Revoked makes evidence
 * unauthentic. Quotes of SGX enclaves have the same claims with "sgx.".
 */
#ifndef COCO_TDX_APPRAISE_H
#define COCO_TDX_APPRAISE_H

#include "lib/evidence/appraiser.h"
#include "lib/evidence/piece_form.h"

/*
 * coco_tdx_authenticate - the checks of one quote (borrowed) for a subject of
 * a->result. input is the number of the input that holds it, base its offset
 * there (COCO_NO_OFFSET: it does not stand there as it is). A quote that cannot
 * be read fails the check "tdx.format". Errors: LIMIT_MEMORY, CANCELLED.
 */
int coco_tdx_authenticate(struct coco_appraisal *a, struct coco_view quote, int input,
			  uint64_t base, int subject, struct coco_diag *diag) COCO_MUSTUSE;

extern const struct coco_appraiser coco_appraiser_tdx;   /* "tdx" */
extern const struct coco_appraiser coco_appraiser_sgx;   /* "sgx" */

#endif
