/*
 * linux_setup.h - the setup header of an x86 Linux kernel, and what QEMU writes
 * into it before it hands the kernel to the firmware (measure.md 2.8).
 *
 * The firmware measures the kernel as it gets it. With QEMU before 10.0, or
 * firmware before edk2-stable202502, it gets this changed one, whose digest
 * depends on memory size, command line and the size of the initrd.
 */
#ifndef COCO_LINUX_SETUP_H
#define COCO_LINUX_SETUP_H

#include "formats/core/diag.h"

enum {
	COCO_LINUX_SETUP_LEAST = 0x258, /* bytes from the start that hold the header */
};

struct coco_linux_setup {
	bool is_linux;          /* it has the header; false: QEMU changes nothing */
	uint16_t protocol;      /* boot protocol, 0x020f is 2.15 */
	size_t setup_size;      /* bytes before the protected-mode kernel */
	bool has_version;
	char version[64];       /* start of its version text, printable */
};

/* coco_linux_setup_parse - of the start of a kernel file (borrowed); never fails. */
void coco_linux_setup_parse(struct coco_linux_setup *ret, struct coco_view head);

/* What QEMU puts into the header. */
struct coco_linux_launch {
	uint64_t memory;            /* bytes of guest memory, q35 */
	struct coco_view cmdline;   /* of -append, without NUL */
	bool has_initrd;
	uint64_t initrd_size;
	struct coco_view dtb;       /* of -dtb; n 0: none */
	uint64_t kernel_size;       /* of the whole file, with a dtb */
};

/*
 * coco_linux_setup_patch - changes the n bytes at head (the start of the file,
 * at least COCO_LINUX_SETUP_LEAST bytes or all of it) as QEMU does for q35.
 * Errors: BOOT_KERNEL when QEMU would refuse: a vga= that is no number, an
 * initrd that does not fit into memory, a dtb
 * for a kernel that cannot take one.
 */
int coco_linux_setup_patch(uint8_t *head, size_t n, const struct coco_linux_launch *launch,
			   struct coco_diag *diag) COCO_MUSTUSE;

enum { COCO_LINUX_DTB_HEAD = 16 };   /* bytes of the node before a dtb */

/*
 * coco_linux_setup_tail - what QEMU appends to a kernel for its dtb: zeros up to
 * the node (*ret_pad, at most 15), then these bytes, then the dtb.
 */
void coco_linux_setup_tail(const struct coco_linux_setup *s, const struct coco_linux_launch *launch,
			   size_t *ret_pad, uint8_t node[COCO_LINUX_DTB_HEAD]);

#endif
