/*
 * segments.h - how the files of a tree are laid into segments (design 3):
 * one power of two between 64 MiB and 4 GiB, the smallest that gives at most
 * 400 segments; small files share segments; nothing depends on the number of
 * jobs or shards.
 */
#ifndef COCO_SEGMENTS_H
#define COCO_SEGMENTS_H

#include "formats/core/diag.h"

enum { COCO_SEGMENTS_WANTED = 400 };
#define COCO_SEGMENT_SIZE_MIN ((uint64_t)64 << 20)
#define COCO_SEGMENT_SIZE_MAX ((uint64_t)4 << 30)
#define COCO_SHARE_BELOW ((uint64_t)16 << 20)

/* A stretch of one file inside a segment. */
struct coco_seg_part {
	uint32_t file;
	uint64_t offset;
	uint64_t length;
};

struct coco_seg {
	struct coco_seg_part *parts; /* owned */
	size_t n_parts;
	size_t cap_parts;
	uint64_t bytes;              /* plaintext bytes of all parts */
};

struct coco_segments {
	uint64_t segment_size;
	uint64_t share_below;
	struct coco_seg *segs;
	size_t n;
	size_t cap;
};

/*
 * coco_segments_plan - lays n files of the given sizes. segment_size 0
 * chooses; share_below 0 chooses too. Errors: LIMIT_SIZE when even the largest
 * segments would be more than the format allows, LIMIT_MEMORY.
 */
int coco_segments_plan(const uint64_t *sizes, size_t n, uint64_t segment_size,
		       uint64_t share_below, struct coco_segments *ret, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_segments_free(struct coco_segments *s);

#endif
