/*
 * layout.c - opening an OCI image layout and its blobs (see layout.h;
 * image-spec: image-layout.md). Names are made from decoded digests only and
 * opened below directory descriptors without following links.
 */
#include "lib/model/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/model/layout_priv.h"

int coco_layout_open_regular(int dirfd, const char *name, int missing, const char *label,
			     int *ret_fd, uint64_t *ret_size, struct coco_diag *diag)
{
	struct stat st;
	/* O_NONBLOCK: opening a FIFO must not hang; it has no effect on files */
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT)
		return coco_fail(diag, missing, "%s is missing", label);
	if (fd < 0 && errno == ELOOP)
		return coco_fail(diag, COCO_E_IO_KIND, "%s is a symbolic link", label);
	if (fd < 0 && errno == ENXIO)
		return coco_fail(diag, COCO_E_IO_KIND, "%s is not a regular file", label);
	if (fd < 0 || fstat(fd, &st) != 0) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open a file of the layout",
				       label);
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return coco_fail(diag, COCO_E_IO_KIND, "%s is not a regular file", label);
	}
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

static int open_subdir(int dirfd, const char *name, int *ret_fd, struct coco_diag *diag)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT) {
		/* a link to a directory gives ENOTDIR or ELOOP */
		if (errno == ENOTDIR || errno == ELOOP)
			return coco_fail(diag, COCO_E_IO_KIND,
					 "%s of the layout is not a directory", name);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno,
				       "open a directory of the layout", name);
	}
	*ret_fd = fd;
	return 0;
}

int coco_layout_open_blobs(int dirfd, int *ret_fd, struct coco_diag *diag)
{
	int blobs = -1;
	int r = open_subdir(dirfd, "blobs", &blobs, diag);

	if (r != 0)
		return r;
	if (blobs < 0) {
		*ret_fd = -1;
		return 0;
	}
	r = open_subdir(blobs, "sha256", ret_fd, diag);
	close(blobs);
	return r;
}

/* The whole of a file in the root of a layout directory. */
static int read_root_file(int dirfd, const char *name, size_t max, uint8_t **ret, size_t *ret_n,
			  struct coco_diag *diag)
{
	int fd = -1;
	uint64_t size = 0;
	int r = coco_layout_open_regular(dirfd, name, COCO_E_LAYOUT_FORMAT, name, &fd, &size,
					 diag);

	if (r != 0)
		return r;
	r = coco_read_fd(fd, name, max, ret, ret_n, diag);
	close(fd);
	return r;
}

/* The bytes [offset, offset + size) of fd, NUL-terminated; size <= max. */
static int read_at(int fd, uint64_t offset, uint64_t size, size_t max, const char *name,
		   uint8_t **ret, struct coco_diag *diag)
{
	if (size > max)
		return coco_fail(diag, COCO_E_LIMIT_SIZE,
				 "%s has %" PRIu64 " bytes, the limit is %zu", name, size, max);
	uint8_t *p = coco_alloc((size_t)size + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to read %s", name);
	int r = coco_pread_full(fd, p, (size_t)size, offset, name, diag);
	if (r != 0) {
		coco_free(p);
		return r;
	}
	p[size] = 0;
	*ret = p;
	return 0;
}

/* Names the file of the layout that a failure is about; returns r. */
static int in_file(const struct coco_layout *l, const char *name, int r, struct coco_diag *diag)
{
	if (r != 0)
		coco_diag_source(diag, "%s/%s", l->path != NULL ? l->path : ".", name);
	return r;
}

/* Reads a file of the root: from the directory, or from its place in the tar. */
static int read_root(const struct coco_layout *l, const char *name,
		     const struct coco_layout_entry *at, size_t max, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag)
{
	if (!l->tar)
		return read_root_file(l->root, name, max, ret, ret_n, diag);
	*ret_n = (size_t)at->size;
	return read_at(l->root, at->offset, at->size, max, name, ret, diag);
}

static int load(struct coco_layout *l, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = read_root(l, COCO_LAYOUT_MARKER, &l->marker_at, COCO_LAYOUT_MARKER_MAX, &text, &n,
			  diag);

	if (r == 0)
		r = coco_oci_layout_check(coco_view_of(text, n), diag);
	coco_free(text);
	text = NULL;
	if (r != 0)
		return in_file(l, COCO_LAYOUT_MARKER, r, diag);
	r = read_root(l, COCO_LAYOUT_INDEX, &l->index_at, COCO_OCI_INDEX_TEXT_MAX, &text, &n,
		      diag);
	if (r == 0)
		r = coco_index_decode(&l->index, coco_view_of(text, n), diag);
	coco_free(text);
	return in_file(l, COCO_LAYOUT_INDEX, r, diag);
}

int coco_layout_load_dir(struct coco_layout *l, struct coco_diag *diag)
{
	int r = load(l, diag);

	return r != 0 ? r : coco_layout_open_blobs(l->root, &l->blobs, diag);
}

static int load_tar(struct coco_layout *l, struct coco_diag *diag)
{
	int r = coco_layout_scan_tar(l, diag);

	if (r != 0)
		return r;
	if (!l->has_marker || !l->has_index)
		coco_diag_hint(diag, "make the tar with tar -C PACKAGE -cf FILE . so that "
			       "oci-layout, index.json and blobs/sha256 are at its top");
	if (!l->has_marker || !l->has_index)
		return coco_fail(diag, COCO_E_LAYOUT_FORMAT, "the tar has no %s",
				 l->has_marker ? COCO_LAYOUT_INDEX : COCO_LAYOUT_MARKER);
	return load(l, diag);
}

void coco_layout_unload(struct coco_layout *l)
{
	if (l->blobs >= 0)
		close(l->blobs);
	l->blobs = -1;
	coco_index_free(&l->index);
	coco_free(l->entries);
	l->entries = NULL;
	coco_free(l->path);
	l->path = NULL;
}

void coco_layout_close(struct coco_layout *l)
{
	if (l == NULL)
		return;
	coco_layout_unload(l);
	if (l->root >= 0)
		close(l->root);
	coco_free(l);
}

static int open_root(struct coco_layout *l, const char *path, struct coco_diag *diag)
{
	struct stat st;

	l->root = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (l->root < 0 || fstat(l->root, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the layout", path);
	if (S_ISDIR(st.st_mode)) {
		if (fstatat(l->root, COCO_LAYOUT_MARKER, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
		    errno == ENOENT)
			coco_diag_hint(diag, "a model's directory becomes a package with cococtl "
				       "model pack; of a copied package all must be there: "
				       "oci-layout, index.json and blobs/sha256");
		return coco_layout_load_dir(l, diag);
	}
	if (!S_ISREG(st.st_mode))
		return coco_fail(diag, COCO_E_IO_KIND,
				 "a directory or a tar of an OCI image layout is needed");
	l->tar = true;
	l->tar_size = (uint64_t)st.st_size;
	return load_tar(l, diag);
}

int coco_layout_open(struct coco_layout **ret, const char *path, struct coco_diag *diag)
{
	struct coco_layout *l = coco_zalloc(1, sizeof(*l));
	int r = 0;

	if (l != NULL) {
		l->root = -1;
		l->blobs = -1;
		l->path = coco_strdup(path);
	}
	if (l == NULL || l->path == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a layout");
	else
		r = open_root(l, path, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_layout_close(l);
		return r;
	}
	*ret = l;
	return 0;
}

static int open_dir_of(enum coco_target_kind kind, const char *path, int *ret_fd,
		       struct coco_diag *diag)
{
	if (kind == COCO_TARGET_LAYOUT_TAR)
		return coco_fail(diag, COCO_E_LAYOUT_TAR,
				 "a tar of a layout can be read, but nothing can be added to it");
	if (kind == COCO_TARGET_OTHER)
		return coco_fail(diag, COCO_E_IO_KIND,
				 "a directory with an OCI image layout is needed");
	if (kind == COCO_TARGET_PLAIN_DIR)
		return coco_fail(diag, COCO_E_LAYOUT_FORMAT,
				 "the directory is not an OCI image layout: %s is missing",
				 COCO_LAYOUT_MARKER);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the layout", path);
	*ret_fd = fd;
	return 0;
}

int coco_layout_open_dir(const char *path, int *ret_fd, struct coco_diag *diag)
{
	enum coco_target_kind kind = COCO_TARGET_OTHER;
	int r = coco_layout_probe(path, &kind, diag);

	if (r == 0)
		r = open_dir_of(kind, path, ret_fd, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	return r;
}

int coco_layout_probe(const char *path, enum coco_target_kind *ret, struct coco_diag *diag)
{
	struct stat st;
	struct stat marker;
	enum coco_target_kind kind = COCO_TARGET_OTHER;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	/* a socket or a device without a driver is something, but no layout */
	if (fd < 0 && errno == ENXIO) {
		*ret = COCO_TARGET_OTHER;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open", path);
	}
	if (S_ISDIR(st.st_mode))
		kind = fstatat(fd, COCO_LAYOUT_MARKER, &marker, AT_SYMLINK_NOFOLLOW) == 0 &&
				       S_ISREG(marker.st_mode)
			       ? COCO_TARGET_LAYOUT_DIR
			       : COCO_TARGET_PLAIN_DIR;
	else if (S_ISREG(st.st_mode) && coco_layout_tar_marker(fd))
		kind = COCO_TARGET_LAYOUT_TAR;
	close(fd);
	*ret = kind;
	return 0;
}

const struct coco_index *coco_layout_index(const struct coco_layout *l)
{
	return &l->index;
}

bool coco_layout_is_tar(const struct coco_layout *l)
{
	return l->tar;
}

static int compare_entry(const void *key, const void *item)
{
	const struct coco_digest *digest = key;
	const struct coco_layout_entry *entry = item;

	return memcmp(digest->sha256, entry->digest.sha256, sizeof(digest->sha256));
}

static int open_in_tar(const struct coco_layout *l, const struct coco_descriptor *d,
		       const char *label, struct coco_blob_at *ret, struct coco_diag *diag)
{
	const struct coco_layout_entry *e =
		l->n_entries == 0 ? NULL
				  : bsearch(&d->digest, l->entries, l->n_entries,
					    sizeof(*l->entries), compare_entry);

	if (e == NULL)
		return coco_fail(diag, COCO_E_BLOB_MISSING, "%s is missing", label);
	int fd = fcntl(l->root, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the layout", l->path);
	*ret = (struct coco_blob_at){ .fd = fd, .offset = e->offset, .size = e->size };
	return 0;
}

int coco_layout_blob(const struct coco_layout *l, const struct coco_descriptor *d,
		     struct coco_blob_at *ret, struct coco_diag *diag)
{
	struct coco_blob_at at = { .fd = -1 };
	char hex[COCO_LAYOUT_HEX + 1];
	char label[COCO_LAYOUT_HEX + 16] = "blob sha256:";
	int r;

	coco_hex_encode(hex, d->digest.sha256, sizeof(d->digest.sha256));
	memcpy(label + strlen(label), hex, sizeof(hex));
	if (l->tar)
		r = open_in_tar(l, d, label, &at, diag);
	else if (l->blobs < 0)
		r = coco_fail(diag, COCO_E_BLOB_MISSING, "%s is missing", label);
	else
		r = coco_layout_open_regular(l->blobs, hex, COCO_E_BLOB_MISSING, label, &at.fd,
					     &at.size, diag);
	if (r == 0 && at.size != d->size) {
		close(at.fd);
		coco_diag_expected(diag, "%" PRIu64 " bytes", d->size);
		coco_diag_actual(diag, "%" PRIu64 " bytes", at.size);
		r = coco_fail(diag, COCO_E_BLOB_SIZE, "%s has another size than its descriptor",
			      label);
	}
	if (r != 0) {
		coco_diag_source(diag, "%s", l->path != NULL ? l->path : "the layout");
		return r;
	}
	*ret = at;
	return 0;
}

void coco_blob_close(struct coco_blob_at *b)
{
	if (b->fd >= 0)
		close(b->fd);
	*b = (struct coco_blob_at){ .fd = -1 };
}

int coco_layout_read(const struct coco_layout *l, const struct coco_descriptor *d, size_t max,
		     uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	char label[COCO_OCI_DIGEST_TEXT];
	struct coco_blob_at at;
	struct coco_digest found;
	uint8_t *p = NULL;
	int r = coco_layout_blob(l, d, &at, diag);

	if (r != 0)
		return r;
	coco_digest_text(label, &d->digest);
	r = read_at(at.fd, at.offset, at.size, max, label, &p, diag);
	coco_blob_close(&at);
	if (r != 0)
		return r;
	coco_sha256_once(p, (size_t)d->size, found.sha256);
	if (!coco_digest_equal(&found, &d->digest)) {
		coco_free(p);
		coco_diag_source(diag, "%s", l->path != NULL ? l->path : "the layout");
		coco_diag_expected(diag, "%s", label);
		coco_digest_text(label, &found);
		coco_diag_actual(diag, "%s", label);
		coco_digest_text(label, &d->digest);
		return coco_fail(diag, COCO_E_BLOB_DIGEST, "blob %s has other content", label);
	}
	*ret = p;
	*ret_n = (size_t)d->size;
	return 0;
}

void coco_found_free(struct coco_found *f)
{
	coco_free(f->text);
	coco_free(f->tag);
	coco_manifest_free(&f->manifest);
	*f = (struct coco_found){ 0 };
}
