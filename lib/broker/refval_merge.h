/*
 * refval_merge.h - a reference value read from a broker, and what is wanted
 * there: registering replaces the whole list, so it is merged before.
 */
#ifndef COCO_REFVAL_MERGE_H
#define COCO_REFVAL_MERGE_H

#include "formats/core/json.h"

struct coco_refval_change {
	size_t added;      /* wanted values that the broker does not have */
	size_t foreign;    /* values that the broker has and nobody wants here */
	bool replaced;     /* a single value that is another one now */
};

/*
 * coco_refval_merge - what is to be registered, as compact JSON, to ret:
 * a wanted list keeps the values that the broker has beside it, unless prune;
 * anything else replaces. current: JSON, or empty (n 0) when the broker has
 * none. *ret_same: the broker has exactly this already. Errors: those of
 * coco_json_parse, LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_refval_merge(struct coco_view current, struct coco_view wanted, bool prune,
		      struct coco_wr *ret, struct coco_refval_change *ret_change, bool *ret_same,
		      struct coco_diag *diag) COCO_MUSTUSE;

#endif
