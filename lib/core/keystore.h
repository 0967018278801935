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
