/*
 * table_measure.c - the measure commands' part of the command table.
 */
#include "cli/measure/table_measure.h"

static const struct coco_cmd *const cmds[] = {
	&coco_cmd_entry_measure_profile_import,
	&coco_cmd_entry_measure_profile_check,
	&coco_cmd_entry_measure_snp,
	&coco_cmd_entry_measure_sev_es,
	&coco_cmd_entry_measure_sev,
	&coco_cmd_entry_measure_id_block,
	&coco_cmd_entry_measure_igvm,
	&coco_cmd_entry_measure_eif,
	&coco_cmd_entry_measure_pe,
	&coco_cmd_entry_measure_verity,
	&coco_cmd_entry_measure_uki,
	&coco_cmd_entry_measure_diff,
	&coco_cmd_entry_measure_search,
	&coco_cmd_entry_measure_image,
	&coco_cmd_entry_measure_vtpm,
	&coco_cmd_entry_measure_tdx,
};

const struct coco_wing coco_wing_measure = { cmds, COCO_ARRAY_LEN(cmds) };
