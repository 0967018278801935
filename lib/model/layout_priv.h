/*
 * layout_priv.h - what the files layout*.c share; nobody else includes it.
 */
#ifndef COCO_LAYOUT_PRIV_H
#define COCO_LAYOUT_PRIV_H

#include "lib/model/layout.h"

#define COCO_LAYOUT_MARKER "oci-layout"
#define COCO_LAYOUT_INDEX "index.json"

enum { COCO_LAYOUT_HEX = 64, COCO_LAYOUT_MARKER_MAX = 4096 };

/* A file in a tar. */
struct coco_layout_entry {
	struct coco_digest digest; /* of a blob, by its name */
	uint64_t offset;
	uint64_t size;
};

struct coco_layout {
	char *path;          /* as the user named it, for messages */
	int root;            /* the directory or the tar */
	int blobs;           /* blobs/sha256 of a directory, -1 when absent or a tar */
	bool tar;
	uint64_t tar_size;
	bool has_marker;     /* in a tar: where the two files are */
	bool has_index;
	struct coco_layout_entry marker_at;
	struct coco_layout_entry index_at;
	struct coco_layout_entry *entries; /* blobs of a tar, sorted by digest */
	size_t n_entries;
	size_t cap_entries;
	struct coco_index index;
};

/* coco_layout_scan_tar - fills the tar part of l from l->root. */
int coco_layout_scan_tar(struct coco_layout *l, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_layout_tar_marker - whether fd is a tar with an oci-layout file in it. */
bool coco_layout_tar_marker(int fd);

/*
 * coco_layout_open_regular - name below dirfd, a regular file, no link.
 * Missing: the code missing; link or other kind: IO_KIND. label names it in
 * messages.
 */
int coco_layout_open_regular(int dirfd, const char *name, int missing, const char *label,
			     int *ret_fd, uint64_t *ret_size, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_layout_open_blobs - blobs/sha256 below dirfd without following links;
 * *ret_fd is -1 when the directory is absent.
 */
int coco_layout_open_blobs(int dirfd, int *ret_fd, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_layout_load_dir - checks and loads the directory l->root. */
int coco_layout_load_dir(struct coco_layout *l, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_layout_unload - frees what l holds, but closes not l->root. */
void coco_layout_unload(struct coco_layout *l);

#endif
