/*
 * fat_fs.h - files of a FAT file system on a disk, as the firmware finds
 * them: the EFI system partition of a guest image. Read only. Chains that run
 * in a loop, directories inside themselves and lying sizes end with an error,
 * never in endless reading.
 */
#ifndef COCO_FAT_FS_H
#define COCO_FAT_FS_H

#include "formats/measure/fat.h"
#include "lib/measure/disk.h"

enum {
	COCO_FAT_DEPTH = 32,              /* directories inside each other */
	COCO_FAT_ENTRIES = 1 << 16,       /* slots of one directory, entries of one walk */
	COCO_FAT_PATH = 1024,             /* bytes of a path with the NUL */
};

struct coco_fat_fs;   /* opaque; for one thread at a time */

/*
 * coco_fat_fs_open - the volume at byte `at` of a disk (borrowed until close),
 * size bytes long. Gives *ret (coco_fat_fs_close). Errors: those of
 * coco_fat_parse and coco_disk_read, LIMIT_MEMORY.
 */
int coco_fat_fs_open(struct coco_fat_fs **ret, struct coco_disk *disk, uint64_t at,
		     uint64_t size, struct coco_diag *diag) COCO_MUSTUSE;
void coco_fat_fs_close(struct coco_fat_fs *fs);   /* NULL is fine */

/* coco_fat_fs_info - the volume's description; valid until close. */
const struct coco_fat *coco_fat_fs_info(const struct coco_fat_fs *fs);

/* The entries of a directory without "." and "..", in its order. */
struct coco_fat_list {
	struct coco_fat_entry *entry;     /* owned */
	size_t n;
};

void coco_fat_list_free(struct coco_fat_list *l);   /* fine on a zeroed struct */

/*
 * Paths are separated by "/" or "\", with or without one at the start; "" is
 * the root. Case of ASCII letters does not matter.
 *
 * coco_fat_fs_find - the entry of a path. Errors: FAT_MISSING, FAT_CHAIN, those
 * of reading.
 */
int coco_fat_fs_find(struct coco_fat_fs *fs, const char *path, struct coco_fat_entry *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_fat_fs_exists - 0 with *ret false where coco_fat_fs_find says FAT_MISSING. */
int coco_fat_fs_exists(struct coco_fat_fs *fs, const char *path, bool *ret,
		       struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fat_fs_list - the entries of a directory. Gives *ret
 * (coco_fat_list_free). Errors: as coco_fat_fs_find; FAT_MISSING for a file.
 */
int coco_fat_fs_list(struct coco_fat_fs *fs, const char *path, struct coco_fat_list *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fat_fs_read - a whole file of at most max bytes. Gives *ret (coco_free;
 * NUL-terminated past *ret_n). Errors: as coco_fat_fs_find, LIMIT_SIZE.
 */
int coco_fat_fs_read(struct coco_fat_fs *fs, const char *path, size_t max, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* One file or directory of a walk: its path with "/" between, without one at the start. */
typedef int coco_fat_walk_fn(void *ctx, const char *path, const struct coco_fat_entry *entry,
			     struct coco_diag *diag);

/*
 * coco_fat_fs_walk - calls fn for every file and directory, a directory before
 * what is in it; stops when fn fails. Errors: FAT_CHAIN (also for directories
 * that contain each other), LIMIT_DEPTH, LIMIT_SIZE, those of fn.
 */
int coco_fat_fs_walk(struct coco_fat_fs *fs, coco_fat_walk_fn *fn, void *ctx,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
