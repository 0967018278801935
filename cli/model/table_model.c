/*
 * table_model.c - the list of the model wing's commands, in the order of help.
 */
#include "cli/model/table_model.h"

static const struct coco_cmd *const cmds[] = {
	&coco_cmd_entry_key_generate,
	&coco_cmd_entry_key_public,
	&coco_cmd_entry_key_inspect,
	&coco_cmd_entry_key_wrap,
	&coco_cmd_entry_key_unwrap,
	&coco_cmd_entry_model_plan,
	&coco_cmd_entry_model_pack,
	&coco_cmd_entry_model_merge,
	&coco_cmd_entry_model_sign,
	&coco_cmd_entry_model_verify,
	&coco_cmd_entry_model_inspect,
	&coco_cmd_entry_model_open,
	&coco_cmd_entry_model_cat,
	&coco_cmd_entry_model_rewrap,
	&coco_cmd_entry_model_export,
};

const struct coco_wing coco_wing_model = { cmds, COCO_ARRAY_LEN(cmds) };
