/*
 * disk.h - the bytes of a disk, whatever holds them: a raw file, a block
 * device, qcow2, a fixed VHD, bytes in memory, or a pipe as far as that can be
 * read from front to back. Read only; nothing is ever written.
 */
#ifndef COCO_DISK_H
#define COCO_DISK_H

#include "formats/core/diag.h"

struct coco_disk;   /* opaque; may be read by several threads at once */

/* COCO_DISK_UNKNOWN - the size of a pipe before its end was read. */
#define COCO_DISK_UNKNOWN UINT64_MAX

enum {
	/* bytes at the start of a pipe that can be read again: partition tables lie there */
	COCO_DISK_REWIND = 1 << 20,
};

/* How the file that holds a disk is to be read. */
enum coco_disk_as {
	COCO_DISK_AS_FOUND,    /* as its contents show */
	COCO_DISK_AS_RAW,      /* its bytes, whatever they look like: a VMM was told so */
	COCO_DISK_AS_QCOW2,    /* as this; DISK_CONTAINER when it is something else */
	COCO_DISK_AS_VHD,
};

/*
 * coco_disk_open - a file, block device, or "-" for standard input. Gives *ret
 * (coco_disk_close). Errors: IO_..., DISK_CONTAINER, DISK_FEATURE (also for
 * containers that are not read: VHDX, VMDK, VDI), LIMIT_MEMORY.
 */
int coco_disk_open(struct coco_disk **ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_disk_open_as - the same, for a file that is to be read in a certain way. */
int coco_disk_open_as(struct coco_disk **ret, const char *path, enum coco_disk_as as,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_disk_bytes - the same over bytes in memory, borrowed. */
int coco_disk_bytes(struct coco_disk **ret, struct coco_view bytes, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_disk_close(struct coco_disk *d);   /* NULL is fine */

/* coco_disk_size - of the disk in bytes, or COCO_DISK_UNKNOWN. */
uint64_t coco_disk_size(const struct coco_disk *d);

/* coco_disk_container - "raw", "qcow2", "vhd", "pipe"; static. */
const char *coco_disk_container(const struct coco_disk *d);

/*
 * coco_disk_read - exactly n bytes at off. On a pipe, off must lie in the
 * first COCO_DISK_REWIND bytes, or not before what was read last; what lies
 * between is skipped. Errors: IO_READ (also past the end), DISK_CONTAINER,
 * DISK_FEATURE (going back in a pipe), LIMIT_MEMORY.
 */
int coco_disk_read(struct coco_disk *d, uint64_t off, void *p, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_disk_read_some - as coco_disk_read, but *ret_n < n where the disk ends. */
int coco_disk_read_some(struct coco_disk *d, uint64_t off, void *p, size_t n, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
