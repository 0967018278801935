/*
 * schema.h - JSON schemas of the --json envelopes, made from the command
 * table; what "cococtl schema" prints and gen writes to docs/json.
 */
#ifndef COCO_SCHEMA_H
#define COCO_SCHEMA_H

#include "cli/core/table.h"
#include "formats/core/wr.h"

enum { COCO_SCHEMA_NAME = 64 };

/* coco_schema_write - the schema of what cmd prints, indented, with a final newline. */
void coco_schema_write(struct coco_wr *wr, const struct coco_cmd *cmd);

/* coco_schema_name - "model-pack" for "model pack"; ret of COCO_SCHEMA_NAME bytes. */
const char *coco_schema_name(char *ret, const char *path);

#endif
