/*
 * run_evidence.h - the functions of the evidence commands.
 */
#ifndef COCO_RUN_EVIDENCE_H
#define COCO_RUN_EVIDENCE_H

#include "cli/core/cli.h"

#endif
