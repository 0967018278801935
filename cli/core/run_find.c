/*
 * run_find.c - asks the wings in turn for the function of a command (see cli.h).
 */
#include "cli/core/cli.h"

coco_cmd_fn *coco_run_find(enum coco_cmd_id id)
{
	coco_cmd_fn *(*const wings[])(enum coco_cmd_id id) = {
		coco_run_model, coco_run_measure, coco_run_evidence, coco_run_broker,
		coco_run_core,
	};
	coco_cmd_fn *fn = NULL;

	for (size_t i = 0; fn == NULL && i < COCO_ARRAY_LEN(wings); i++)
		fn = wings[i](id);
	return fn;
}
