/*
 * fuzz_ledger_line.c - lines of a broker's ledger. Covers
 * coco_ledger_line_read, coco_ledger_line_write. Asserts: what is accepted is
 * written again as the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/ledger_line.h"
#include "formats/core/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_ledger_entry e;
	struct coco_diag d = { 0 };
	struct coco_wr entry;
	struct coco_wr line;
	char *jws = NULL;

	int r = coco_ledger_line_read(&e, &jws, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0) {
		require(jws == NULL);
		return 0;
	}
	coco_wr_init(&entry, COCO_LEDGER_LINE_MAX);
	coco_wr_init(&line, COCO_LEDGER_LINE_MAX + 1);
	coco_ledger_entry_write(&entry, &e);
	require(coco_ledger_line_write(&line, coco_wr_view(&entry),
				       coco_view_of(jws, strlen(jws)), NULL) == 0);
	require(line.code == 0 && line.n == size + 1 && memcmp(line.p, data, size) == 0);
	coco_wr_free(&line);
	coco_wr_free(&entry);
	coco_free(jws);
	return 0;
}
