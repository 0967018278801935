/*
 * keystore.h - a directory that a key broker serves (Trustee's LocalFs back
 * end; broker.md 3). A resource repo/type/tag is found in
 *
 *   DIR/repository/repo\x2Ftype\x2Ftag   since v0.19, DIR is the storage root
 *   DIR/repo\x2Ftype\x2Ftag              the same, DIR is the repository itself
 *   DIR/repo/type/tag                    up to v0.18
 *
 * where \x2F stands for these four characters. Used by keyref.c.
 */
#ifndef COCO_KEYSTORE_H
#define COCO_KEYSTORE_H

#include "formats/core/resource_id.h"
#include "lib/core/keyref.h"

struct coco_store_ref {
	size_t n_dir;                 /* bytes of the text that name the directory */
	struct coco_resource_id id;
};

enum coco_store_layout {
	COCO_STORE_ROOT,         /* repository/repo\x2Ftype\x2Ftag */
	COCO_STORE_REPOSITORY,   /* repo\x2Ftype\x2Ftag */
	COCO_STORE_OLD,          /* repo/type/tag */
	COCO_STORE_LAYOUTS,
};

/* "repository/" and three parts with "\x2F" between them, and the NUL. */
enum { COCO_STORE_RELATIVE_MAX = 11 + 3 * COCO_RESOURCE_PART_MAX + 2 * 4 + 1 };

/* coco_store_relative - where a resource lies below DIR. */
void coco_store_relative(enum coco_store_layout layout, const struct coco_resource_id *id,
			 char ret[COCO_STORE_RELATIVE_MAX]);

/* coco_store_detect - the layout that an open directory has; ROOT for an empty one. */
int coco_store_detect(int dirfd, const char *path, enum coco_store_layout *ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_store_find - looks in every layout: *ret_fd is the open file, or -1.
 * KEY_AMBIGUOUS when it is there twice: which one counts depends on the age of
 * the broker.
 */
int coco_store_find(int dirfd, const char *dir, const struct coco_resource_id *id, int *ret_fd,
		    enum coco_store_layout *ret_layout, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_store_parse - splits "DIR/repo/type/tag"; USAGE_KEYREF. */
int coco_store_parse(const char *text, struct coco_store_ref *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_store_path - the file of a resource that is to be written, given: where
 * it is already, else where the layout of the store wants it. Makes the
 * directories on the way.
 */
int coco_store_path(const char *text, char **ret, struct coco_diag *diag) COCO_MUSTUSE;

/* As coco_keyref_load, of what follows "store:". */
int coco_store_load(const char *text, size_t max, unsigned flags, struct coco_secret *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* Shared with keyref.c: reads fd to its end; judges kind and mode of what is open there. */
int coco_keyref_read_fd(int fd, const char *name, size_t max, struct coco_secret *ret,
			struct coco_diag *diag) COCO_MUSTUSE;
int coco_keyref_check_mode(int fd, const char *name, bool fifo, unsigned flags,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
