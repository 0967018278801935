/*
 * run_broker.c - which function runs which command of the broker wing.
 */
#include "cli/broker/run_broker.h"

coco_cmd_fn *coco_run_broker(enum coco_cmd_id id)
{
	(void)id;
	return NULL;
}
