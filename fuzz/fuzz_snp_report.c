/*
 * fuzz_snp_report.c - SEV-SNP reports. Covers coco_snp_report_parse and
 * coco_snp_report_claims. Asserts that every claim with a place lies in the
 * input and that those of bytes are what stands there.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/snp_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_snp_report t;
	struct coco_diag d = { 0 };
	struct coco_claims c = { 0 };

	int r = coco_snp_report_parse(&t, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0 || r == COCO_E_SNP_REPORT));
	require((r == 0) == (size == COCO_SNP_REPORT_SIZE &&
			     (data[0] >= 2 || data[1] != 0 || data[2] != 0 || data[3] != 0)));
	if (r != 0)
		return 0;
	coco_snp_report_claims(&c, &t, 0);
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
