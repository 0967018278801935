/*
 * table_broker.h - the entries of the broker commands.
 */
#ifndef COCO_TABLE_BROKER_H
#define COCO_TABLE_BROKER_H

#include "cli/broker/opts_broker.h"
#include "cli/core/table.h"
#include "formats/core/err.h"

extern const struct coco_cmd coco_cmd_entry_broker_probe;
extern const struct coco_cmd coco_cmd_entry_broker_token;
extern const struct coco_cmd coco_cmd_entry_broker_put;
extern const struct coco_cmd coco_cmd_entry_broker_get;
extern const struct coco_cmd coco_cmd_entry_broker_delete;
extern const struct coco_cmd coco_cmd_entry_broker_plan;
extern const struct coco_cmd coco_cmd_entry_broker_apply;
extern const struct coco_cmd coco_cmd_entry_broker_status;
extern const struct coco_cmd coco_cmd_entry_initdata_create;
extern const struct coco_cmd coco_cmd_entry_initdata_inspect;
extern const struct coco_cmd coco_cmd_entry_initdata_check;
extern const struct coco_cmd coco_cmd_entry_refval_create;
extern const struct coco_cmd coco_cmd_entry_refval_merge;
extern const struct coco_cmd coco_cmd_entry_refval_export;
extern const struct coco_cmd coco_cmd_entry_refval_diff;
extern const struct coco_cmd coco_cmd_entry_refval_show;
extern const struct coco_cmd coco_cmd_entry_policy_generate;
extern const struct coco_cmd coco_cmd_entry_policy_lint;
extern const struct coco_cmd coco_cmd_entry_key_seal;
extern const struct coco_cmd coco_cmd_entry_key_unseal;

#endif
