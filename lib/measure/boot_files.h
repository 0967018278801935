/*
 * boot_files.h - digests of files in the banks of a list of boot events; each
 * file is named in the record with its size and SHA-256.
 */
#ifndef COCO_BOOT_FILES_H
#define COCO_BOOT_FILES_H

#include "lib/core/run.h"
#include "lib/measure/banks.h"
#include "lib/measure/shelf.h"

/* Where digests go and what files are named in. */
struct coco_boot_files {
	const struct coco_run *run;
	struct coco_boot_list *list;
	struct coco_mrecord *rec;
	struct coco_shelf *shelf;    /* digests that are known already; NULL: none */
};

/* coco_boot_digests_of - of the banks in mask; the others are not known. */
void coco_boot_digests_of(struct coco_boot_digests *ret, const struct coco_bank_values *values,
			  unsigned mask);

/*
 * coco_boot_hash_file - the whole of a file of any size; name is for the record.
 * *ret_size may be NULL. Errors: IO_..., CANCELLED, LIMIT_MEMORY.
 */
int coco_boot_hash_file(const struct coco_boot_files *f, const char *path, const char *name,
			struct coco_boot_digests *ret, uint64_t *ret_size,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_hash_bytes - of bytes in memory; name NULL: not named in the record. */
int coco_boot_hash_bytes(const struct coco_boot_files *f, struct coco_view bytes,
			 const char *name, struct coco_boot_digests *ret,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_image_file - the Authenticode digest of a PE file. Errors: also those of pe.h. */
int coco_boot_image_file(const struct coco_boot_files *f, const char *path, const char *name,
			 struct coco_boot_digests *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * A kernel that QEMU hands over. coco_boot_kernel_head - size, SHA-256 and the
 * first bytes (with zeros behind a shorter file); named in the record. Errors: IO_...
 * coco_boot_kernel_image - its Authenticode digest as the firmware gets it:
 * with QEMU's changes of the head, or launch NULL: as it is. Files that are changed
 * are read into memory, up to COCO_BOOT_KERNEL_MAX bytes. Errors: those of pe.h,
 * BOOT_KERNEL, IO_..., LIMIT_SIZE, LIMIT_MEMORY.
 */
enum { COCO_BOOT_KERNEL_MAX = 1 << 30 };
int coco_boot_kernel_head(const struct coco_boot_files *f, const char *path, const char *name,
			  struct coco_shelf_file *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_boot_kernel_image(const struct coco_boot_files *f, const char *path,
			   const struct coco_shelf_file *head,
			   const struct coco_linux_launch *launch,
			   struct coco_boot_digests *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_kernel_gap - whether QEMU leaves a gap between this kernel and a
 * device tree, which it never fills: then its digest cannot be known.
 */
bool coco_boot_kernel_gap(const struct coco_shelf_file *head);

/* coco_boot_read_file - a file in memory, named in the record. Gives *ret (coco_free). */
int coco_boot_read_file(const struct coco_boot_files *f, const char *path, const char *name,
			size_t max, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
