/*
 * finding.h - what a check of a document found: ordered, each with a stable
 * identifier, where it stands, and what to do about it.
 */
#ifndef COCO_FINDING_H
#define COCO_FINDING_H

#include "formats/core/diag.h"

enum { COCO_FINDINGS_MAX = 4096 };

enum coco_finding_level {
	COCO_FINDING_PASS,
	COCO_FINDING_WARN,    /* it works, or may not work in the way that was meant */
	COCO_FINDING_FAIL,    /* it cannot work */
};

struct coco_finding {
	enum coco_finding_level level;
	char id[64];          /* "initdata.cdh.url" */
	char text[256];       /* a sentence */
	char place[96];       /* "cdh.toml line 3"; "" : the whole */
	char next[256];       /* next step; "" for PASS */
};

struct coco_findings {
	struct coco_finding *v;   /* owned */
	size_t n;
	size_t cap;
	int code;                 /* first failure: memory or too many; sticky */
};

void coco_findings_free(struct coco_findings *list);   /* fine on a zeroed struct */

/* coco_finding - appends one; text is a format. _next says more of the last one. */
void coco_finding(struct coco_findings *list, enum coco_finding_level level, const char *id,
		  const char *fmt, ...) COCO_PRINTF(4, 5);
void coco_finding_place(struct coco_findings *list, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_finding_next(struct coco_findings *list, const char *fmt, ...) COCO_PRINTF(2, 3);

/* coco_findings_finish - 0, or the first failure of appending. */
int coco_findings_finish(const struct coco_findings *list, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_findings_worst - the worst level in the list; PASS for an empty one. */
enum coco_finding_level coco_findings_worst(const struct coco_findings *list);

#endif
