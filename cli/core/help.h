/*
 * help.h - help texts, made from the command table (cli-ux 11).
 */
#ifndef COCO_HELP_H
#define COCO_HELP_H

#include "cli/core/table.h"
#include "formats/core/wr.h"

/* coco_help_short - what cococtl alone says. */
void coco_help_short(struct coco_wr *wr);

/* coco_help_overview - all commands by group, and the common options. */
void coco_help_overview(struct coco_wr *wr);

/* coco_help_group - the commands that start with these words. */
void coco_help_group(struct coco_wr *wr, const char *words);

/* coco_help_path - the words with blanks between, cut to what fits. */
void coco_help_path(char *ret, size_t cap, const struct coco_strlist *words);

/* coco_help_command - how to use one command; under 60 lines. */
void coco_help_command(struct coco_wr *wr, const struct coco_cmd *cmd);

/* coco_help_usage - "cococtl model pack <dir> -o DIR [options]", also for the manual. */
void coco_help_usage(struct coco_wr *wr, const struct coco_cmd *cmd);

/* coco_help_topic - help for the words of a command; false when there is none. */
bool coco_help_topic(struct coco_wr *wr, const struct coco_strlist *words);

/* coco_help_output - the help of -o for this command, or NULL when it has none. */
const char *coco_help_output(const struct coco_cmd *cmd);

/* coco_help_exits - exit code number i of the command, ascending; -1 past the end. */
int coco_help_exits(const struct coco_cmd *cmd, size_t i);

#endif
