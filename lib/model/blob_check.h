/*
 * blob_check.h - the digests of many blobs at once, on every core (lanes.h).
 */
#ifndef COCO_BLOB_CHECK_H
#define COCO_BLOB_CHECK_H

#include "lib/model/layout.h"

struct coco_blob_check {
	struct coco_digest want;
	uint64_t size;
	int code;                 /* result: 0, or BLOB_MISSING, BLOB_SIZE, BLOB_DIGEST */
};

/*
 * coco_blob_check_all - hashes blob i of the list as open() gives it and sets
 * its code. open() returns BLOB_MISSING or BLOB_SIZE for what is not there as
 * expected; its other failures, reading errors and cancellation end the whole.
 */
int coco_blob_check_all(const struct coco_run *run, struct coco_blob_check *list, size_t n,
			int (*open)(void *ctx, size_t i, struct coco_blob_at *ret,
				    struct coco_diag *diag),
			void *ctx, struct coco_diag *diag) COCO_MUSTUSE;

#endif
