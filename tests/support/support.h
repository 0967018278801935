/*
 * support.h - helpers for the unit tests: cmocka, diag assertions, guard
 * pages, vectors, temporary directories.
 */
#ifndef COCO_SUPPORT_H
#define COCO_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/core/diag.h"

/* assert_ok - r must be 0; prints the diag otherwise. */
#define assert_ok(r, d) coco_test_ok((r), (d), __FILE__, __LINE__)
void coco_test_ok(int r, const struct coco_diag *d, const char *file, int line);

/* assert_err - r must be this code, and d must agree with it. */
#define assert_err(r, want, d) coco_test_err((r), (want), (d), __FILE__, __LINE__)
void coco_test_err(int r, int want, const struct coco_diag *d, const char *file, int line);

/*
 * coco_test_guard - a copy of n bytes that ends exactly at an inaccessible
 * page, so that reading past the end faults. Free with coco_test_unguard.
 */
uint8_t *coco_test_guard(const void *p, size_t n);
void coco_test_unguard(uint8_t *p, size_t n);

/*
 * coco_test_vectors - path of area/name below the shared vectors, in a static
 * buffer; NULL (after printing a "skip:" line) when they are not there.
 */
const char *coco_test_vectors(const char *name);

/* coco_test_slurp - the whole file; fails the test when it cannot be read. */
uint8_t *coco_test_slurp(const char *path, size_t *ret_n);

/* coco_test_dir - a fresh temporary directory; coco_test_rmdir removes it. */
char *coco_test_dir(void);
void coco_test_rmdir(char *dir);

/* coco_test_random - reproducible bytes from a seed. */
void coco_test_random(void *p, size_t n, uint64_t seed);

#endif
