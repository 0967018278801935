/*
 * err_evidence.h - the error codes of evidence and collateral (see err.h).
 */
#ifndef COCO_ERR_EVIDENCE_H
#define COCO_ERR_EVIDENCE_H

#include "formats/core/err.h"

enum coco_err_evidence {
	COCO_ERR_EVIDENCE_NONE = 0,
#define X(name, class, n, id, title, why, next) \
	COCO_E_##name = -((int)COCO_CLASS_##class * 1000 + (n)),
#include "formats/core/errors/evidence.def"
#undef X
};

#endif
