/*
 * table_measure.h - the entries of the measure commands.
 */
#ifndef COCO_TABLE_MEASURE_H
#define COCO_TABLE_MEASURE_H

#include "cli/core/table.h"
#include "cli/measure/opts_measure.h"
#include "formats/core/err.h"

extern const struct coco_cmd coco_cmd_entry_measure_profile_import;
extern const struct coco_cmd coco_cmd_entry_measure_profile_check;
extern const struct coco_cmd coco_cmd_entry_measure_snp;
extern const struct coco_cmd coco_cmd_entry_measure_sev_es;
extern const struct coco_cmd coco_cmd_entry_measure_sev;
extern const struct coco_cmd coco_cmd_entry_measure_id_block;
extern const struct coco_cmd coco_cmd_entry_measure_igvm;
extern const struct coco_cmd coco_cmd_entry_measure_eif;
extern const struct coco_cmd coco_cmd_entry_measure_pe;
extern const struct coco_cmd coco_cmd_entry_measure_verity;
extern const struct coco_cmd coco_cmd_entry_measure_uki;
extern const struct coco_cmd coco_cmd_entry_measure_diff;
extern const struct coco_cmd coco_cmd_entry_measure_search;
extern const struct coco_cmd coco_cmd_entry_measure_image;
extern const struct coco_cmd coco_cmd_entry_measure_vtpm;
extern const struct coco_cmd coco_cmd_entry_measure_tdx;

#endif
