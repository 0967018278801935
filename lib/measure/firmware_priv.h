/*
 * firmware_priv.h - what the parts of firmware.c share.
 */
#ifndef COCO_FIRMWARE_PRIV_H
#define COCO_FIRMWARE_PRIV_H

#include "lib/measure/firmware.h"

/*
 * firmware_unpack.c: an LZMA "alone" stream. The memory that it takes is bounded
 * by COCO_FIRMWARE_UNPACKED, whatever the stream's header says. Gives *ret
 * (coco_free). Errors: FIRMWARE_PACKED, LIMIT_MEMORY.
 */
int coco_firmware_unpack(struct coco_view packed, uint64_t offset, uint8_t **ret, size_t *ret_n,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * firmware_text.c: fills version, vendor and date from the drivers of both volumes,
 * and says which other drivers there are.
 */
int coco_firmware_texts(struct coco_firmware *fw, struct coco_diag *diag) COCO_MUSTUSE;

/* firmware_generation.c: fills detected from texts and drivers in the image. */
void coco_firmware_detect(struct coco_firmware *fw);

#endif
