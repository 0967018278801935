/*
 * run_broker.h - the functions of the broker commands.
 */
#ifndef COCO_RUN_BROKER_H
#define COCO_RUN_BROKER_H

#include "cli/core/cli.h"

#endif
