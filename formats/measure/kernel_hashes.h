/*
 * kernel_hashes.h - the table of SHA-256 digests of command line, initrd and
 * kernel that QEMU puts into the guest's memory for the firmware to check
 * (measure.md 1.4; QEMU kernel-hashes=on).
 */
#ifndef COCO_KERNEL_HASHES_H
#define COCO_KERNEL_HASHES_H

#include "formats/core/diag.h"

enum {
	COCO_KERNEL_HASHES_TABLE = 176,   /* 168 bytes, then padding to 16 */
	COCO_KERNEL_HASHES_PAGE = 4096,
	COCO_CMDLINE_MAX = 64 << 10,      /* bytes of a command line */
};

/* Digests of what the VMM hands over. */
struct coco_kernel_hashes {
	uint8_t cmdline[32];   /* with its NUL */
	uint8_t initrd[32];    /* of nothing when there is none */
	uint8_t kernel[32];    /* the file as it is */
};

void coco_kernel_hashes_encode(uint8_t ret[COCO_KERNEL_HASHES_TABLE],
			       const struct coco_kernel_hashes *h);

/*
 * coco_kernel_hashes_page - the table in an otherwise empty page, where the
 * area of the firmware's table (base) starts in its page. SEV_NO_HASHES when
 * it would leave the page.
 */
int coco_kernel_hashes_page(uint8_t ret[COCO_KERNEL_HASHES_PAGE],
			    const struct coco_kernel_hashes *h, uint32_t base,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cmdline_trim - the command line (borrowed) without white space at both
 * ends, as the sev crate and snpguest measure it; QEMU does not do this.
 * White space is Unicode's, as in Rust's str::trim.
 */
struct coco_view coco_cmdline_trim(struct coco_view cmdline);

#endif
