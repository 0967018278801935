/*
 * fuzz_tdx_quote.c - Intel quotes. Covers coco_tdx_quote_parse and
 * coco_tdx_quote_claims. Asserts that the parts add up to the input, and that
 * every claim lies in it and shows the bytes that stand there.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/tdx_quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tdx_quote t;
	struct coco_diag d = { 0 };
	struct coco_claims c = { 0 };

	int r = coco_tdx_quote_parse(&t, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0 || r == COCO_E_DCAP_QUOTE || r == COCO_E_FORMAT_SHORT ||
				r == COCO_E_LIMIT_SIZE));
	if (r != 0)
		return 0;
	size_t wrapper = t.head.version == 3 ? 0 : 6;
	require(t.signed_part.n == t.head.body_at + t.head.body_size);
	require(t.sig_size == 128 + wrapper + 384 + 64 + 2 + t.qe_auth.n + 6 + t.cert_data.n);
	require(size == t.signed_part.n + 4 + t.sig_size + t.trailing);
	require(coco_tdx_at(&t, t.key) == t.signed_part.n + 4 + 64);
	coco_tdx_quote_claims(&c, &t, 0);
	require(coco_claims_finish(&c, NULL) == 0);
	for (size_t i = 0; i < c.n; i++) {
		const struct coco_claim *k = &c.v[i];

		require(k->offset <= size && k->length <= size - k->offset);
		if (k->type == COCO_CLAIM_TYPE_BYTES)
			require(k->n == k->length && memcmp(k->p, data + k->offset, k->n) == 0);
	}
	coco_claims_free(&c);
	return 0;
}
