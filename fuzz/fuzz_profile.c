/*
 * fuzz_profile.c - the launch profile. Covers coco_profile_decode,
 * coco_profile_write. Asserts for every accepted document: every value is in
 * its canonical form, what is written is accepted, has the same values, and
 * is written the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void same_values(const struct coco_profile *a, const struct coco_profile *b)
{
	require(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct coco_profile_value *v = &a->v[i];
		const struct coco_profile_value *w = coco_profile_get(b, v->id, v->row);

		require(w != NULL && w->n == v->n);
		for (size_t k = 0; k < v->n; k++) {
			char *form = NULL;

			require(strcmp(v->texts[k], w->texts[k]) == 0);
			require(coco_profile_canonical(coco_profile_key_at(v->id), v->texts[k],
						       &form, NULL) == 0);
			require(strcmp(form, v->texts[k]) == 0);
			coco_free(form);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_profile p = { .n = 0 };
	struct coco_profile q = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *a = NULL;
	uint8_t *b = NULL;
	size_t n = 0;
	size_t m = 0;

	int r = coco_profile_decode(&p, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0) {
		require(p.n == 0);
		return 0;
	}
	if (coco_profile_encode(&p, &a, &n, NULL) == 0) {
		require(coco_profile_decode(&q, coco_view_of(a, n), &d) == 0);
		same_values(&p, &q);
		require(coco_profile_encode(&q, &b, &m, NULL) == 0);
		require(n == m && memcmp(a, b, n) == 0);
	}
	coco_free(a);
	coco_free(b);
	coco_profile_free(&p);
	coco_profile_free(&q);
	return 0;
}
