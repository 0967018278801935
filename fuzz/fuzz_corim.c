/*
 * fuzz_corim.c - CoRIM. Covers coco_corim_decode, coco_corim_encode,
 * coco_corim_meta_decode. Asserts for every accepted document: what is written
 * is deterministic, is accepted, has as many claims, and is written the same
 * again.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/measure/corim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_meta(struct coco_view in)
{
	struct coco_corim_meta m;
	uint8_t *p;
	size_t n;

	if (coco_corim_meta_decode(&m, in, 0, NULL) != 0)
		return;
	require(coco_corim_meta_encode(&m, &p, &n, NULL) == 0);
	require(coco_corim_meta_decode(&m, coco_view_of(p, n), 0, NULL) == 0);
	coco_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_corim c;
	struct coco_corim again;
	struct coco_diag d = { 0 };
	struct coco_cv v;
	uint8_t *first;
	uint8_t *second;
	size_t n_first;
	size_t n_second;

	if (size < (1 << 15))
		check_meta(coco_view_of(data, size));
	int r = coco_corim_decode(&c, coco_view_of(data, size), 0, &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	for (size_t i = 0; i < c.n_claims; i++)
		require(c.claims[i].tag < c.n_tags);
	if (c.n_tags != 0) {
		require(coco_corim_encode(&c, &first, &n_first, NULL) == 0);
		require(coco_cbor_open(&v, coco_view_of(first, n_first), 0,
				       COCO_CBOR_DETERMINISTIC, NULL) == 0);
		require(coco_corim_decode(&again, coco_view_of(first, n_first), 0, &d) == 0);
		require(again.n_claims == c.n_claims && again.n_tags == c.n_tags);
		require(coco_corim_encode(&again, &second, &n_second, NULL) == 0);
		require(n_first == n_second && memcmp(first, second, n_first) == 0);
		coco_free(first);
		coco_free(second);
		coco_corim_free(&again);
	}
	coco_corim_free(&c);
	return 0;
}
