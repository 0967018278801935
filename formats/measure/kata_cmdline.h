/*
 * kata_cmdline.h - the kernel command line that the Kata runtime (Go, 3.x)
 * gives a confidential guest on QEMU (measure.md 4.2).
 */
#ifndef COCO_KATA_CMDLINE_H
#define COCO_KATA_CMDLINE_H

#include "formats/core/wr.h"

enum { COCO_KATA_CMDLINE_MAX = 16384 };

/* Everything is borrowed; NULL or 0: not set. */
struct coco_kata_cmdline {
	bool image;                  /* a root file system image; else an initrd */
	const char *verity;          /* kernel_verity_params; "" or NULL: no dm-verity */
	const char *rootfs_type;     /* "ext4", "xfs", "erofs"; NULL: ext4 */
	uint32_t max_vcpus;
	bool selinux;                /* disable_guest_selinux = false */
	bool debug_console;
	uint64_t launch_timeout;     /* seconds */
	const char *params;          /* kernel_params */
};

/*
 * coco_kata_cmdline_write - the text without a NUL. Errors: PROFILE_KATA (verity
 * parameters that are unusable, a file system that Kata does not know).
 */
int coco_kata_cmdline_write(struct coco_wr *wr, const struct coco_kata_cmdline *k,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_kata_verity - one value of "root_hash=...,salt=..." ; n characters at
 * *ret, borrowed; false: it is not there.
 */
bool coco_kata_verity(const char *params, const char *key, const char **ret, size_t *ret_n);

#endif
