/*
 * secret.h - bytes that must not leak: own pages, locked where allowed, left
 * out of core dumps and of forked children, wiped when freed. There is no conversion to
 * coco_view; coco_secret_expose() makes every use greppable.
 */
#ifndef COCO_SECRET_H
#define COCO_SECRET_H

#include "formats/core/diag.h"

struct coco_secret {
	uint8_t *p;   /* NULL when empty */
	size_t n;     /* bytes in use */
	size_t room;  /* bytes mapped */
};

/* coco_secret_new - room for n bytes, zeroed, n in use. Free with coco_secret_free. */
int coco_secret_new(struct coco_secret *ret, size_t n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_secret_from - copies n bytes; the source stays the caller's to wipe. */
int coco_secret_from(struct coco_secret *ret, const void *p, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_secret_free - wipes and unmaps; fine on a zeroed struct, leaves it zeroed. */
void coco_secret_free(struct coco_secret *s);

/* coco_secret_expose - the bytes, borrowed. */
static inline const uint8_t *coco_secret_expose(const struct coco_secret *s)
{
	return s->p;
}

/* coco_wipe - zeroes memory in a way that the compiler keeps. */
void coco_wipe(void *p, size_t n);

#endif
