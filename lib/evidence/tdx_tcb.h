/*
 * tdx_tcb.h - from authentic documents to a TCB status; between tdx_tcb.c and
 * tdx_levels.c.
 */
#ifndef COCO_TDX_TCB_H
#define COCO_TDX_TCB_H

#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_info.h"
#include "lib/evidence/tdx_work.h"

/*
 * coco_tdx_levels - the check "tcb" and the claims that come from it; info and
 * qe are NULL when they are missing or not authentic.
 */
void coco_tdx_levels(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		     const struct coco_qe_identity *qe);

#endif
