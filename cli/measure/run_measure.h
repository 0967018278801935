/*
 * run_measure.h - the functions of the measure commands.
 */
#ifndef COCO_RUN_MEASURE_H
#define COCO_RUN_MEASURE_H

#include "cli/core/cli.h"

coco_cmd_fn coco_cmd_measure_profile_import;
coco_cmd_fn coco_cmd_measure_profile_check;
coco_cmd_fn coco_cmd_measure_snp;
coco_cmd_fn coco_cmd_measure_sev;
coco_cmd_fn coco_cmd_measure_sev_es;
coco_cmd_fn coco_cmd_measure_id_block;
coco_cmd_fn coco_cmd_measure_igvm;
coco_cmd_fn coco_cmd_measure_eif;
coco_cmd_fn coco_cmd_measure_pe;
coco_cmd_fn coco_cmd_measure_verity;
coco_cmd_fn coco_cmd_measure_uki;
coco_cmd_fn coco_cmd_measure_diff;
coco_cmd_fn coco_cmd_measure_search;
coco_cmd_fn coco_cmd_measure_image;
coco_cmd_fn coco_cmd_measure_vtpm;
coco_cmd_fn coco_cmd_measure_tdx;

#endif
