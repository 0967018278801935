/*
 * fuzz_gpt.c - partition tables. Covers coco_gpt_header_parse, coco_gpt_parse,
 * coco_gpt_event, coco_mbr_parse. The input is a header's 92 bytes and the
 * list behind it; checksums are made right, so that the rest is reached.
 * Asserts that accepted partitions lie in the usable range and do not overlap,
 * and that the measured bytes hold each of them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/crc32.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/gpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void judge(const struct coco_gpt *g, struct coco_view block, struct coco_view entries)
{
	uint8_t *event = NULL;
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct coco_gpt_entry *e = &g->entries[i];

		require(e->first <= e->last && e->first >= g->header.first_usable &&
			e->last <= g->header.last_usable);
		require(e->number >= 1 && e->number <= g->header.n_entries);
		require(strlen(e->label) < COCO_GPT_LABEL);
		for (size_t k = 0; k < i; k++)
			require(e->first > g->entries[k].last || g->entries[k].first > e->last);
	}
	require(coco_gpt_event(block, entries, &event, &n, NULL) == 0);
	require(n == COCO_GPT_HEADER + 8 + g->n * COCO_GPT_ENTRY);
	coco_free(event);
}

static void mbr(const uint8_t *data, size_t size)
{
	struct coco_mbr m = { .n = 0 };
	struct coco_diag d = { 0 };

	int r = coco_mbr_parse(&m, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0 || m.n == 0));
	for (size_t i = 0; i < m.n; i++)
		require(m.entry[i].type != 0 && m.entry[i].count != 0 && m.entry[i].first != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_gpt_header h = { .n_entries = 0 };
	struct coco_gpt g = { .n = 0 };
	struct coco_diag d = { 0 };

	mbr(data, size);
	if (size < COCO_GPT_HEADER)
		return 0;
	uint8_t *p = coco_memdup(data, size);
	if (p == NULL)
		abort();
	struct coco_view entries = { p + COCO_GPT_HEADER, size - COCO_GPT_HEADER };
	put_le32(p + 88, coco_crc32(0, entries.p, entries.n));
	put_le32(p + 16, 0);
	put_le32(p + 16, coco_crc32(0, p, COCO_GPT_HEADER));
	int r = coco_gpt_header_parse(&h, coco_view_of(p, COCO_GPT_HEADER), 1, 1 << 20, &d);
	require(r == d.code && (r == 0 || r == COCO_E_DISK_TABLE));
	if (r == 0) {
		r = coco_gpt_parse(&g, &h, entries, &d);
		require(r == d.code && (r == 0 || r == COCO_E_DISK_TABLE));
		if (r == 0)
			judge(&g, coco_view_of(p, COCO_GPT_HEADER), entries);
		else
			require(g.n == 0);
	}
	coco_gpt_free(&g);
	coco_free(p);
	return 0;
}
