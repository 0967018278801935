/*
 * result_report.h - an attestation result as a report: what a person sees, and
 * the object "attestation_result" of the JSON answer.
 */
#ifndef COCO_RESULT_REPORT_H
#define COCO_RESULT_REPORT_H

#include "cli/core/report.h"
#include "lib/evidence/each.h"

/* coco_result_report - inputs, checks, what was not checked, for how long it holds. */
void coco_result_report(struct coco_report *report, const struct coco_result *r,
			bool authentic_only);

/* coco_result_report_aspect - only the checks of one aspect. */
void coco_result_report_aspect(struct coco_report *report, const struct coco_result *r,
			       enum coco_aspect aspect);

/* coco_result_report_claims - a table of claims per subject, text only. */
void coco_result_report_claims(struct coco_report *report, const struct coco_result *r);

/* coco_result_report_each - a line per file that was judged on its own, and how many of each. */
void coco_result_report_each(struct coco_report *report, const struct coco_each *list);

/* coco_result_report_file - a file that was read whole, with its digest. */
void coco_result_report_file(struct coco_report *report, const char *role,
			     const uint8_t sha256[32], uint64_t size);

#endif
