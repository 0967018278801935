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
		[COCO_CMD_KEY_WRAP] = coco_cmd_key_wrap,
		[COCO_CMD_KEY_UNWRAP] = coco_cmd_key_unwrap,
		[COCO_CMD_MODEL_PLAN] = coco_cmd_model_plan,
		[COCO_CMD_MODEL_PACK] = coco_cmd_model_pack,
		[COCO_CMD_MODEL_MERGE] = coco_cmd_model_merge,
		[COCO_CMD_MODEL_SIGN] = coco_cmd_model_sign,
		[COCO_CMD_MODEL_VERIFY] = coco_cmd_model_verify,
		[COCO_CMD_MODEL_INSPECT] = coco_cmd_model_inspect,
		[COCO_CMD_MODEL_OPEN] = coco_cmd_model_open,
		[COCO_CMD_MODEL_CAT] = coco_cmd_model_cat,
		[COCO_CMD_MODEL_REWRAP] = coco_cmd_model_rewrap,
		[COCO_CMD_MODEL_EXPORT] = coco_cmd_model_export,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
