/*
 * fuzz_journal.c - journal records after decryption. Covers
 * coco_record_decode, coco_record_encode. Asserts that what is accepted is
 * the one encoding of its content, byte for byte.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_record r;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_record_decode(&r, coco_view_of(data, size), NULL) != 0)
		return 0;
	coco_wr_init(&wr, COCO_RECORD_MAX);
	coco_record_encode(&wr, &r);
	if (coco_wr_finish(&wr, &text, &n, NULL) != 0 || n != size || memcmp(text, data, n) != 0)
		abort();
	coco_free(text);
	coco_record_free(&r);
	return 0;
}
