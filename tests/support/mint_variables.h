/*
 * mint_variables.h - stores of UEFI variables, for the volume at the start of an
 * image (mint_volume.h).
 */
#ifndef COCO_MINT_VARIABLES_H
#define COCO_MINT_VARIABLES_H

#include "formats/core/wr.h"
#include "formats/measure/guid.h"

/* coco_mint_store - the header of a store of size bytes; variables follow. */
void coco_mint_store(struct coco_wr *wr, bool authenticated, uint32_t size);

/* coco_mint_variable - one variable with this state (0x3f: meant), aligned. */
void coco_mint_variable(struct coco_wr *wr, bool authenticated, uint8_t state,
			const uint8_t guid[COCO_GUID_SIZE], const char *name, const void *data,
			size_t n);

#endif
