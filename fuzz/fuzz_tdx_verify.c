/*
 * fuzz_tdx_verify.c - verification of quotes, and of Intel's collateral. Covers
 * coco_pieces_add and coco_appraise on quotes with whatever else the input
 * holds (after a byte of 0xff 0x00 0xff: another file). Asserts that nothing
 * is affirmed: no key of Intel's is at hand.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/evidence/appraise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static const uint8_t between[3] = { 0xff, 0x00, 0xff };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct coco_run run = { .jobs = 1 };
	struct coco_pieces pieces = { 0 };
	struct coco_appraise_opts opts = { .at = 1768003200 };
	struct coco_collateral collateral;
	struct coco_result result;
	struct coco_diag d = { 0 };

	if (size > 1 << 16)
		return 0;
	coco_collateral_init(&collateral);
	while (size > 0) {
		const uint8_t *end = memmem(data, size, between, sizeof(between));
		size_t n = end != NULL ? (size_t)(end - data) : size;
		size_t skip = end != NULL ? n + sizeof(between) : size;

		if (coco_pieces_add(&pieces, &collateral, coco_view_of(data, n), "in", NULL) != 0)
			break;
		data += skip;
		size -= skip;
	}
	int r = coco_appraise(&run, &pieces, &collateral, &opts, &result, &d);
	require(r == d.code);
	if (r == 0)
		require(coco_result_verdict(&result, true) != COCO_VERDICT_AFFIRMED);
	coco_result_free(&result);
	coco_pieces_free(&pieces);
	coco_collateral_free(&collateral);
	return 0;
}
