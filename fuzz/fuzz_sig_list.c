/*
 * fuzz_sig_list.c - lists of signatures. Covers coco_sig_next. Asserts that
 * entries lie inside the input, one after the other, and that the walk ends.
 */
#include <stdlib.h>

#include "formats/core/err_measure.h"
#include "formats/measure/sig_list.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_sig_place at = { 0, 0 };
	const uint8_t *last = data;
	struct coco_diag d = { 0 };
	struct coco_sig sig;
	size_t steps = 0;
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		r = coco_sig_next(coco_view_of(data, size), &at, &sig, &found, &d);
		require(r == d.code);
		if (r != 0 || !found)
			break;
		require(sig.entry.n > COCO_GUID_SIZE && sig.entry.p >= last);
		require(sig.entry.p + sig.entry.n <= data + size);
		last = sig.entry.p + sig.entry.n;
		require(++steps <= size);
	}
	require(r == 0 || r == COCO_E_SIG_LIST || r == COCO_E_LIMIT_SIZE);
	return 0;
}
