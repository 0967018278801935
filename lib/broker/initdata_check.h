/*
 * initdata_check.h - whether a guest could live with an initdata document:
 * what breaks it, and what only looks right (broker.md 4, 8).
 */
#ifndef COCO_INITDATA_CHECK_H
#define COCO_INITDATA_CHECK_H

#include "lib/broker/finding.h"
#include "formats/broker/initdata.h"

/*
 * coco_initdata_check - adds what is to be said of a document. at: seconds
 * since 1970, for the dates of certificates. Errors: LIMIT_MEMORY and
 * LIMIT_COUNT only; what is wrong with the document is a finding.
 */
int coco_initdata_check(const struct coco_initdata *d, int64_t at, struct coco_findings *list,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
