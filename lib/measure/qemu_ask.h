/*
 * qemu_ask.h - ACPI files and SMBIOS tables from a stock QEMU that starts with
 * the machine's options and never runs the guest (measure.md 2.6).
 */
#ifndef COCO_QEMU_ASK_H
#define COCO_QEMU_ASK_H

#include "lib/core/run.h"
#include "lib/measure/acpi.h"

enum {
	COCO_QEMU_SECONDS = 60,       /* that QEMU has for everything, unless given */
	COCO_QEMU_SECONDS_MAX = 3600,
};

/* Everything is borrowed. */
struct coco_qemu_request {
	const char *program;          /* path, or a name that is looked up on the PATH */
	const char *const *args;      /* the machine's options, one word each */
	size_t n_args;
	unsigned phys_bits;           /* address bits that the firmware uses; 0: not known */
	bool has_window;              /* instead: the start of the window is known */
	uint64_t window;
	unsigned seconds;             /* 0: COCO_QEMU_SECONDS */
};

/*
 * coco_qemu_ask - starts QEMU under TCG, does to its chipset what OVMF does
 * before it reads the files, reads them, and ends QEMU in any case. QEMU's
 * tables name the window of 64-bit PCI memory only when a device uses it
 * (a 64-bit prefetchable BAR, on the root bus or behind a root port): then
 * phys_bits or window is needed. Gives *ret (coco_acpi_free). Errors:
 * USAGE_CONFLICT (an option that does not go with this), USAGE_MISSING (the
 * address bits), USAGE_VALUE, QEMU_RUN, FW_CFG, ACPI_LOADER, ACPI_FILE,
 * IO_OPEN, LIMIT_MEMORY, CANCELLED.
 */
int coco_qemu_ask(const struct coco_run *run, const struct coco_qemu_request *req,
		  struct coco_acpi *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
