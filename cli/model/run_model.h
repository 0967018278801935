/*
 * run_model.h - the functions of the model and key commands.
 */
#ifndef COCO_RUN_MODEL_H
#define COCO_RUN_MODEL_H

#include "cli/core/cli.h"

coco_cmd_fn coco_cmd_key_generate;
coco_cmd_fn coco_cmd_key_public;
coco_cmd_fn coco_cmd_key_inspect;
coco_cmd_fn coco_cmd_key_wrap;
coco_cmd_fn coco_cmd_key_unwrap;
coco_cmd_fn coco_cmd_model_plan;
coco_cmd_fn coco_cmd_model_pack;
coco_cmd_fn coco_cmd_model_merge;
coco_cmd_fn coco_cmd_model_sign;
coco_cmd_fn coco_cmd_model_verify;
coco_cmd_fn coco_cmd_model_inspect;
coco_cmd_fn coco_cmd_model_open;
coco_cmd_fn coco_cmd_model_cat;
coco_cmd_fn coco_cmd_model_rewrap;
coco_cmd_fn coco_cmd_model_export;

#endif
