/*
 * fuzz_pbuf.c - the wire form of protocol buffers. Covers coco_pbuf_next.
 * Asserts that fields follow each other in the input, that values of bytes lie
 * in it, and that a message ends at its end or with an error.
 */
#include <stdlib.h>

#include "formats/core/err_evidence.h"
#include "formats/core/pbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_pbuf_field f;
	struct coco_rd rd;
	uint64_t last = 0;

	coco_rd_init(&rd, coco_view_of(data, size), 0, NULL);
	while (coco_pbuf_next(&rd, &f)) {
		require(f.number > 0 && f.offset > last && f.offset <= size);
		last = f.offset;
		if (f.wire == COCO_PBUF_BYTES)
			require(f.value == f.bytes.n && f.bytes.n <= size - f.offset &&
				(f.bytes.n == 0 || f.bytes.p == data + f.offset));
	}
	require(rd.code != 0 ? rd.code == COCO_E_PROTOBUF || rd.code == COCO_E_FORMAT_SHORT
			     : rd.at == size);
	return 0;
}
