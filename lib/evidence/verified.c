/*
 * verified.c - signatures that were verified already (see verified.h).
 */
#include "lib/evidence/verified.h"

#include <pthread.h>
#include <string.h>

#include "formats/core/mem.h"

enum {
	SLOTS = 1 << 12,
	FULL = SLOTS / 4 * 3,
};

struct entry {
	uint8_t what[32];
	uint8_t by[32];
	bool used;
	bool good;
};

struct coco_verified {
	pthread_mutex_t lock;
	size_t n;
	struct entry v[SLOTS];
};

int coco_verified_new(struct coco_verified **ret, struct coco_diag *diag)
{
	struct coco_verified *v = coco_zalloc(1, sizeof(*v));

	if (v == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a verification");
	pthread_mutex_init(&v->lock, NULL);
	*ret = v;
	return 0;
}

void coco_verified_free(struct coco_verified *v)
{
	if (v == NULL)
		return;
	pthread_mutex_destroy(&v->lock);
	coco_free(v);
}

/* The slot that holds the pair, or the free one where it belongs; there is always a free one. */
static struct entry *slot_of(struct coco_verified *v, const uint8_t what[32],
			     const uint8_t by[32])
{
	size_t at = coco_get_be32(what) ^ coco_get_be32(by);

	for (;; at++) {
		struct entry *e = &v->v[at % SLOTS];

		if (!e->used ||
		    (memcmp(e->what, what, 32) == 0 && memcmp(e->by, by, 32) == 0))
			return e;
	}
}

bool coco_verified_find(struct coco_verified *v, const uint8_t what[32], const uint8_t by[32],
			bool *ret_good)
{
	if (v == NULL)
		return false;
	pthread_mutex_lock(&v->lock);
	const struct entry *e = slot_of(v, what, by);
	bool found = e->used;
	if (found)
		*ret_good = e->good;
	pthread_mutex_unlock(&v->lock);
	return found;
}

void coco_verified_note(struct coco_verified *v, const uint8_t what[32], const uint8_t by[32],
			bool good)
{
	if (v == NULL)
		return;
	pthread_mutex_lock(&v->lock);
	struct entry *e = slot_of(v, what, by);
	if (!e->used && v->n < FULL) {
		memcpy(e->what, what, 32);
		memcpy(e->by, by, 32);
		e->good = good;
		e->used = true;
		v->n++;
	}
	pthread_mutex_unlock(&v->lock);
}
