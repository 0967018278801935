/*
 * tee_evidence.h - hardware evidence in the JSON forms that Trustee's verifiers
 * read (evidence.md 1.10, 3). Writing only; the evidence is not judged here.
 */
#ifndef COCO_TEE_EVIDENCE_H
#define COCO_TEE_EVIDENCE_H

#include "formats/core/json.h"

enum {
	COCO_TEE_SNP_REPORT = 1184,        /* bytes of an attestation report */
	COCO_TEE_SNP_REPORT_DATA = 64,
	COCO_TEE_CERTS_MAX = 16,           /* entries of a certificate table */
};

/*
 * coco_tee_evidence_snp - a report and the host's certificate table (n == 0:
 * none; entries of unknown kinds are left out). report_data is what the report
 * must hold: another value is FORMAT_VALUE, as are a table that points outside
 * itself or repeats a kind, and a report of another length or version below 2.
 */
int coco_tee_evidence_snp(struct coco_jw *jw, struct coco_view report, struct coco_view certs,
			  const uint8_t report_data[COCO_TEE_SNP_REPORT_DATA],
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tee_evidence_tdx - a quote (not empty: FORMAT_VALUE) and the event log (n == 0: null). */
int coco_tee_evidence_tdx(struct coco_jw *jw, struct coco_view quote, struct coco_view log,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tee_evidence_sample - what the sample verifier takes for evidence. */
void coco_tee_evidence_sample(struct coco_jw *jw, struct coco_view bound);

#endif
