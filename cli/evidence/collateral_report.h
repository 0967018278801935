/*
 * collateral_report.h - items of collateral as a table and in JSON.
 */
#ifndef COCO_COLLATERAL_REPORT_H
#define COCO_COLLATERAL_REPORT_H

#include "cli/core/report.h"
#include "lib/evidence/collateral_bundle.h"

/* coco_collateral_report - each item with its dates; at: days are counted from then. */
void coco_collateral_report(struct coco_report *report, const struct coco_collateral *c,
			    int64_t at);

#endif
