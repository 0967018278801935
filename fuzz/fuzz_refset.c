/*
 * fuzz_refset.c - the reference-value set. Covers coco_refset_decode,
 * coco_refset_encode. Asserts for every accepted set: what is written is
 * accepted and is written the same again, and no value is there twice.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/refset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_refset s;
	struct coco_refset again;
	struct coco_diag d = { 0 };
	uint8_t *first;
	uint8_t *second;
	size_t n_first;
	size_t n_second;

	int code = coco_refset_decode(&s, coco_view_of(data, size), &d);
	require(code == d.code);
	if (code != 0)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		require(coco_refset_find(&s, &s.v[i]) == i);
	require(coco_refset_encode(&s, &first, &n_first, NULL) == 0);
	require(coco_refset_decode(&again, coco_view_of(first, n_first), &d) == 0);
	require(coco_refset_encode(&again, &second, &n_second, NULL) == 0);
	require(n_first == n_second && memcmp(first, second, n_first) == 0);
	coco_free(first);
	coco_free(second);
	coco_refset_free(&again);
	coco_refset_free(&s);
	return 0;
}
