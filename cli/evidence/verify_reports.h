/*
 * verify_reports.h - evidence verify --report FORM:FILE: the result in forms
 * that other programs read.
 */
#ifndef COCO_VERIFY_REPORTS_H
#define COCO_VERIFY_REPORTS_H

#include "cli/core/cli.h"
#include "formats/evidence/result.h"

/*
 * coco_verify_reports_check - before any work: each is of a known form, names
 * a file of its own which could be made. USAGE_VALUE, USAGE_CONFLICT, EXISTS, IO_*.
 */
int coco_verify_reports_check(const struct coco_cli *cli, const struct coco_strlist *reports,
			      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_verify_reports_write - writes each of them, whole or not at all. */
int coco_verify_reports_write(const struct coco_cli *cli, const struct coco_strlist *reports,
			      const struct coco_result *result, bool authentic_only,
			      struct coco_diag *diag) COCO_MUSTUSE;

#endif
