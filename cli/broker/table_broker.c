/*
 * table_broker.c - the broker commands' part of the command table.
 */
#include "cli/broker/table_broker.h"

const struct coco_wing coco_wing_broker = { .n = 0 };
