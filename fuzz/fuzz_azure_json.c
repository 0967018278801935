/*
 * fuzz_azure_json.c - evidence of Azure confidential VMs. Covers
 * coco_azure_decode and coco_azure_claims. Asserts that the hardware report is
 * of the kind that the evidence is of, and that what belongs to one kind is
 * there for that kind alone.
 */
#include <stdlib.h>

#include "formats/evidence/azure_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_azure a;
	struct coco_json doc;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	bool tdx = false;

	if (coco_json_parse_bounded(&doc, coco_view_of(data, size), 1 << 20, 1 << 15, NULL) != 0)
		return 0;
	struct coco_jv root = coco_json_root(&doc);
	int r = coco_azure_decode(&a, &root, &d);
	require(r == d.code);
	if (r == 0) {
		require(coco_azure_looks(&root, &tdx) && tdx == a.tdx);
		require((a.vcek == NULL) == tdx && (a.td_quote != NULL) == tdx);
		require(a.report.report_type == (tdx ? COCO_HCL_TDX : COCO_HCL_SNP));
		coco_azure_claims(&c, &a);
		require(coco_claims_finish(&c, NULL) == 0);
		for (size_t i = 0; i < c.n; i++)
			require(c.v[i].length == 0);
		coco_claims_free(&c);
		coco_azure_free(&a);
	}
	coco_json_free(&doc);
	return 0;
}
