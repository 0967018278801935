/*
 * pci_window.h - where OVMF puts the window of 64-bit PCI memory (measure.md
 * 2.6): QEMU writes its start into the DSDT once a device uses it.
 */
#ifndef COCO_PCI_WINDOW_H
#define COCO_PCI_WINDOW_H

#include "formats/core/diag.h"

enum {
	COCO_PCI_BITS_MIN = 36,
	COCO_PCI_BITS_MAX = 52,
	COCO_E820_MAX = 4096,     /* bytes of QEMU's memory map */
};

/*
 * coco_pci_window - the start of the window for a guest of this many physical
 * address bits, as the firmware uses them: an eighth of the address space at
 * its end, below reserved memory that lies there; in a space too small for
 * that, 32 GiB after the memory. e820 is the fw_cfg file "etc/e820" (u64
 * start, u64 length, u32 type, little-endian); memory_end the file
 * "etc/reserved-memory-end", 0 when there is none. Errors: FW_CFG (entries
 * that are not whole or wrap, no room), USAGE_VALUE (bits).
 */
int coco_pci_window(struct coco_view e820, uint64_t memory_end, unsigned bits, uint64_t *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
