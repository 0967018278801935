/*
 * tensor_cover.h - the property that every tensor map must have; used by unit
 * tests and fuzz targets.
 */
#ifndef COCO_TENSOR_COVER_H
#define COCO_TENSOR_COVER_H

#include "formats/model/tensor.h"

/* True when the regions cover [0, file_size) in order and the sums agree. */
static inline bool coco_test_covers(const struct coco_tensor_map *map)
{
	uint64_t bytes[COCO_TENSOR_CLASSES] = { 0 };
	uint64_t tensors = 0;
	uint64_t at = 0;

	for (size_t i = 0; i < map->n_regions; i++) {
		const struct coco_tensor_region *r = &map->regions[i];

		if (r->offset != at || r->length == 0 || r->length > map->file_size - at ||
		    (unsigned)r->class >= COCO_TENSOR_CLASSES)
			return false;
		if (i > 0 && map->regions[i - 1].class == r->class)
			return false;
		bytes[r->class] += r->length;
		at += r->length;
	}
	for (unsigned c = 0; c < COCO_TENSOR_CLASSES; c++) {
		if (bytes[c] != map->bytes[c])
			return false;
		tensors += map->count[c];
	}
	return at == map->file_size && tensors == map->n_tensors &&
	       map->count[COCO_TENSOR_OTHER] == 0;
}

#endif
