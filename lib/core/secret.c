/*
 * secret.c - memory for keys (see secret.h).
 */
#include "lib/core/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void coco_wipe(void *p, size_t n)
{
	if (p != NULL && n != 0)
		explicit_bzero(p, n);
}

int coco_secret_new(struct coco_secret *ret, size_t n, struct coco_diag *diag)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room;

	if (coco_add_overflows(n, page, &room))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a secret of %zu bytes", n);
	room -= room % page;
	uint8_t *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a secret");
	/* best effort: RLIMIT_MEMLOCK is small for ordinary users */
	(void)mlock(p, room);
	(void)madvise(p, room, MADV_DONTDUMP);
	(void)madvise(p, room, MADV_WIPEONFORK);
	*ret = (struct coco_secret){ .p = p, .n = n, .room = room };
	return 0;
}

int coco_secret_from(struct coco_secret *ret, const void *p, size_t n, struct coco_diag *diag)
{
	int r = coco_secret_new(ret, n, diag);

	if (r == 0 && n != 0)
		memcpy(ret->p, p, n);
	return r;
}

void coco_secret_free(struct coco_secret *s)
{
	if (s->p != NULL) {
		coco_wipe(s->p, s->room);
		munmap(s->p, s->room);
	}
	*s = (struct coco_secret){ 0 };
}
