/*
 * table_evidence.c - the evidence commands' part of the command table.
 */
#include "cli/evidence/table_evidence.h"

const struct coco_wing coco_wing_evidence = { .n = 0 };
