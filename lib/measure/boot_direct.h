/*
 * boot_direct.h - a Linux kernel that QEMU hands to OVMF (-kernel): its digest,
 * with QEMU's changes where it makes them, its load options and its initrd
 * (measure.md 2.8, 2.9).
 */
#ifndef COCO_BOOT_DIRECT_H
#define COCO_BOOT_DIRECT_H

#include "lib/measure/boot_files.h"
#include "lib/measure/boot_stage.h"

struct coco_boot_direct {
	/* borrowed, from the caller */
	const char *kernel;                /* file */
	const char *initrd;                /* file or NULL */
	struct coco_view append;           /* exact bytes without NUL */
	uint64_t memory;                   /* bytes; needed when patched */
	bool patched;                      /* QEMU changes the header (coco_boot_patches) */
	bool initrd_first;                 /* of the firmware's generation */
	bool shim;                         /* with -shim */
	const char *dtb;                   /* file of -dtb; NULL: none. Only when patched */
	enum coco_boot_linux_events logs;
	/* filled */
	struct coco_boot_digests image;
	struct coco_boot_linux linux_events;
	uint8_t *text;                     /* owned */
	uint8_t *utf16;                    /* owned */
	uint8_t *tree;                     /* owned */
	bool gap;                          /* the digest is not known: coco_boot_kernel_gap */
};

enum { COCO_BOOT_DTB_MAX = 16 << 20 };   /* bytes of a device tree */

/*
 * coco_boot_patches - whether the kernel reaches the firmware changed: QEMU
 * hands it over as it is from 10.0 on, and firmware takes that one if it knows
 * it (named_blobs of its generation).
 */
bool coco_boot_patches(unsigned qemu_major, bool named_blobs);

/*
 * coco_boot_direct_load - fills the second half (coco_boot_direct_free in any
 * case). Errors: those of pe.h, BOOT_KERNEL, CMDLINE, IO_..., LIMIT_SIZE,
 * LIMIT_MEMORY.
 */
int coco_boot_direct_load(struct coco_boot_direct *d, const struct coco_boot_files *f,
			  struct coco_diag *diag) COCO_MUSTUSE;
void coco_boot_direct_free(struct coco_boot_direct *d);   /* fine on a zeroed struct */

/*
 * coco_boot_direct_events - all of them in order: the kernel, the hand-over,
 * the EFI stub, ExitBootServices (which does not fail in such boots).
 */
int coco_boot_direct_events(struct coco_boot_list *list, const struct coco_boot_direct *d,
			    enum coco_boot_registers regs, bool early_separator,
			    struct coco_diag *diag) COCO_MUSTUSE;

#endif
