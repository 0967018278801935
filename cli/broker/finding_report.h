/*
 * finding_report.h - findings of a check as lines of a report.
 */
#ifndef COCO_FINDING_REPORT_H
#define COCO_FINDING_REPORT_H

#include "cli/core/report.h"
#include "lib/broker/finding.h"

/* coco_findings_report - one check per finding: pass, warn or fail, with place and next step. */
void coco_findings_report(struct coco_report *report, const struct coco_findings *list);

#endif
