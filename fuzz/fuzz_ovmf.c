/*
 * fuzz_ovmf.c - the firmware's table of GUIDs. Covers coco_ovmf_parse. The
 * input is the end of an image of one page. Asserts that entries are found
 * only in a table, and that bytes before it do not matter.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/ovmf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *image = calloc(1, 2 * COCO_OVMF_PAGE);
	size_t n = size < COCO_OVMF_PAGE ? size : COCO_OVMF_PAGE;
	struct coco_ovmf t = { .has_table = false };
	struct coco_ovmf again = { .has_table = false };
	struct coco_diag d = { 0 };

	if (image == NULL)
		abort();
	if (n != 0)
		memcpy(image + 2 * COCO_OVMF_PAGE - n, data + size - n, n);
	int r = coco_ovmf_parse(&t, coco_view_of(image + COCO_OVMF_PAGE, COCO_OVMF_PAGE), &d);
	require(r == d.code && (r == 0 || r == COCO_E_FIRMWARE_TABLE));
	require(r == 0 || !t.has_table);
	require(t.has_table || !(t.has_reset || t.has_hashes || t.has_secret || t.has_sev ||
				 t.has_tdx || t.has_igvm || t.has_svsm));
	/* a longer image with the same end says the same */
	if (r == 0) {
		r = coco_ovmf_parse(&again, coco_view_of(image, 2 * COCO_OVMF_PAGE), NULL);
		require(r == 0);
		require(memcmp(&t, &again, sizeof(t)) == 0);
	}
	free(image);
	return 0;
}
