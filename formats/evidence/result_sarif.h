/*
 * result_sarif.h - an attestation result as SARIF 2.1.0 (OASIS), for code
 * scanning dashboards: docs/formats/attestation-result.md. Rules are the
 * identifiers of the checks; a result is what was refused or is missing, and
 * the verdict while it is not affirmed; waived ones are suppressed results;
 * artifacts are the inputs.
 */
#ifndef COCO_RESULT_SARIF_H
#define COCO_RESULT_SARIF_H

#include "formats/core/wr.h"
#include "formats/evidence/result.h"

/*
 * coco_result_sarif - the document into wr (its failures are sticky there);
 * version is that of the program. LIMIT_MEMORY.
 */
int coco_result_sarif(struct coco_wr *wr, const struct coco_result *r, bool authentic_only,
		      const char *version, struct coco_diag *diag) COCO_MUSTUSE;

#endif
