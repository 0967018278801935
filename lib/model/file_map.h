/*
 * file_map.h - what kind of data is where in a file: regions with a hint for
 * the choice of a transform, and the summary that inspect shows. Read from
 * safetensors and GGUF headers; anything else is one region of bytes.
 */
#ifndef COCO_FILE_MAP_H
#define COCO_FILE_MAP_H

#include "formats/model/catalogue.h"
#include "lib/model/transform.h"
#include "lib/model/tree.h"

struct coco_region {
	uint64_t offset;
	uint64_t length;
	enum coco_transform_hint hint;
};

struct coco_file_map {
	char kind[16];                 /* "safetensors", "gguf" or empty */
	uint64_t tensors;
	struct coco_dtype_sum *dtypes; /* owned */
	size_t n_dtypes;
	struct coco_region *regions;   /* owned; cover the file in order */
	size_t n_regions;
};

/*
 * coco_file_map_read - the map of file i. A malformed header is a warning
 * (log level 0) and the file counts as bytes; only I/O and memory fail.
 */
int coco_file_map_read(const struct coco_run *run, const struct coco_tree *tree, size_t i,
		       struct coco_file_map *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_file_map_free(struct coco_file_map *m);

/* coco_file_map_at - index of the region that holds offset (< file size). */
size_t coco_file_map_at(const struct coco_file_map *m, uint64_t offset);

#endif
