/*
 * finding_report.h - findings of a check as lines of a report.
 */
#ifndef COCO_FINDING_REPORT_H
#define COCO_FINDING_REPORT_H

#include "cli/core/report.h"
#include "lib/broker/finding.h"

/* coco_outcomes_report - one check per finding: pass, warn or fail, with place and next step. */
void coco_outcomes_report(struct coco_report *report, const struct coco_outcomes *list);

#endif
