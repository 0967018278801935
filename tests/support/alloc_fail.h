/*
 * alloc_fail.h - makes the n-th allocation of the calling thread fail. Test
 * binaries are linked with --wrap, so this reaches the project's own code and
 * not the shared libraries (jansson, OpenSSL).
 *
 *	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
 *		int r = the_call(...);
 *
 *		if (coco_test_alloc_check(r, &d))
 *			break;              (it succeeded; use the result)
 *	}
 */
#ifndef COCO_ALLOC_FAIL_H
#define COCO_ALLOC_FAIL_H

#include "tests/support/support.h"

/* coco_test_alloc_arm - the n-th allocation from now on fails, once; true. */
bool coco_test_alloc_arm(unsigned long n);

/*
 * coco_test_alloc_check - disarms. When an allocation failed r must be
 * LIMIT_MEMORY (false is returned, d is emptied); otherwise 0 (true).
 */
bool coco_test_alloc_check(int r, struct coco_diag *d);

/* coco_test_no_tmpfile - O_TMPFILE is (not) supported by any file system. */
void coco_test_no_tmpfile(bool off);

/* coco_test_alloc_disarm - true when an allocation was made to fail. */
bool coco_test_alloc_disarm(void);

#endif
