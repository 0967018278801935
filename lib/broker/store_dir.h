/*
 * store_dir.h - files below a directory that a key broker serves: replaced
 * whole, mode 0600 in directories of mode 0700, and no symbolic link is
 * followed below it.
 */
#ifndef COCO_STORE_DIR_H
#define COCO_STORE_DIR_H

#include "lib/core/secret.h"

struct coco_store_dir {
	char *path;   /* owned */
	int fd;       /* -1: the directory is not there yet */
};

/* coco_store_dir_open - opens path if it is there. IO_OPEN, LIMIT_MEMORY. */
int coco_store_dir_open(struct coco_store_dir *ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_store_dir_close(struct coco_store_dir *d);   /* fine on { NULL, -1 } */

/*
 * coco_store_dir_lock - makes the directory if needed and keeps other writers
 * of this kind out until coco_store_dir_unlock.
 */
int coco_store_dir_lock(struct coco_store_dir *d, struct coco_diag *diag) COCO_MUSTUSE;
void coco_store_dir_unlock(struct coco_store_dir *d);

/*
 * Files by their name below the directory ("a/b"). read gives *ret
 * (coco_secret_free), or ret->p stays NULL when there is none; write replaces
 * and makes the directories on the way; remove says whether there was one.
 * IO_KIND: a link, or no regular file.
 */
int coco_store_dir_read(const struct coco_store_dir *d, const char *name, size_t max,
			struct coco_secret *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_store_dir_write(struct coco_store_dir *d, const char *name, const void *p, size_t n,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_store_dir_remove(const struct coco_store_dir *d, const char *name, bool *ret_found,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_store_dir_kind - 'd' a directory, 'f' a file, '-' nothing, '?' another kind. */
char coco_store_dir_kind(const struct coco_store_dir *d, const char *name);

#endif
