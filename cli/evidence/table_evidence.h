/*
 * table_evidence.h - the entries of the evidence commands.
 */
#ifndef COCO_TABLE_EVIDENCE_H
#define COCO_TABLE_EVIDENCE_H

#include "cli/core/table.h"
#include "formats/core/err.h"

#endif
