/*
 * profile_check.h - whether a launch profile says enough for each of its
 * platforms, and whether its parts fit together. Reads the files it names.
 */
#ifndef COCO_PROFILE_CHECK_H
#define COCO_PROFILE_CHECK_H

#include "lib/core/run.h"
#include "lib/measure/profile_load.h"

enum coco_finding_kind {
	COCO_FINDING_GOOD,          /* was looked at and holds */
	COCO_FINDING_WARNING,       /* may be meant */
	COCO_FINDING_INCOMPLETE,    /* an input is missing */
	COCO_FINDING_CONTRADICTION, /* two parts cannot both hold */
};

struct coco_finding {
	enum coco_finding_kind kind;
	const char *id;             /* stable, dotted; static */
	char title[160];            /* what was looked at */
	char detail[256];           /* what is wrong and what to do; "" when good */
};

enum { COCO_FINDINGS = 512 };

struct coco_findings {
	struct coco_finding *v;     /* owned */
	size_t n;
	size_t cap;
	size_t counts[4];           /* by kind */
};

/*
 * coco_profile_check - every finding, in a fixed order. A file that cannot be
 * read is a finding. Gives *ret (coco_findings_free). Errors: LIMIT_MEMORY,
 * LIMIT_SIZE, CANCELLED.
 */
int coco_profile_check(const struct coco_run *run, const struct coco_profile *p,
		       struct coco_findings *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_findings_free(struct coco_findings *f);   /* fine on a zeroed struct */

#endif
