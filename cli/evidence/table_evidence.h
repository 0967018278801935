/*
 * table_evidence.h - the entries of the evidence commands.
 */
#ifndef COCO_TABLE_EVIDENCE_H
#define COCO_TABLE_EVIDENCE_H

#include "cli/core/table.h"
#include "cli/evidence/opts_evidence.h"
#include "formats/core/err.h"

extern const struct coco_cmd coco_cmd_entry_evidence_inspect;
extern const struct coco_cmd coco_cmd_entry_evidence_verify;
extern const struct coco_cmd coco_cmd_entry_evidence_explain;
extern const struct coco_cmd coco_cmd_entry_policy_test;
extern const struct coco_cmd coco_cmd_entry_collateral_fetch;
extern const struct coco_cmd coco_cmd_entry_collateral_add;
extern const struct coco_cmd coco_cmd_entry_collateral_list;
extern const struct coco_cmd coco_cmd_entry_collateral_check;

#endif
