/*
 * vector_log.h - event logs of the shared vectors.
 */
#ifndef COCO_VECTOR_LOG_H
#define COCO_VECTOR_LOG_H

#include "formats/core/base.h"

/*
 * coco_vector_log - the bytes of area/name or, unpacked, of area/name.zst
 * (coco_free); NULL (after a "skip:" line) when the vectors are not there.
 */
uint8_t *coco_vector_log(const char *area, const char *name, size_t *ret_n);

#endif
