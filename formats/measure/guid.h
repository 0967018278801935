/*
 * guid.h - EFI GUIDs as they lie in memory: the first three fields are
 * little-endian, the rest in the order of the text (measure.md, beginning).
 */
#ifndef COCO_GUID_H
#define COCO_GUID_H

#include "formats/core/base.h"

enum { COCO_GUID_SIZE = 16 };

#define COCO_GUID_BYTE_(v, shift) ((uint8_t)((uint64_t)(v) >> (shift) & 0xff))

/* The five groups of the text as numbers: an initializer of uint8_t[16]. */
#define COCO_GUID(a, b, c, d, e)                                                          \
	{                                                                                 \
		COCO_GUID_BYTE_(a, 0), COCO_GUID_BYTE_(a, 8), COCO_GUID_BYTE_(a, 16),     \
		COCO_GUID_BYTE_(a, 24), COCO_GUID_BYTE_(b, 0), COCO_GUID_BYTE_(b, 8),     \
		COCO_GUID_BYTE_(c, 0), COCO_GUID_BYTE_(c, 8), COCO_GUID_BYTE_(d, 8),      \
		COCO_GUID_BYTE_(d, 0), COCO_GUID_BYTE_(e, 40), COCO_GUID_BYTE_(e, 32),    \
		COCO_GUID_BYTE_(e, 24), COCO_GUID_BYTE_(e, 16), COCO_GUID_BYTE_(e, 8),    \
		COCO_GUID_BYTE_(e, 0)                                                     \
	}

#endif
