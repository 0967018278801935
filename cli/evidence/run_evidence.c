/*
 * run_evidence.c - which function runs which command of the evidence wing.
 */
#include "cli/evidence/run_evidence.h"

coco_cmd_fn *coco_run_evidence(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_EVIDENCE_INSPECT] = coco_cmd_evidence_inspect,
		[COCO_CMD_EVIDENCE_VERIFY] = coco_cmd_evidence_verify,
		[COCO_CMD_EVIDENCE_EXPLAIN] = coco_cmd_evidence_explain,
		[COCO_CMD_POLICY_TEST] = coco_cmd_policy_test,
		[COCO_CMD_COLLATERAL_FETCH] = coco_cmd_collateral_fetch,
		[COCO_CMD_COLLATERAL_ADD] = coco_cmd_collateral_add,
		[COCO_CMD_COLLATERAL_LIST] = coco_cmd_collateral_list,
		[COCO_CMD_COLLATERAL_CHECK] = coco_cmd_collateral_check,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
