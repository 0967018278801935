/*
 * run_model.c - which function runs which command of the model wing.
 */
#include "cli/model/run_model.h"

coco_cmd_fn *coco_run_model(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_KEY_GENERATE] = coco_cmd_key_generate,
		[COCO_CMD_KEY_PUBLIC] = coco_cmd_key_public,
		[COCO_CMD_KEY_INSPECT] = coco_cmd_key_inspect,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
