/*
 * result_lines.h - what there is to say of one check in plain lines, for the
 * reports that other programs read (result_junit.h, result_sarif.h).
 */
#ifndef COCO_RESULT_LINES_H
#define COCO_RESULT_LINES_H

#include "formats/core/wr.h"
#include "formats/evidence/result.h"

enum { COCO_RESULT_LINES = 9 * COCO_RESULT_TEXT };   /* bytes that take any check's lines */

/*
 * coco_result_lines - detail, expected, source, actual, place, reason, who
 * acts and the next step, as far as they are there, a line each; cut to what
 * fits into ret. Without any: "". The first line is "head: title" unless head
 * is NULL.
 */
void coco_result_lines(char ret[COCO_RESULT_LINES], const char *head,
		       const struct coco_result_check *c);

/* coco_result_subject_name - "cpu0"; of the whole: "all". */
const char *coco_result_subject_name(const struct coco_result *r, int subject);

/* coco_result_verdict_line - the verdict and its two answers as a line; returns ret. */
const char *coco_result_verdict_line(char ret[COCO_RESULT_TEXT], const struct coco_result *r,
				     bool authentic_only);

#endif
