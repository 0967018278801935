/*
 * guid.h - EFI GUIDs as they lie in memory: the first three fields are
 * little-endian, the rest in the order of the text (measure.md, beginning).
 */
#ifndef COCO_GUID_H
#define COCO_GUID_H

#include "formats/core/diag.h"

enum {
	COCO_GUID_SIZE = 16,
	COCO_GUID_TEXT = 37,   /* its text with the NUL */
};

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

/* coco_guid_text - "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" of the 16 bytes. */
void coco_guid_text(char ret[COCO_GUID_TEXT], const uint8_t guid[COCO_GUID_SIZE]);

/*
 * coco_guid_parse - the 16 bytes of a text of either case, in the form that
 * coco_guid_text writes. FORMAT_VALUE otherwise; ret is then untouched.
 */
int coco_guid_parse(uint8_t ret[COCO_GUID_SIZE], const char *text, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
