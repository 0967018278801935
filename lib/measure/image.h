/*
 * image.h - what is on a guest disk, and which register stands for it: the
 * partition table, the files of the EFI system partition, dm-verity pairs with
 * the root hashes on measured command lines; and what nothing measures.
 */
#ifndef COCO_IMAGE_H
#define COCO_IMAGE_H

#include "formats/measure/mrecord.h"
#include "formats/measure/verity.h"
#include "lib/core/run.h"
#include "lib/measure/disk.h"
#include "lib/measure/partitions.h"

enum {
	COCO_IMAGE_ITEMS = 4096,          /* of one survey */
	COCO_IMAGE_NAME = 256,            /* bytes of a name with the NUL */
	COCO_IMAGE_ROOTS = 32,            /* root hashes on command lines */
	COCO_IMAGE_CHECKS = 64,
};

#define COCO_IMAGE_FILE_MAX ((size_t)1 << 30)   /* bytes of a file that are read */

/* A partition, or a file of the EFI system partition. */
struct coco_image_item {
	char name[COCO_IMAGE_NAME];       /* "partition 2 (root)", "EFI/BOOT/BOOTX64.EFI" */
	char what[32];                    /* "UKI", "boot loader", "root-x86-64" */
	uint64_t size;
	bool has_sha256;
	uint8_t sha256[32];               /* of a file's bytes, or of the table's event */
	char by[64];                      /* "PCR 4, RTMR1"; "": nothing measures it */
	char reason[200];                 /* how, or why not */
};

/* A root hash on a command line in the image. */
struct coco_image_root {
	char where[COCO_IMAGE_NAME];      /* the file */
	char word[24];                    /* "roothash" */
	bool measured;                    /* something measures that file */
	size_t n;
	uint8_t root[COCO_VERITY_DIGEST];
};

struct coco_image_check {
	bool pass;
	char title[COCO_IMAGE_NAME + 64];
	char expected[2 * COCO_VERITY_DIGEST + 64];
	char actual[2 * COCO_VERITY_DIGEST + 128];
};

struct coco_image {
	struct coco_mrecord record;       /* owned; verity.root_hash of each pair, gaps */
	char container[8];
	uint64_t size;
	enum coco_table_kind table;
	enum coco_table_backup backup;
	struct coco_image_item *items;    /* owned */
	size_t n;
	size_t cap;
	struct coco_image_root root[COCO_IMAGE_ROOTS];
	size_t n_roots;
	struct coco_image_check check[COCO_IMAGE_CHECKS];
	size_t n_checks;
};

/*
 * coco_image_survey - reads the disk, all files of its EFI system partition,
 * and the data of every dm-verity pair. Gives *ret (coco_image_free). What does
 * not hold is a failed check, not an error. Errors: those of disk.h,
 * partitions.h (a disk without a GPT is DISK_TABLE), fat_fs.h, verity_tree.h,
 * LIMIT_SIZE.
 */
int coco_image_survey(const struct coco_run *run, const char *path, enum coco_disk_as as,
		      struct coco_image **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_image_free(struct coco_image *image);   /* NULL is fine */

/* coco_image_verdict - 0, or VERITY_MISMATCH with the first check that failed. */
int coco_image_verdict(const struct coco_image *image, struct coco_diag *diag) COCO_MUSTUSE;

#endif
