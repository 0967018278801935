/*
 * qe_identity.h - Intel's enclave identity of a quoting enclave: what its
 * report must say, and which of its versions have which status (version 2;
 * evidence.md 2.6). The signature is not verified here.
 */
#ifndef COCO_QE_IDENTITY_H
#define COCO_QE_IDENTITY_H

#include "formats/core/dcap_head.h"
#include "formats/evidence/tcb_doc.h"

struct coco_qe_identity {
	struct coco_view span;           /* the signed bytes, borrowed from the text */
	uint64_t span_at;
	uint8_t signature[COCO_TCB_SIGNATURE];
	struct coco_tcb_head head;       /* id "TD_QE", "QE", "QVE" */
	uint8_t misc_select[4];          /* all in the byte order of the report */
	uint8_t misc_select_mask[4];
	uint8_t attributes[16];
	uint8_t attributes_mask[16];
	uint8_t mr_signer[32];
	uint16_t isv_prod_id;
	struct coco_isv_levels levels;
	struct coco_tcb_advisories advisories;
};

/*
 * coco_qe_identity_parse - decodes the response text; errors as
 * coco_tcb_info_parse. Free with coco_qe_identity_free. *ret is untouched on
 * failure.
 */
int coco_qe_identity_parse(struct coco_qe_identity *ret, struct coco_view text,
			   struct coco_diag *diag) COCO_MUSTUSE;
void coco_qe_identity_free(struct coco_qe_identity *identity);   /* fine on a zeroed struct */

/* Which field of the report is not as the identity asks. */
enum coco_qe_field {
	COCO_QE_FIELDS_MATCH,
	COCO_QE_MISC_SELECT,
	COCO_QE_ATTRIBUTES,
	COCO_QE_MR_SIGNER,
	COCO_QE_ISV_PROD_ID,
};

/* coco_qe_identity_match - the first field of the QE's report that differs. */
enum coco_qe_field coco_qe_identity_match(const struct coco_qe_identity *identity,
					  const struct coco_sgx_report *qe);

/* coco_qe_field_name - "MISCSELECT" and so on; static. */
const char *coco_qe_field_name(enum coco_qe_field field);

#endif
