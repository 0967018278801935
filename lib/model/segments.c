/*
 * segments.c - the layout of files in segments (see segments.h).
 */
#include "lib/model/segments.h"

#include <inttypes.h>

#include "formats/core/mem.h"
#include "formats/model/catalogue.h"

enum { NO_SEGMENT = -1 };

/* Counts the segments of one choice without building them. */
static uint64_t count(const uint64_t *sizes, size_t n, uint64_t segment, uint64_t share)
{
	uint64_t total = 0;
	uint64_t shared = 0;
	bool open = false;

	for (size_t i = 0; i < n; i++) {
		if (sizes[i] == 0)
			continue;
		if (sizes[i] >= share) {
			total += (sizes[i] - 1) / segment + 1;
			continue;
		}
		if (!open || sizes[i] > segment - shared) {
			total++;
			shared = 0;
			open = true;
		}
		shared += sizes[i];
	}
	return total;
}

static void choose(const uint64_t *sizes, size_t n, uint64_t *segment, uint64_t *share)
{
	bool fixed = *segment != 0;

	if (!fixed)
		*segment = COCO_SEGMENT_SIZE_MIN;
	if (*share == 0)
		*share = coco_min_u64(COCO_SHARE_BELOW, *segment);
	while (!fixed && *segment < COCO_SEGMENT_SIZE_MAX &&
	       count(sizes, n, *segment, *share) > COCO_SEGMENTS_WANTED)
		*segment *= 2;
	while (*share < *segment && count(sizes, n, *segment, *share) > COCO_SEGMENTS_WANTED)
		*share *= 2;
}

static int add_part(struct coco_seg *seg, struct coco_seg_part part, struct coco_diag *diag)
{
	if (!coco_grow((void **)&seg->parts, &seg->cap_parts, seg->n_parts, sizeof(*seg->parts),
		       COCO_CATALOGUE_FILES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the layout");
	seg->parts[seg->n_parts++] = part;
	seg->bytes += part.length;
	return 0;
}

static int add_segment(struct coco_segments *s, struct coco_diag *diag)
{
	if (s->n >= COCO_PACKAGE_SEGMENTS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE,
				 "more than %d segments; choose a larger --segment-size",
				 COCO_PACKAGE_SEGMENTS_MAX);
	if (!coco_grow((void **)&s->segs, &s->cap, s->n, sizeof(*s->segs),
		       COCO_PACKAGE_SEGMENTS_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the layout");
	s->segs[s->n++] = (struct coco_seg){ .n_parts = 0 };
	return 0;
}

static int lay_large(struct coco_segments *s, uint32_t file, uint64_t size,
		     struct coco_diag *diag)
{
	for (uint64_t at = 0; at < size; at += s->segment_size) {
		uint64_t len = coco_min_u64(size - at, s->segment_size);
		int r = add_segment(s, diag);

		if (r == 0)
			r = add_part(&s->segs[s->n - 1], (struct coco_seg_part){ file, at, len },
				     diag);
		if (r != 0)
			return r;
	}
	return 0;
}

int coco_segments_plan(const uint64_t *sizes, size_t n, uint64_t segment_size,
		       uint64_t share_below, struct coco_segments *ret, struct coco_diag *diag)
{
	struct coco_segments s = { .segment_size = segment_size, .share_below = share_below };
	ptrdiff_t shared = NO_SEGMENT;
	int r = 0;

	choose(sizes, n, &s.segment_size, &s.share_below);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (sizes[i] == 0)
			continue;
		if (sizes[i] >= s.share_below) {
			r = lay_large(&s, (uint32_t)i, sizes[i], diag);
			continue;
		}
		if (shared == NO_SEGMENT || sizes[i] > s.segment_size - s.segs[shared].bytes) {
			r = add_segment(&s, diag);
			shared = (ptrdiff_t)s.n - 1;
		}
		if (r == 0)
			r = add_part(&s.segs[shared],
				     (struct coco_seg_part){ (uint32_t)i, 0, sizes[i] }, diag);
	}
	if (r != 0) {
		coco_segments_free(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void coco_segments_free(struct coco_segments *s)
{
	for (size_t i = 0; i < s->n; i++)
		coco_free(s->segs[i].parts);
	coco_free(s->segs);
	*s = (struct coco_segments){ .n = 0 };
}
