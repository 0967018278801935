/*
 * run_measure.c - which function runs which command of the measure wing.
 */
#include "cli/measure/run_measure.h"

coco_cmd_fn *coco_run_measure(enum coco_cmd_id id)
{
	static coco_cmd_fn *const fns[] = {
		[COCO_CMD_MEASURE_PROFILE_IMPORT] = coco_cmd_measure_profile_import,
		[COCO_CMD_MEASURE_PROFILE_CHECK] = coco_cmd_measure_profile_check,
		[COCO_CMD_MEASURE_SNP] = coco_cmd_measure_snp,
		[COCO_CMD_MEASURE_SEV] = coco_cmd_measure_sev,
		[COCO_CMD_MEASURE_SEV_ES] = coco_cmd_measure_sev_es,
		[COCO_CMD_MEASURE_ID_BLOCK] = coco_cmd_measure_id_block,
		[COCO_CMD_MEASURE_IGVM] = coco_cmd_measure_igvm,
		[COCO_CMD_MEASURE_EIF] = coco_cmd_measure_eif,
		[COCO_CMD_MEASURE_PE] = coco_cmd_measure_pe,
		[COCO_CMD_MEASURE_VERITY] = coco_cmd_measure_verity,
		[COCO_CMD_MEASURE_UKI] = coco_cmd_measure_uki,
		[COCO_CMD_MEASURE_DIFF] = coco_cmd_measure_diff,
		[COCO_CMD_MEASURE_SEARCH] = coco_cmd_measure_search,
		[COCO_CMD_MEASURE_IMAGE] = coco_cmd_measure_image,
		[COCO_CMD_MEASURE_VTPM] = coco_cmd_measure_vtpm,
		[COCO_CMD_MEASURE_TDX] = coco_cmd_measure_tdx,
	};

	return (size_t)id < COCO_ARRAY_LEN(fns) ? fns[id] : NULL;
}
