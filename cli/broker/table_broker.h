/*
 * table_broker.h - the entries of the broker commands.
 */
#ifndef COCO_TABLE_BROKER_H
#define COCO_TABLE_BROKER_H

#include "cli/core/table.h"
#include "formats/core/err.h"

#endif
