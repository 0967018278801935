/*
 * snp_appraise.h - SEV-SNP reports (evidence.md 1): whether AMD's hardware
 * signed one, by a key of this chip, at this TCB, under a root that is pinned
 * or that the caller named. What is wrong with a report is a check of the
 * result with its reason; what it says are claims.
 */
#ifndef COCO_SNP_APPRAISE_H
#define COCO_SNP_APPRAISE_H

#include "lib/evidence/appraiser.h"

extern const struct coco_appraiser coco_appraiser_snp;

/*
 * coco_snp_authenticate - the checks "snp.*" of a report (1184 bytes, borrowed)
 * that lies at base of an input (COCO_NO_OFFSET of piece_form.h: it does not
 * stand there as it is), for a subject that exists; for appraisers of evidence
 * that carries a report. Its claims are the caller's. Errors: those of
 * coco_snp_report_parse, memory.
 */
int coco_snp_authenticate(struct coco_appraisal *a, struct coco_view report, int input,
			  uint64_t base, int subject, struct coco_diag *diag) COCO_MUSTUSE;

#endif
