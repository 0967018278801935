/*
 * run_evidence.h - the functions of the evidence commands.
 */
#ifndef COCO_RUN_EVIDENCE_H
#define COCO_RUN_EVIDENCE_H

#include "cli/core/cli.h"
#include "cli/core/report.h"

coco_cmd_fn coco_cmd_evidence_inspect;
coco_cmd_fn coco_cmd_evidence_verify;
coco_cmd_fn coco_cmd_evidence_explain;
coco_cmd_fn coco_cmd_policy_test;
coco_cmd_fn coco_cmd_collateral_add;
coco_cmd_fn coco_cmd_collateral_list;
coco_cmd_fn coco_cmd_collateral_check;
coco_cmd_fn coco_cmd_collateral_fetch;

#endif
