/*
 * image_priv.h - what the files of image.h share.
 */
#ifndef COCO_IMAGE_PRIV_H
#define COCO_IMAGE_PRIV_H

#include "lib/measure/disk.h"
#include "lib/measure/image.h"

struct coco_image_work {
	const struct coco_run *run;
	struct coco_disk *disk;
	struct coco_partitions table;
	struct coco_image *image;
	struct coco_diag *diag;
	bool covered[COCO_GPT_ENTRIES];   /* index in table: judged by the verity pairs */
};

/*
 * coco_image_add - one more item, zeroed but for its name (copied, cut); NULL
 * after LIMIT_MEMORY or LIMIT_SIZE was reported. Valid until the next call.
 */
struct coco_image_item *coco_image_add(struct coco_image_work *w, const char *name,
				       const char *what);

/* coco_image_check - one more check; the texts may be filled further. NULL: LIMIT_SIZE. */
struct coco_image_check *coco_image_check(struct coco_image_work *w, bool pass);

/* coco_image_esp - the files of the EFI system partition `part`. */
int coco_image_esp(struct coco_image_work *w, const struct coco_partition *part) COCO_MUSTUSE;

/* coco_image_verity - pairs of data and hash partitions, once the command lines are known. */
int coco_image_verity(struct coco_image_work *w) COCO_MUSTUSE;

/* coco_image_partition - the item of a partition. */
struct coco_image_item *coco_image_partition(struct coco_image_work *w,
					     const struct coco_partition *part);

#endif
