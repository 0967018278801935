/*
 * fuzz_fw_cfg.c - what QEMU says of its files and memory. Covers
 * coco_fw_cfg_find and coco_pci_window (the same bytes as a memory map).
 * Asserts that a file that is found is in the bytes, and that a window lies
 * in the address space and meets no reserved range.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/fw_cfg.h"
#include "formats/measure/pci_window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view in = coco_view_of(data, size);
	struct coco_fw_cfg_file f = { .size = 0 };
	struct coco_diag d = { 0 };
	bool found = false;
	uint64_t start = 0;

	int r = coco_fw_cfg_find(in, "etc/e820", &f, &found, &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_FW_CFG || r == COCO_E_FORMAT_SHORT);
	require(r == 0 || !found);
	require(!found || (strcmp(f.name, "etc/e820") == 0 &&
			   memmem(data, size, f.name, 9) != NULL));
	for (unsigned bits = COCO_PCI_BITS_MIN; bits <= COCO_PCI_BITS_MAX; bits += 4) {
		d = (struct coco_diag){ 0 };
		r = coco_pci_window(in, 0, bits, &start, &d);
		require(r == d.code && (r == 0 || r == COCO_E_FW_CFG));
		require(r != 0 || (start < ((uint64_t)1 << bits) + ((uint64_t)64 << 30) &&
				   start % ((uint64_t)32 << 30) == 0));
	}
	return 0;
}
