/*
 * alloc_fail.c - injected allocation failures (see alloc_fail.h). The names
 * that begin with two underscores are the linker's (--wrap).
 */
#include "tests/support/alloc_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
int __real_posix_memalign(void **ret, size_t alignment, size_t n);
int __real_open(const char *path, int flags, ...);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
int __wrap_posix_memalign(void **ret, size_t alignment, size_t n);
int __wrap_open(const char *path, int flags, ...);

static _Thread_local unsigned long countdown; /* 0: disarmed */
static _Thread_local bool failed;

static bool fail_now(void)
{
	if (countdown == 0 || --countdown != 0)
		return false;
	failed = true;
	return true;
}

void *__wrap_malloc(size_t n)
{
	return fail_now() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fail_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fail_now() ? NULL : __real_realloc(p, n);
}

int __wrap_posix_memalign(void **ret, size_t alignment, size_t n)
{
	return fail_now() ? ENOMEM : __real_posix_memalign(ret, alignment, n);
}

static bool no_tmpfile;

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & O_TMPFILE) == O_TMPFILE && no_tmpfile) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return __real_open(path, flags, mode);
}

void coco_test_no_tmpfile(bool off)
{
	no_tmpfile = off;
}

bool coco_test_alloc_arm(unsigned long n)
{
	failed = false;
	countdown = n;
	return true;
}

bool coco_test_alloc_disarm(void)
{
	countdown = 0;
	return failed;
}

bool coco_test_alloc_check(int r, struct coco_diag *d)
{
	if (!coco_test_alloc_disarm()) {
		assert_ok(r, d);
		return true;
	}
	assert_err(r, COCO_E_LIMIT_MEMORY, d);
	coco_diag_init(d);
	return false;
}
