/*
 * fuzz_evidence_peek.c - reports and quotes. Covers coco_evidence_peek. Asserts
 * that the values are bytes of the input, at the places of the two formats.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/measure/evidence_peek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_evidence_peek e = { .n = 99 };

	if (!coco_evidence_peek(&e, coco_view_of(data, size))) {
		require(e.n == 99);
		return 0;
	}
	if (e.kind == COCO_EVIDENCE_SNP_REPORT) {
		require(size == 1184 && e.n == 1);
		require(memcmp(e.value[0].value, data + 0x90, 48) == 0);
		return 0;
	}
	size_t body = data[0] == 5 ? 54 : 48;
	require(e.n == 5 && size >= body + 584);
	require(memcmp(e.value[0].value, data + body + 136, 48) == 0);
	require(memcmp(e.value[4].value, data + body + 472, 48) == 0);
	return 0;
}
