/*
 * secure_vars.h - the Secure Boot variables that firmware measures, from a store
 * of variables: the one in the image, or a VARS file (measure.md 2.4 item 4).
 */
#ifndef COCO_SECURE_VARS_H
#define COCO_SECURE_VARS_H

#include "formats/core/diag.h"

/* Data of each; n 0: the variable does not exist. Borrowed, but SecureBoot. */
struct coco_secure_vars {
	uint8_t value;                 /* what secure_boot points to */
	struct coco_view secure_boot;  /* one byte, 1: images are checked */
	struct coco_view pk;
	struct coco_view kek;
	struct coco_view db;
	struct coco_view dbx;
	struct coco_view dbt;
};

/*
 * coco_secure_vars_read - what a build with Secure Boot makes of the store in
 * this volume (borrowed): SecureBoot is 1 when there is a platform key and
 * SecureBootEnable does not say otherwise. ret must stay where it is. Errors:
 * those of var_store.h.
 */
int coco_secure_vars_read(struct coco_secure_vars *ret, struct coco_view volume,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
