/*
 * completion.h - completion scripts, made from the command table; what
 * "cococtl completion" prints and gen writes to completions/.
 */
#ifndef COCO_COMPLETION_H
#define COCO_COMPLETION_H

#include "cli/core/table.h"
#include "formats/core/wr.h"

/* coco_completion_write - the script for "bash", "zsh" or "fish"; false for another. */
bool coco_completion_write(struct coco_wr *wr, const char *shell);

#endif
