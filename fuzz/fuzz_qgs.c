/*
 * fuzz_qgs.c - the answer of a host's quote generation service. Covers
 * coco_qgs_response_decode. Asserts that a quote lies within the message, that
 * it is there exactly when there is no error, and that what was left out of the
 * answer is accounted for.
 */
#include <stdlib.h>

#include "formats/broker/qgs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_qgs_response x = { .error = 0 };
	struct coco_diag d = { 0 };
	int r = coco_qgs_response_decode(&x, coco_view_of(data, size), &d);

	require(r == d.code);
	if (r != 0)
		return 0;
	require((x.error == 0) == (x.quote.n > 0));
	require(x.quote.n <= size - 24);
	require(x.quote.n == 0 || x.quote.p + x.quote.n == data + size);
	return 0;
}
