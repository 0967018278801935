/*
 * fuzz_tcg_event.c - the words for an event. Covers coco_tcg_event_text and
 * coco_tcg_event_covered. The input is u32 type and the event's data. Asserts
 * that the text is UTF-8 without control characters, and that what a digest
 * may cover lies inside the data.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/tcg_event.h"
#include "formats/core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view cover[COCO_TCG_COVERS];
	struct coco_tcg_event e = { .index = 0 };
	struct coco_wr wr;
	bool certain;
	char line[64];

	if (size < 4)
		return 0;
	e.type = (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
		 (uint32_t)data[3] << 24;
	e.data = coco_view_of(data + 4, size - 4);
	coco_wr_init(&wr, COCO_TCG_EVENT_TEXT);
	coco_tcg_event_text(&wr, &e);
	require(wr.n == 0 || wr.code != 0 || coco_utf8_valid(wr.p, wr.n, NULL));
	for (size_t i = 0; i < wr.n; i++)
		require(wr.p[i] >= 0x20 && wr.p[i] != 0x7f);
	coco_wr_free(&wr);
	require(coco_tcg_event_line(&e, line, sizeof(line), NULL) == 0);
	require(strlen(line) < sizeof(line));
	size_t n = coco_tcg_event_covered(&e, cover, &certain);
	require(n <= COCO_TCG_COVERS);
	for (size_t i = 0; i < n; i++)
		require(cover[i].p >= e.data.p && cover[i].n <= e.data.n &&
			(size_t)(cover[i].p - e.data.p) <= e.data.n - cover[i].n);
	return 0;
}
