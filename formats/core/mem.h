/*
 * mem.h - the one allocation wrapper, and the byte buffer that owns.
 *
 * Out of memory is an ordinary error. Tests replace the libc functions
 * with the linker's --wrap to fail the n-th allocation.
 */
#ifndef COCO_MEM_H
#define COCO_MEM_H

#include "formats/core/base.h"

/*
 * As malloc, calloc, realloc of n * size bytes; NULL on overflow or exhaustion.
 * coco_alloc puts blocks of 128 KiB or more at the start of a page, those of
 * 4 MiB or more at a multiple of 2 MiB.
 */
void *coco_alloc(size_t n, size_t size) COCO_MUSTUSE;
void *coco_zalloc(size_t n, size_t size) COCO_MUSTUSE;
void *coco_realloc(void *p, size_t n, size_t size) COCO_MUSTUSE;
void coco_free(void *p);

/* coco_strdup, coco_strndup, coco_memdup - copies (coco_free), NULL on exhaustion. */
char *coco_strdup(const char *s) COCO_MUSTUSE;
char *coco_strndup(const char *s, size_t n) COCO_MUSTUSE;
void *coco_memdup(const void *p, size_t n) COCO_MUSTUSE;

/*
 * coco_grow - makes room for one more item in a list: *p holds n items of
 * size bytes in an allocation of *cap items. Returns false when memory is out
 * or n would pass max; the list is then as before.
 */
bool coco_grow(void **p, size_t *cap, size_t n, size_t size, size_t max) COCO_MUSTUSE;

#endif
