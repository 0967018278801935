/*
 * fuzz_jwks.c - sets of JSON Web Keys. Covers coco_jwks_decode and
 * coco_jwks_looks. Asserts that every key has the numbers of its kind and that
 * no two have one id.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/jwks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_jwks set;
	struct coco_diag d = { 0 };

	int r = coco_jwks_decode(&set, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	require(set.n > 0);
	for (size_t i = 0; i < set.n; i++) {
		const struct coco_jwk *k = &set.v[i];

		require(k->a != NULL && (k->b != NULL) == (k->type != COCO_JWK_OKP));
		require(k->type != COCO_JWK_EC || (k->n_a == (k->curve + 7) / 8 &&
						   k->n_b == k->n_a));
		for (size_t j = 0; j < i; j++)
			require(k->kid[0] == '\0' || strcmp(k->kid, set.v[j].kid) != 0);
	}
	coco_jwks_free(&set);
	return 0;
}
