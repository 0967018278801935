/*
 * table_broker.c - the broker commands' part of the command table.
 */
#include "cli/broker/table_broker.h"

static const struct coco_cmd *const cmds[] = {
	&coco_cmd_entry_broker_probe,
	&coco_cmd_entry_broker_token,
	&coco_cmd_entry_broker_put,
	&coco_cmd_entry_broker_get,
	&coco_cmd_entry_broker_delete,
	&coco_cmd_entry_broker_plan,
	&coco_cmd_entry_broker_apply,
	&coco_cmd_entry_broker_status,
	&coco_cmd_entry_initdata_create,
	&coco_cmd_entry_initdata_inspect,
	&coco_cmd_entry_initdata_check,
	&coco_cmd_entry_refval_create,
	&coco_cmd_entry_refval_merge,
	&coco_cmd_entry_refval_export,
	&coco_cmd_entry_refval_diff,
	&coco_cmd_entry_refval_show,
	&coco_cmd_entry_policy_generate,
	&coco_cmd_entry_policy_lint,
	&coco_cmd_entry_key_seal,
	&coco_cmd_entry_key_unseal,
};

const struct coco_wing coco_wing_broker = { cmds, COCO_ARRAY_LEN(cmds) };
