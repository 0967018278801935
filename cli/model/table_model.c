/*
 * table_model.c - the list of the model wing's commands, in the order of help.
 */
#include "cli/model/table_model.h"

static const struct coco_cmd *const cmds[] = {
	&coco_cmd_entry_key_generate,
	&coco_cmd_entry_key_public,
	&coco_cmd_entry_key_inspect,
};

const struct coco_wing coco_wing_model = { cmds, COCO_ARRAY_LEN(cmds) };
