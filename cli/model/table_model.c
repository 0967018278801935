/*
 * table_model.c - the list of the model wing's commands, in the order of help.
 */
#include "cli/model/table_model.h"

static const struct coco_cmd *const cmds[] = {
	NULL,
};

const struct coco_wing coco_wing_model = { cmds, 0 };
