/*
 * fuzz_bundle_index.c - indexes of collateral bundles. Asserts that what is
 * decoded encodes to a text that decodes to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/bundle_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_bundle_index a;
	struct coco_bundle_index b;
	uint8_t *p = NULL;
	size_t n = 0;

	if (coco_bundle_index_decode(&a, coco_view_of(data, size), NULL) != 0)
		return 0;
	require(coco_bundle_index_encode(&a, &p, &n, NULL) == 0);
	require(coco_bundle_index_decode(&b, coco_view_of(p, n), NULL) == 0);
	require(a.n == b.n);
	for (size_t i = 0; i < a.n; i++)
		require(a.v[i].kind == b.v[i].kind && a.v[i].size == b.v[i].size &&
			memcmp(a.v[i].sha256, b.v[i].sha256, 32) == 0);
	coco_bundle_index_free(&a);
	coco_bundle_index_free(&b);
	coco_free(p);
	return 0;
}
