/*
 * needs_priv.h - between needs.c and needs_met.c only.
 */
#ifndef COCO_NEEDS_PRIV_H
#define COCO_NEEDS_PRIV_H

#include "lib/evidence/needs.h"

/*
 * coco_need_leaf - the first VCEK or VLEK past number after (-1: from the
 * start) that says this chip (unless masked) and this TCB, or -1.
 */
int coco_need_leaf(const struct coco_need *need, const struct coco_collateral *in, int after);

#endif
