/*
 * layout.h - an OCI image layout on disk: a directory, or a tar of one
 * (reading only). Blobs are found by digest and read at an offset; nothing in
 * a layout is trusted, callers compare digests.
 */
#ifndef COCO_LAYOUT_H
#define COCO_LAYOUT_H

#include "formats/model/oci.h"
#include "lib/core/run.h"

struct coco_layout; /* opaque; safe for concurrent blob reads */

/* Where the bytes of a blob are: [offset, offset + size) of fd (owned by the blob). */
struct coco_blob_at {
	int fd;
	uint64_t offset;
	uint64_t size;
};

enum {
	COCO_LAYOUT_DEPTH_MAX = 4,            /* nested indexes below index.json */
	COCO_LAYOUT_FOUND_MAX = 1000,         /* manifests that one search returns */
	COCO_LAYOUT_FOUND_BYTES_MAX = 64 << 20, /* and their bytes together */
	COCO_LAYOUT_TAR_ENTRIES_MAX = 200000, /* entries of a tar */
};

/*
 * coco_layout_open - a directory with an oci-layout file, or an uncompressed
 * tar of one (ustar, pax, GNU). Checks oci-layout and parses index.json. The
 * path never follows out of the directory. A tar with an entry twice, a link
 * in place of a file, an absolute name or ".." is refused. Errors: IO_OPEN,
 * IO_KIND, LAYOUT_FORMAT, LAYOUT_TAR (compressed or sparse tar), those of
 * coco_index_decode. Free with coco_layout_close.
 */
int coco_layout_open(struct coco_layout **ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_layout_close(struct coco_layout *l);

/*
 * coco_layout_probe - what is at path: an OCI layout (directory or tar), a
 * plain directory, other. It looks for the oci-layout file only; for OTHER,
 * coco_layout_open says why it is no layout (a compressed tar, for one).
 */
enum coco_target_kind {
	COCO_TARGET_LAYOUT_DIR,
	COCO_TARGET_LAYOUT_TAR,
	COCO_TARGET_PLAIN_DIR,
	COCO_TARGET_OTHER,
};
int coco_layout_probe(const char *path, enum coco_target_kind *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

const struct coco_index *coco_layout_index(const struct coco_layout *l);
bool coco_layout_is_tar(const struct coco_layout *l);

/*
 * coco_layout_blob - opens a blob; *ret->size is the size found. Missing:
 * COCO_E_BLOB_MISSING; a size that differs from d->size: COCO_E_BLOB_SIZE.
 * Close with coco_blob_close. A symbolic link or non-regular file is refused
 * (COCO_E_IO_KIND). Read at offsets only: the file position may be shared.
 */
int coco_layout_blob(const struct coco_layout *l, const struct coco_descriptor *d,
		     struct coco_blob_at *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_blob_close(struct coco_blob_at *b);

/*
 * coco_layout_read - a whole small blob (at most max bytes, else LIMIT_SIZE),
 * its digest checked (COCO_E_BLOB_DIGEST). Gives *ret (coco_free),
 * NUL-terminated past *ret_n.
 */
int coco_layout_read(const struct coco_layout *l, const struct coco_descriptor *d, size_t max,
		     uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* A manifest found in a layout: its exact bytes, digest and decoded form. */
struct coco_found {
	struct coco_digest digest;
	uint8_t *text;
	size_t n_text;
	struct coco_manifest manifest;
	char *tag;            /* org.opencontainers.image.ref.name, its own or that of the
				 index that lists it; or NULL */
};
void coco_found_free(struct coco_found *f);

/*
 * coco_layout_find - the one manifest with this artifactType, searched in
 * index.json and nested indexes (bounded depth and count). With a tag (not
 * NULL) only what carries that name. The type is read from the manifest, not
 * from the index, where copying tools drop it. One manifest under several
 * tags is one. None: COCO_E_PACKAGE_NONE (the message says what was there
 * instead, e.g. a container image) or, when an entry could not be read, the
 * reason for that; several: COCO_E_PACKAGE_SEVERAL with the tags in the hint.
 */
int coco_layout_find(const struct coco_layout *l, const char *artifact_type, const char *tag,
		     struct coco_found *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_layout_referrers - all manifests whose subject is this digest and
 * whose artifactType (or, when that is absent, config media type) is the
 * given one; gives a list (coco_found_free each, then coco_free). Looks in
 * index.json and nested indexes, so also in the one tagged "sha256-<hex>" that copying
 * tools write. Entries that cannot be read are passed over, but when nothing
 * else is found their error is returned. An empty list is not an error.
 */
int coco_layout_referrers(const struct coco_layout *l, const struct coco_digest *subject,
			  const char *artifact_type, struct coco_found **ret, size_t *ret_n,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * Writing into a layout directory that is open as dirfd (an output being
 * built, or an existing layout that gets a signature). A file appears whole
 * under its name or not at all; a blob that exists with the same content is
 * left alone.
 */
int coco_layout_init(int dirfd, struct coco_diag *diag) COCO_MUSTUSE; /* oci-layout, blobs/sha256 */
int coco_layout_put(int dirfd, const void *p, size_t n, struct coco_digest *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;
int coco_layout_write_index(int dirfd, const struct coco_index *x, struct coco_diag *diag)
	COCO_MUSTUSE; /* atomic replacement of index.json */

/*
 * coco_layout_open_dir - opens an existing layout directory for the functions
 * above and below; a tar is COCO_E_LAYOUT_TAR with the hint to unpack it.
 * Close *ret_fd with close().
 */
int coco_layout_open_dir(const char *path, int *ret_fd, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_layout_attach - adds an artifact that refers to subject: one layer
 * (bytes, media type, title), empty config, artifactType, annotations; lists
 * it in index.json (with artifactType, as oras and cosign expect) and in the
 * "sha256-<hex>" index where there is one. Blobs first, index.json last and
 * by rename; other entries keep everything they have. Writers of this library
 * wait for each other (flock on the directory, where the file system can
 * lock); a change of index.json by another program in between is
 * COCO_E_IO_CHANGED. An identical artifact is not added twice. replace takes
 * earlier referrers of the subject with the same artifactType out of the
 * index (not their blobs). The subject itself is not looked for.
 */
struct coco_attachment {
	const char *artifact_type;
	const char *layer_media_type;
	const char *layer_title;    /* NULL: none */
	struct coco_view layer;
	const struct coco_annotation *annotations;
	size_t n_annotations;
	bool replace;
};
int coco_layout_attach(int dirfd, const struct coco_descriptor *subject,
		       const struct coco_attachment *a, struct coco_digest *ret_manifest,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
