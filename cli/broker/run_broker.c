/*
 * run_broker.c - which function runs which command of the broker wing.
 */
#include "cli/broker/run_broker.h"

coco_cmd_fn *coco_run_broker(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_BROKER_PROBE] = coco_cmd_broker_probe,
		[COCO_CMD_BROKER_TOKEN] = coco_cmd_broker_token,
		[COCO_CMD_BROKER_PUT] = coco_cmd_broker_put,
		[COCO_CMD_BROKER_GET] = coco_cmd_broker_get,
		[COCO_CMD_BROKER_DELETE] = coco_cmd_broker_delete,
		[COCO_CMD_BROKER_PLAN] = coco_cmd_broker_plan,
		[COCO_CMD_BROKER_APPLY] = coco_cmd_broker_apply,
		[COCO_CMD_BROKER_STATUS] = coco_cmd_broker_status,
		[COCO_CMD_INITDATA_CREATE] = coco_cmd_initdata_create,
		[COCO_CMD_INITDATA_INSPECT] = coco_cmd_initdata_inspect,
		[COCO_CMD_INITDATA_CHECK] = coco_cmd_initdata_check,
		[COCO_CMD_REFVAL_CREATE] = coco_cmd_refval_create,
		[COCO_CMD_REFVAL_MERGE] = coco_cmd_refval_merge,
		[COCO_CMD_REFVAL_EXPORT] = coco_cmd_refval_export,
		[COCO_CMD_REFVAL_DIFF] = coco_cmd_refval_diff,
		[COCO_CMD_REFVAL_SHOW] = coco_cmd_refval_show,
		[COCO_CMD_POLICY_GENERATE] = coco_cmd_policy_generate,
		[COCO_CMD_POLICY_LINT] = coco_cmd_policy_lint,
		[COCO_CMD_KEY_SEAL] = coco_cmd_key_seal,
		[COCO_CMD_KEY_UNSEAL] = coco_cmd_key_unseal,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
