/*
 * fuzz_der.c - DER. Covers the reader of formats/core/der.h on all items,
 * constructed ones from inside too. Asserts that every item lies in the input,
 * that its head is the shortest one for its length, and that the parts of a
 * document that was read whole add up to it.
 */
#include <stdlib.h>

#include "formats/core/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 16, CONSTRUCTED = 0x20 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static size_t head_size(size_t n)
{
	return n < 0x80 ? 2 : n < 0x100 ? 3 : n < 0x10000 ? 4 : n < 0x1000000 ? 5 : 6;
}

static void walk(struct coco_der *der, const uint8_t *data, unsigned depth)
{
	uint64_t at = der->rd.base;

	while (coco_der_more(der)) {
		struct coco_der_item item = coco_der_any(der, "item");
		struct coco_der in;

		if (!coco_der_ok(der))
			return;
		require(data[at] == item.tag);
		require(item.at == at + head_size(item.value.n));
		require(item.value.p == data + item.at);
		at = item.at + item.value.n;
		if ((item.tag & CONSTRUCTED) == 0 || depth >= DEPTH)
			continue;
		coco_der_enter(&in, der, &item);
		walk(&in, data, depth + 1);
	}
	require(coco_der_ok(der) && at == der->rd.base + der->rd.in.n);
	require(coco_der_finish(der) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_der der;

	coco_der_init(&der, coco_view_of(data, size), 0, NULL);
	walk(&der, data, 0);
	coco_der_init(&der, coco_view_of(data, size), 0, NULL);
	uint64_t v = coco_der_take_u64(&der, COCO_DER_INTEGER, 255, "number");
	require(v <= 255);
	require(!coco_der_ok(&der) || (size >= 3 && data[0] == COCO_DER_INTEGER));
	return 0;
}
