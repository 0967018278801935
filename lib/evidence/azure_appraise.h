/*
 * azure_appraise.h - evidence of Azure confidential VMs (evidence.md 4.2). Its
 * chain: the hardware report names a digest of the HCL report's data; among
 * these is the key that signs the quotes of the virtual TPM; the quote holds
 * the verifier's nonce. What REPORT_DATA holds is therefore never the nonce.
 */
#ifndef COCO_AZURE_APPRAISE_H
#define COCO_AZURE_APPRAISE_H

#include "lib/evidence/appraiser.h"

extern const struct coco_appraiser coco_appraiser_az_snp;   /* "az-snp-vtpm" */
extern const struct coco_appraiser coco_appraiser_az_tdx;   /* "az-tdx-vtpm" */
extern const struct coco_appraiser coco_appraiser_hcl;      /* an HCL report alone */

#endif
