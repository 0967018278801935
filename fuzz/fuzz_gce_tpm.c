/*
 * fuzz_gce_tpm.c - attestations of go-tpm-tools. Covers coco_gce_decode,
 * coco_gce_claims, coco_gce_looks. Asserts that all parts lie in the input at
 * their offsets and that claims of bytes are what stands at their place.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/gce_tpm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void part(struct coco_view in, const struct coco_gce_part *p)
{
	require(p->v.n == 0 || (p->offset <= in.n && p->v.n <= in.n - p->offset &&
				p->v.p == in.p + p->offset));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view in = coco_view_of(data, size);
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	struct coco_gce *g;

	int r = coco_gce_decode(&g, in, &d);
	require(r == d.code);
	(void)coco_gce_looks(in);
	if (r != 0)
		return 0;
	require(g->n_quotes > 0 && g->n_quotes <= COCO_GCE_QUOTES);
	part(in, &g->ak);
	part(in, &g->event_log);
	part(in, &g->ak_cert);
	for (size_t i = 0; i < g->n_certs; i++)
		part(in, &g->cert[i]);
	coco_gce_claims(&c, g, 0);
	require(coco_claims_finish(&c, NULL) == 0 || c.code != 0);
	for (size_t i = 0; i < c.n; i++) {
		const struct coco_claim *k = &c.v[i];

		require(k->offset <= size && k->length <= size - k->offset);
		if (k->type == COCO_CLAIM_TYPE_BYTES && k->length > 0)
			require(memcmp(k->p, data + k->offset, k->n) == 0);
	}
	coco_claims_free(&c);
	coco_gce_free(g);
	return 0;
}
