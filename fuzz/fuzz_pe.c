/*
 * fuzz_pe.c - headers and covered ranges of PE images. Covers coco_pe_parse,
 * coco_pe_ranges. Asserts that every byte of the file is covered or named as
 * left out, and that the start of the file alone says the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct coco_pe *pe, size_t size)
{
	uint8_t *seen = calloc(1, size + 1);
	struct coco_pe_range *list;
	size_t n;

	if (seen == NULL)
		abort();
	require(coco_pe_ranges(pe, &list, &n, NULL) == 0);
	for (size_t i = 0; i < n; i++) {
		require(list[i].n != 0 && list[i].at < size && list[i].n <= size - list[i].at);
		require(list[i].hashed || memchr(seen + list[i].at, 1, list[i].n) == NULL);
		memset(seen + list[i].at, list[i].hashed ? 1 : 2, list[i].n);
	}
	require(memchr(seen, 0, size) == NULL);
	require(pe->certs_size <= size && coco_pe_padding(pe) < 8);
	coco_free(list);
	free(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_pe pe = { .file_size = 0 };
	struct coco_pe again = { .file_size = 0 };
	struct coco_diag d = { 0 };

	int r = coco_pe_parse(&pe, coco_view_of(data, size), size, &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	judge(&pe, size);
	require(coco_pe_parse(&again, coco_view_of(data, pe.headers_size), size, NULL) == 0);
	require(again.n_sections == pe.n_sections && again.certs_size == pe.certs_size);
	coco_pe_free(&again);
	coco_pe_free(&pe);
	return 0;
}
