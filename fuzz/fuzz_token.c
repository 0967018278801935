/*
 * fuzz_token.c - attestation tokens. Covers coco_token_decode, _claims, _times,
 * _kind and coco_ear_decode, _claims. Asserts that a token which may be
 * verified has a signature and an algorithm other than none, and that the
 * status recomputed from a vector is its worst value.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/ear.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void ear(const struct coco_token *t)
{
	struct coco_ear *e = NULL;
	struct coco_claims c = { 0 };

	if (coco_ear_decode(&e, t, NULL) != 0)
		return;
	require(e->n > 0 && e->n <= COCO_EAR_SUBMODS);
	for (size_t i = 0; i < e->n; i++)
		for (int k = 0; k < COCO_TRUST_CLAIMS; k++)
			require(!e->submod[i].has[k] ||
				coco_ear_tier_of(e->submod[i].value[k]) <= e->submod[i].worst);
	coco_ear_claims(&c, e);
	require(coco_claims_finish(&c, NULL) == 0);
	coco_claims_free(&c);
	coco_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_token t;
	struct coco_claims c = { 0 };
	struct coco_token_times times;
	struct coco_diag d = { 0 };

	(void)coco_token_looks(coco_view_of(data, size));
	int r = coco_token_decode(&t, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	if (t.has_jws)
		require(t.jws.n_signature > 0 && strcasecmp(t.alg, "none") != 0 &&
			t.alg[0] != '\0');
	if (coco_token_times(&t, &times, NULL) != 0)
		times.has_exp = false;
	coco_token_claims(&c, &t);
	require(coco_claims_finish(&c, NULL) == 0);
	coco_claims_free(&c);
	ear(&t);
	coco_token_clear(&t);
	return 0;
}
