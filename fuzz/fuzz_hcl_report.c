/*
 * fuzz_hcl_report.c - HCL reports of Azure. Covers coco_hcl_report_parse,
 * coco_hcl_data_parse, coco_hcl_claims. Asserts that the parts lie where the
 * layout says, that sizes add up and that only zeros follow.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/hcl_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_hcl_report t;
	struct coco_hcl_data k;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };

	int r = coco_hcl_report_parse(&t, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	require(memcmp(data, "HCLA", 4) == 0 && t.hardware.p == data + COCO_HCL_HARDWARE_AT);
	require(t.data.p == data + COCO_HCL_DATA_AT && t.size == COCO_HCL_DATA_AT + t.data.n);
	for (size_t i = COCO_HCL_DATA_AT + t.data.n; i < size; i++)
		require(data[i] == 0);
	r = coco_hcl_data_parse(&k, t.data, NULL);
	coco_hcl_claims(&c, &t, r == 0 ? &k : NULL, true, 0);
	require(coco_claims_finish(&c, NULL) == 0);
	for (size_t i = 0; i < c.n; i++)
		require(c.v[i].offset + c.v[i].length <= size);
	coco_claims_free(&c);
	if (r == 0)
		coco_hcl_data_free(&k);
	return 0;
}
