/*
 * run_broker.c - which function runs which command of the broker wing.
 */
#include "cli/broker/run_broker.h"

coco_cmd_fn *coco_run_broker(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_INITDATA_CREATE] = coco_cmd_initdata_create,
		[COCO_CMD_INITDATA_INSPECT] = coco_cmd_initdata_inspect,
		[COCO_CMD_INITDATA_CHECK] = coco_cmd_initdata_check,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
