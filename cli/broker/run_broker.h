/*
 * run_broker.h - the functions of the broker commands.
 */
#ifndef COCO_RUN_BROKER_H
#define COCO_RUN_BROKER_H

#include "cli/core/cli.h"

coco_cmd_fn coco_cmd_broker_probe;
coco_cmd_fn coco_cmd_broker_token;
coco_cmd_fn coco_cmd_broker_put;
coco_cmd_fn coco_cmd_broker_get;
coco_cmd_fn coco_cmd_broker_delete;
coco_cmd_fn coco_cmd_broker_plan;
coco_cmd_fn coco_cmd_broker_apply;
coco_cmd_fn coco_cmd_broker_status;
coco_cmd_fn coco_cmd_initdata_create;
coco_cmd_fn coco_cmd_initdata_inspect;
coco_cmd_fn coco_cmd_initdata_check;
coco_cmd_fn coco_cmd_refval_create;
coco_cmd_fn coco_cmd_refval_merge;
coco_cmd_fn coco_cmd_refval_export;
coco_cmd_fn coco_cmd_refval_diff;
coco_cmd_fn coco_cmd_refval_show;
coco_cmd_fn coco_cmd_policy_generate;
coco_cmd_fn coco_cmd_policy_lint;
coco_cmd_fn coco_cmd_key_seal;
coco_cmd_fn coco_cmd_key_unseal;

#endif
