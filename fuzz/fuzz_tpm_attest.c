/*
 * fuzz_tpm_attest.c - structures of a TPM; the first byte chooses which.
 * Covers coco_tpm_quote_parse, coco_tpm_signature_parse, coco_tpm_public_parse
 * and their claims. Asserts that views lie in the input, that the parts of a
 * quote and what stands between them add up to its bytes, and that claims of
 * bytes are what stands at their place.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/tpm_attest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool inside(struct coco_view in, struct coco_view v)
{
	return v.n == 0 || (v.p >= in.p && v.n <= in.n && v.p <= in.p + (in.n - v.n));
}

static void check_claims(struct coco_view in, struct coco_claims *c)
{
	require(coco_claims_finish(c, NULL) == 0);
	for (size_t i = 0; i < c->n; i++) {
		const struct coco_claim *k = &c->v[i];

		require(k->offset <= in.n && k->length <= in.n - k->offset);
		if (k->type == COCO_CLAIM_TYPE_BYTES && k->n > 0)
			require(k->n == k->length && memcmp(k->p, in.p + k->offset, k->n) == 0);
	}
	coco_claims_free(c);
}

static void quote(struct coco_view in)
{
	struct coco_tpm_quote q;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	size_t n = 6 + 2 + 2 + 25 + 4 + 2;

	int r = coco_tpm_quote_parse(&q, in, &d);
	require(r == d.code);
	if (r != 0)
		return;
	require(inside(in, q.signer) && inside(in, q.extra_data) && inside(in, q.pcr_digest));
	n += q.signer.n + q.extra_data.n + q.pcr_digest.n;
	for (size_t i = 0; i < q.n_banks; i++)
		n += 3 + q.bank[i].n_bitmap;
	require(n == in.n);
	coco_tpm_quote_claims(&c, &q, true, 0);
	check_claims(in, &c);
}

static void signature(struct coco_view in)
{
	struct coco_tpm_signature s;
	struct coco_claims c = { 0 };

	if (coco_tpm_signature_parse(&s, in, NULL) != 0)
		return;
	require(inside(in, s.a) && inside(in, s.b));
	require(in.n == 6 + s.a.n + s.b.n + (s.scheme == COCO_TPM_ECDSA ? 2 : 0));
	coco_tpm_signature_claims(&c, &s);
	check_claims(in, &c);
}

static void public_area(struct coco_view in)
{
	struct coco_tpm_public key;
	struct coco_claims c = { 0 };

	if (coco_tpm_public_parse(&key, in, NULL) != 0)
		return;
	require(inside(in, key.a) && inside(in, key.b) && inside(in, key.policy));
	require(key.type == COCO_TPM_ECC || key.exponent != 0);
	coco_tpm_public_claims(&c, &key, true, 0);
	check_claims(in, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct coco_view in = coco_view_of(data + 1, size - 1);
	if (data[0] == 'q')
		quote(in);
	else if (data[0] == 's')
		signature(in);
	else
		public_area(in);
	return 0;
}
