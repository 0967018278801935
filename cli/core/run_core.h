/*
 * run_core.h - the core commands' functions.
 */
#ifndef COCO_RUN_CORE_H
#define COCO_RUN_CORE_H

#include "cli/core/cli.h"

coco_cmd_fn coco_cmd_explain;
coco_cmd_fn coco_cmd_completion;
coco_cmd_fn coco_cmd_version;
coco_cmd_fn coco_cmd_help;
coco_cmd_fn coco_cmd_schema;

#endif
