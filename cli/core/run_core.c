/*
 * run_core.c - which function runs which core command.
 */
#include "cli/core/run_core.h"

coco_cmd_fn *coco_run_core(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_EXPLAIN] = coco_cmd_explain,
		[COCO_CMD_COMPLETION] = coco_cmd_completion,
		[COCO_CMD_VERSION] = coco_cmd_version,
		[COCO_CMD_HELP] = coco_cmd_help,
		[COCO_CMD_SCHEMA] = coco_cmd_schema,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
