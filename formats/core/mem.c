/*
 * mem.c - the one allocation wrapper (see mem.h).
 */
#include "formats/core/mem.h"

#include <stdlib.h>
#include <string.h>

/*
 * Large blocks begin at a page. malloc puts them 16 bytes behind one, and then
 * some processors (AMD Zen 3) copy what read() puts there at a third of the
 * speed. The largest begin where a huge page can, for who asks for those.
 */
enum { LARGE = 128 << 10, PAGE = 4096, HUGE = 2 << 20 };

void *coco_alloc(size_t n, size_t size)
{
	size_t total;
	void *p = NULL;

	if (coco_mul_overflows(n, size, &total))
		return NULL;
	if (total < LARGE)
		return malloc(total != 0 ? total : 1);
	return posix_memalign(&p, total < 2 * HUGE ? PAGE : HUGE, total) == 0 ? p : NULL;
}

void *coco_zalloc(size_t n, size_t size)
{
	size_t total;

	if (coco_mul_overflows(n, size, &total))
		return NULL;
	return calloc(total != 0 ? total : 1, 1);
}

void *coco_realloc(void *p, size_t n, size_t size)
{
	size_t total;

	if (coco_mul_overflows(n, size, &total))
		return NULL;
	return realloc(p, total != 0 ? total : 1);
}

void coco_free(void *p)
{
	free(p);
}

char *coco_strdup(const char *s)
{
	return coco_strndup(s, strlen(s));
}

char *coco_strndup(const char *s, size_t n)
{
	char *copy = coco_alloc(n + 1, 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void *coco_memdup(const void *p, size_t n)
{
	void *copy = coco_alloc(n, 1);

	if (copy != NULL && n != 0)
		memcpy(copy, p, n);
	return copy;
}

bool coco_grow(void **p, size_t *cap, size_t n, size_t size, size_t max)
{
	if (n < *cap)
		return true;
	if (n >= max)
		return false;
	size_t want = *cap < 8 ? 8 : *cap + *cap / 2;
	if (want > max)
		want = max;
	void *q = coco_realloc(*p, want, size);
	if (q == NULL)
		return false;
	*p = q;
	*cap = want;
	return true;
}
