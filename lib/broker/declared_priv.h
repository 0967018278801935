/*
 * declared_priv.h - shared by declared*.c only.
 */
#ifndef COCO_DECLARED_PRIV_H
#define COCO_DECLARED_PRIV_H

#include "lib/broker/declared.h"

/* What gathering works with. */
struct coco_gather {
	struct coco_declared *d;
	const struct coco_run *run;
	const struct coco_backend_info *info;
	unsigned key_flags;
	struct coco_outcomes *list;
	struct coco_diag *diag;
};

/* coco_gather_item - appends an item; *ret (may be NULL) is borrowed until the next one. */
int coco_gather_item(struct coco_gather *g, enum coco_item_type type, const char *name,
		     struct coco_wanted **ret) COCO_MUSTUSE;

/* coco_gather_file - the bytes of a file of the declaration. Gives *ret. */
int coco_gather_file(struct coco_gather *g, const char *file, size_t max, uint8_t **ret,
		     size_t *ret_n) COCO_MUSTUSE;

/* coco_gather_values - the reference values (declared_values.c). */
int coco_gather_values(struct coco_gather *g) COCO_MUSTUSE;

/* coco_gather_initdata, coco_gather_sealed - after everything else (declared_bound.c). */
int coco_gather_initdata(struct coco_gather *g) COCO_MUSTUSE;
int coco_gather_sealed(struct coco_gather *g) COCO_MUSTUSE;

#endif
