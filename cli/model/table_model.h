/*
 * table_model.h - the entries of the model and key commands. An entry exists
 * for a user once it is in the list of table_model.c.
 */
#ifndef COCO_TABLE_MODEL_H
#define COCO_TABLE_MODEL_H

#include "cli/core/table.h"

extern const struct coco_cmd coco_cmd_entry_key_generate;
extern const struct coco_cmd coco_cmd_entry_key_public;
extern const struct coco_cmd coco_cmd_entry_key_inspect;
extern const struct coco_cmd coco_cmd_entry_key_wrap;
extern const struct coco_cmd coco_cmd_entry_key_unwrap;
extern const struct coco_cmd coco_cmd_entry_model_plan;
extern const struct coco_cmd coco_cmd_entry_model_pack;
extern const struct coco_cmd coco_cmd_entry_model_merge;
extern const struct coco_cmd coco_cmd_entry_model_sign;
extern const struct coco_cmd coco_cmd_entry_model_verify;
extern const struct coco_cmd coco_cmd_entry_model_inspect;
extern const struct coco_cmd coco_cmd_entry_model_open;
extern const struct coco_cmd coco_cmd_entry_model_cat;
extern const struct coco_cmd coco_cmd_entry_model_rewrap;

#endif
