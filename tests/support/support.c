/*
 * support.c - helpers for the unit tests (see support.h).
 */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

void coco_test_ok(int r, const struct coco_diag *d, const char *file, int line)
{
	if (r == 0)
		return;
	print_error("%s:%d: failed with %s: %s (%s) [%s %s]\n", file, line,
		    coco_err_info(r)->id, d != NULL ? d->message : "", d != NULL ? d->source : "",
		    d != NULL ? d->pointer : "", d != NULL ? d->field : "");
	_fail(file, line);
}

void coco_test_err(int r, int want, const struct coco_diag *d, const char *file, int line)
{
	if (r == want && (d == NULL || d->code == want))
		return;
	print_error("%s:%d: got %d (%s: %s), wanted %s\n", file, line, r,
		    r != 0 ? coco_err_info(r)->id : "ok", d != NULL ? d->message : "",
		    coco_err_info(want)->id);
	_fail(file, line);
}

static size_t guard_room(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

uint8_t *coco_test_guard(const void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = guard_room(n);
	uint8_t *m = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	assert_true(m != MAP_FAILED);
	assert_int_equal(mprotect(m + room, page, PROT_NONE), 0);
	if (n != 0)
		memcpy(m + room - n, p, n);
	return m + room - n;
}

void coco_test_unguard(uint8_t *p, size_t n)
{
	size_t room = guard_room(n);

	munmap(p - (room - n), room + (size_t)sysconf(_SC_PAGESIZE));
}

const char *coco_test_vectors(const char *name)
{
	static char path[4096];
	const char *base = getenv("COCO_VECTORS");

	snprintf(path, sizeof(path), "%s/%s", base != NULL ? base : "../shared/vectors", name);
	if (access(path, R_OK) == 0)
		return path;
	printf("skip: no vectors %s\n", name);
	return NULL;
}

uint8_t *coco_test_slurp(const char *path, size_t *ret_n)
{
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;

	assert_ok(coco_read_file(path, (size_t)1 << 30, &p, ret_n, &d), &d);
	return p;
}

char *coco_test_dir(void)
{
	const char *base = getenv("TMPDIR");
	char *path = coco_path_join(base != NULL ? base : "/tmp", "cococtl-test.XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	return path;
}

void coco_test_rmdir(char *dir)
{
	coco_remove_tree(-100 /* AT_FDCWD */, dir);
	coco_free(dir);
}

void coco_test_random(void *p, size_t n, uint64_t seed)
{
	uint8_t *at = p;

	/* splitmix64 */
	for (size_t i = 0; i < n; i++) {
		seed += 0x9e3779b97f4a7c15ULL;
		uint64_t z = seed;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		at[i] = (uint8_t)(z ^ (z >> 31));
	}
}
