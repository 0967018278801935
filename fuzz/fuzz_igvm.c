/*
 * fuzz_igvm.c - IGVM files. Covers coco_igvm_head, coco_igvm_check_crc and
 * coco_igvm_next. The checksum is not required to hold, so that the list is
 * reached. Asserts that headers lie one after the other within the list, that
 * data lies in the file behind it, and that addresses are those of pages.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/igvm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct coco_igvm_head *head, const struct coco_igvm_header *h,
		  uint64_t last)
{
	uint64_t end = (uint64_t)head->headers_at + head->headers_size;

	require(h->at >= last && h->at + 8 <= end);
	if (h->kind == COCO_IGVM_PLATFORM)
		require(h->mask != 0 && (h->mask & (h->mask - 1)) == 0 &&
			strcmp(coco_igvm_platform_name(h->platform), "unknown") != 0);
	if (h->kind == COCO_IGVM_AREA)
		require(h->area.bytes >= 1 && h->area.bytes <= COCO_IGVM_AREA_MAX);
	if (h->kind == COCO_IGVM_PAGE_DATA) {
		size_t n = coco_igvm_page_size(h);

		require(h->page.gpa % n == 0);
		require(h->page.data_at == 0 ||
			(h->page.data_at >= end && h->page.data_at + n <= head->total_size));
	}
	if (h->kind == COCO_IGVM_VP_CONTEXT)
		require(h->context.data_at == 0 ||
			(h->context.data_at >= end &&
			 (uint64_t)h->context.data_at + COCO_IGVM_PAGE <= head->total_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_igvm_head head = { .version = 0 };
	struct coco_igvm_header h;
	struct coco_igvm_walk w;
	struct coco_diag d = { 0 };
	uint64_t last = 0;
	bool more = true;

	/* the file may be longer than the bytes that are here */
	uint64_t total = size >= 20 ? (uint64_t)data[16] | (uint64_t)data[17] << 8 |
				      (uint64_t)data[18] << 16 | (uint64_t)data[19] << 24
				    : size;
	struct coco_view start = coco_view_of(data, coco_min_size(size, COCO_IGVM_FIXED));
	int r = coco_igvm_head(&head, start, total, &d);
	require(r == d.code);
	if (r != 0 || (uint64_t)head.headers_at + head.headers_size > size)
		return 0;
	struct coco_view list = coco_view_of(data + head.headers_at, head.headers_size);
	r = coco_igvm_check_crc(&head, start, list, &d);
	require(r == 0 || r == COCO_E_IMAGE_CRC);
	d = (struct coco_diag){ 0 };
	coco_igvm_start(&w, &head, list, &d);
	while (coco_igvm_next(&w, &h, &more) == 0 && more) {
		judge(&head, &h, last);
		last = h.at + 8;
	}
	require(d.code == 0 || d.code == COCO_E_IGVM_HEADER || d.code == COCO_E_FORMAT_SHORT ||
		d.code == COCO_E_FORMAT_VALUE);
	return 0;
}
