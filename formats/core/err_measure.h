/*
 * err_measure.h - the error codes of measurements (see err.h).
 */
#ifndef COCO_ERR_MEASURE_H
#define COCO_ERR_MEASURE_H

#include "formats/core/err.h"

enum coco_err_measure {
	COCO_ERR_MEASURE_NONE = 0,
#define X(name, class, n, id, title, why, next) \
	COCO_E_##name = -((int)COCO_CLASS_##class * 1000 + (n)),
#include "formats/core/errors/measure.def"
#undef X
};

#endif
