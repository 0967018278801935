/*
 * err_broker.h - the error codes of brokers and the network (see err.h).
 */
#ifndef COCO_ERR_BROKER_H
#define COCO_ERR_BROKER_H

#include "formats/core/err.h"

enum coco_err_broker {
	COCO_ERR_BROKER_NONE = 0,
#define X(name, class, n, id, title, why, next) \
	COCO_E_##name = -((int)COCO_CLASS_##class * 1000 + (n)),
#include "formats/core/errors/broker.def"
#undef X
};

#endif
