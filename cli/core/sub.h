/*
 * sub.h - a command that uses another one: with words as on a command line,
 * its report goes into the same report.
 */
#ifndef COCO_SUB_H
#define COCO_SUB_H

#include "cli/core/cli.h"
#include "cli/core/report.h"

/*
 * coco_cli_sub - runs the command of the words ("measure", "search", ...)
 * with the caller's run (jobs, time, cancelling). Errors: those of parsing and
 * of the command.
 */
int coco_cli_sub(const struct coco_cli *cli, const char *const *words, size_t n,
		 struct coco_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
