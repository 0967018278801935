/*
 * table_evidence.c - the evidence commands' part of the command table.
 */
#include "cli/evidence/table_evidence.h"

static const struct coco_cmd *const cmds[] = {
	&coco_cmd_entry_evidence_inspect,
	&coco_cmd_entry_evidence_verify,
	&coco_cmd_entry_evidence_explain,
	&coco_cmd_entry_policy_test,
	&coco_cmd_entry_collateral_fetch,
	&coco_cmd_entry_collateral_add,
	&coco_cmd_entry_collateral_list,
	&coco_cmd_entry_collateral_check,
};

const struct coco_wing coco_wing_evidence = { cmds, COCO_ARRAY_LEN(cmds) };
