/*
 * azure_json.h - evidence of Azure confidential VMs as Trustee's attesters
 * write it (evidence.md 4.2): az-snp-vtpm and az-tdx-vtpm in the versions 0
 * (numbers in arrays), 1 and 2 (base64url and hexadecimal).
 */
#ifndef COCO_AZURE_JSON_H
#define COCO_AZURE_JSON_H

#include "formats/evidence/hcl_report.h"
#include "formats/evidence/tpm_json.h"

enum { COCO_AZURE_NEWEST = 2 };

struct coco_azure {
	bool tdx;                      /* az-tdx-vtpm */
	unsigned version;
	uint8_t *hcl;                  /* owned */
	size_t n_hcl;
	struct coco_hcl_report report; /* borrows from hcl */
	struct coco_hcl_data data;
	struct coco_tpm_quoted quoted; /* the signature has no header: RSASSA with SHA-256 */
	uint8_t *vcek;                 /* owned, SNP only: DER of the certificate */
	size_t n_vcek;
	uint8_t *td_quote;             /* owned, TDX only */
	size_t n_td_quote;
};

/*
 * coco_azure_looks - has the members of such evidence; *ret_tdx: of which of
 * the two.
 */
bool coco_azure_looks(const struct coco_jv *doc, bool *ret_tdx);

/*
 * coco_azure_decode - gives *ret (coco_azure_free). AZURE_EVIDENCE: a version
 * that is not known, a hardware report of the other kind in it, a signature of
 * a strange length; FORMAT_JSON_TYPE, FORMAT_BASE64 and what hcl_report.h and
 * tpm_json.h say, with the pointer.
 */
int coco_azure_decode(struct coco_azure *ret, const struct coco_jv *doc, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_azure_free(struct coco_azure *a);   /* fine on a zeroed struct */

/*
 * coco_azure_claims - those of the HCL report and the quote; the hardware
 * evidence has its own. Nothing has a place in the text.
 */
void coco_azure_claims(struct coco_claims *c, const struct coco_azure *a);

#endif
