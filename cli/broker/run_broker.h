/*
 * run_broker.h - the functions of the broker commands.
 */
#ifndef COCO_RUN_BROKER_H
#define COCO_RUN_BROKER_H

#include "cli/core/cli.h"

coco_cmd_fn coco_cmd_initdata_create;
coco_cmd_fn coco_cmd_initdata_inspect;
coco_cmd_fn coco_cmd_initdata_check;

#endif
