/*
 * run_model.c - which function runs which command of the model wing.
 */
#include "cli/model/run_model.h"

coco_cmd_fn *coco_run_model(enum coco_cmd_id id)
{
	(void)id;
	return NULL;
}
