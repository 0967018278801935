/*
 * answer_file.h - an answer that is a file: to where -o says, or to standard
 * output.
 */
#ifndef COCO_ANSWER_FILE_H
#define COCO_ANSWER_FILE_H

#include "cli/core/cli.h"

/* coco_answer_file - writes it (with --dry-run to a file: checks) and says where it went. */
int coco_answer_file(struct coco_cli *cli, const uint8_t *text, size_t n,
		     struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
