/*
 * run_evidence.c - which function runs which command of the evidence wing.
 */
#include "cli/evidence/run_evidence.h"

coco_cmd_fn *coco_run_evidence(enum coco_cmd_id id)
{
	(void)id;
	return NULL;
}
