/*
 * finding.h - what a check of a document found: ordered, each with a stable
 * identifier, where it stands, and what to do about it.
 */
#ifndef COCO_FINDING_H
#define COCO_FINDING_H

#include "formats/core/diag.h"

enum { COCO_OUTCOMES_MAX = 4096 };

enum coco_outcome_level {
	COCO_OUTCOME_PASS,
	COCO_OUTCOME_WARN,    /* it works, or may not work in the way that was meant */
	COCO_OUTCOME_FAIL,    /* it cannot work */
};

struct coco_outcome {
	enum coco_outcome_level level;
	char id[64];          /* "initdata.cdh.url" */
	char text[256];       /* a sentence */
	char place[96];       /* "cdh.toml line 3"; "" : the whole */
	char next[256];       /* next step; "" for PASS */
};

struct coco_outcomes {
	struct coco_outcome *v;   /* owned */
	size_t n;
	size_t cap;
	int code;                 /* first failure: memory or too many; sticky */
};

void coco_outcomes_free(struct coco_outcomes *list);   /* fine on a zeroed struct */

/* coco_outcome - appends one; text is a format. _next says more of the last one. */
void coco_outcome(struct coco_outcomes *list, enum coco_outcome_level level, const char *id,
		  const char *fmt, ...) COCO_PRINTF(4, 5);
void coco_outcome_place(struct coco_outcomes *list, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_outcome_next(struct coco_outcomes *list, const char *fmt, ...) COCO_PRINTF(2, 3);

/* coco_outcomes_finish - 0, or the first failure of appending. */
int coco_outcomes_finish(const struct coco_outcomes *list, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_outcomes_worst - the worst level in the list; PASS for an empty one. */
enum coco_outcome_level coco_outcomes_worst(const struct coco_outcomes *list);

#endif
