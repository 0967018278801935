/*
 * layout_tar.c - finding the files of an OCI layout in a tar (see layout.h).
 *
 * libarchive reads the headers (ustar, pax, GNU, old) and skips the data by
 * seeking; what stays are offsets and sizes, so that blobs are later read in
 * place. Nothing is ever unpacked.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/archive_lib.h"
#include "lib/model/layout_priv.h"

#define BLOB_DIR "blobs/sha256/"

enum { BLOCK = 10240, MAGIC_LEN = 6 };

/* What an entry's name means in a layout. */
enum role {
	ROLE_NONE,
	ROLE_MARKER,
	ROLE_INDEX,
	ROLE_DIR,
	ROLE_BLOB,
};

/* The compression of a file by its first bytes, NULL when there is none. */
static const char *compression(int fd)
{
	static const struct {
		const char *name;
		size_t n;
		uint8_t magic[MAGIC_LEN];
	} known[] = {
		{ "gzip", 2, { 0x1f, 0x8b } },
		{ "zstd", 4, { 0x28, 0xb5, 0x2f, 0xfd } },
		{ "xz", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ "bzip2", 3, { 'B', 'Z', 'h' } },
		{ "lz4", 4, { 0x04, 0x22, 0x4d, 0x18 } },
	};
	uint8_t head[MAGIC_LEN] = { 0 };
	ssize_t n = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; n > 0 && i < COCO_ARRAY_LEN(known); i++)
		if ((size_t)n >= known[i].n && memcmp(head, known[i].magic, known[i].n) == 0)
			return known[i].name;
	return NULL;
}

static struct archive *open_archive(const struct coco_archive *lib, int fd)
{
	struct archive *a = lib->read_new();

	if (a == NULL)
		return NULL;
	if (lseek(fd, 0, SEEK_SET) != 0 || lib->read_support_format_tar(a) != ARCHIVE_OK ||
	    lib->read_open_fd(a, fd, BLOCK) != ARCHIVE_OK) {
		lib->read_free(a);
		return NULL;
	}
	return a;
}

/*
 * An entry's name without a leading "./"; NULL when it cannot be decoded. The
 * first form depends on the locale, but not for the ASCII names of a layout.
 */
static const char *entry_name(const struct coco_archive *lib, struct archive_entry *e)
{
	const char *name = lib->entry_pathname(e);

	if (name == NULL)
		name = lib->entry_pathname_utf8(e);
	while (name != NULL && name[0] == '.' && name[1] == '/') {
		name += 2;
		name += strspn(name, "/");
	}
	return name;
}

/* Whether a name stays below the directory that the tar stands for. */
static bool stays_inside(const char *name)
{
	if (name[0] == '/')
		return false;
	for (const char *at = name; at != NULL && *at != '\0';) {
		if (at[0] == '.' && at[1] == '.' && (at[2] == '/' || at[2] == '\0'))
			return false;
		at = strchr(at, '/');
		if (at != NULL)
			at++;
	}
	return true;
}

static enum role role_of(const char *name, struct coco_digest *ret)
{
	if (strcmp(name, COCO_LAYOUT_MARKER) == 0)
		return ROLE_MARKER;
	if (strcmp(name, COCO_LAYOUT_INDEX) == 0)
		return ROLE_INDEX;
	if (strcmp(name, "blobs") == 0 || strcmp(name, "blobs/") == 0 ||
	    strcmp(name, "blobs/sha256") == 0 || strcmp(name, BLOB_DIR) == 0)
		return ROLE_DIR;
	if (strncmp(name, BLOB_DIR, sizeof(BLOB_DIR) - 1) != 0)
		return ROLE_NONE;
	const char *hex = name + sizeof(BLOB_DIR) - 1;
	if (strlen(hex) != COCO_LAYOUT_HEX ||
	    strspn(hex, "0123456789abcdef") != COCO_LAYOUT_HEX ||
	    coco_hex_decode(ret->sha256, sizeof(ret->sha256), hex, COCO_LAYOUT_HEX, NULL) != 0)
		return ROLE_NONE;
	return ROLE_BLOB;
}

static bool is_plain_file(const struct coco_archive *lib, struct archive_entry *e)
{
	return lib->entry_filetype(e) == AE_IFREG && lib->entry_hardlink(e) == NULL &&
	       lib->entry_symlink(e) == NULL && lib->entry_size_is_set(e) &&
	       lib->entry_size(e) >= 0;
}

static int broken(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_LAYOUT_FORMAT, "%s", what);
}

static int keep_root_file(bool *have, struct coco_layout_entry *at,
			  const struct coco_layout_entry *found, struct coco_diag *diag)
{
	if (*have)
		return broken(diag, "the tar holds index.json or oci-layout twice");
	*have = true;
	*at = *found;
	return 0;
}

static int keep_blob(struct coco_layout *l, const struct coco_layout_entry *found,
		     struct coco_diag *diag)
{
	void *list = l->entries;

	if (!coco_grow(&list, &l->cap_entries, l->n_entries, sizeof(*l->entries),
		       COCO_LAYOUT_TAR_ENTRIES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the list of blobs");
	l->entries = list;
	l->entries[l->n_entries++] = *found;
	return 0;
}

/* Notes one entry whose data starts at offset of the tar. */
static int take_entry(struct coco_layout *l, const struct coco_archive *lib,
		      struct archive_entry *e, int64_t offset, struct coco_diag *diag)
{
	struct coco_layout_entry found = { .offset = (uint64_t)offset };
	const char *name = entry_name(lib, e);

	if (name == NULL)
		return broken(diag, "a name in the tar cannot be decoded");
	if (!stays_inside(name))
		return broken(diag, "the tar has an absolute name or one with \"..\"");
	enum role role = role_of(name, &found.digest);
	if (role == ROLE_NONE)
		return 0;
	if (role == ROLE_DIR)
		return lib->entry_filetype(e) == AE_IFDIR
			       ? 0
			       : broken(diag, "blobs in the tar is not a directory");
	if (lib->entry_hardlink(e) != NULL)
		coco_diag_hint(diag, "make the tar again with --hard-dereference");
	if (!is_plain_file(lib, e))
		return broken(diag, "the tar has a link or special file in place of a file");
	if (lib->entry_sparse_count(e) > 0) {
		coco_diag_hint(diag, "make the tar again without --sparse, or unpack it");
		return coco_fail(diag, COCO_E_LAYOUT_TAR, "the tar stores a file as sparse");
	}
	found.size = (uint64_t)lib->entry_size(e);
	if (offset < 0 || found.offset > l->tar_size || found.size > l->tar_size - found.offset)
		return broken(diag, "the tar is cut off");
	if (role == ROLE_MARKER)
		return keep_root_file(&l->has_marker, &l->marker_at, &found, diag);
	if (role == ROLE_INDEX)
		return keep_root_file(&l->has_index, &l->index_at, &found, diag);
	return keep_blob(l, &found, diag);
}

static int scan(struct coco_layout *l, const struct coco_archive *lib, struct archive *a,
		struct coco_diag *diag)
{
	struct archive_entry *e = NULL;

	for (unsigned n = 0;; n++) {
		int status = lib->read_next_header(a, &e);

		if (status == ARCHIVE_EOF)
			return 0;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			const char *text = lib->error_string(a);

			return coco_fail(diag, COCO_E_LAYOUT_FORMAT, "a damaged tar: %s",
					 text != NULL ? text : "unknown error");
		}
		if (n >= COCO_LAYOUT_TAR_ENTRIES_MAX)
			return coco_fail(diag, COCO_E_LIMIT_SIZE,
					 "the tar has more than %d entries",
					 COCO_LAYOUT_TAR_ENTRIES_MAX);
		int r = take_entry(l, lib, e, lib->filter_bytes(a, 0), diag);
		if (r != 0)
			return r;
	}
}

static int by_digest(const void *a, const void *b)
{
	const struct coco_layout_entry *x = a;
	const struct coco_layout_entry *y = b;

	return memcmp(x->digest.sha256, y->digest.sha256, sizeof(x->digest.sha256));
}

int coco_layout_scan_tar(struct coco_layout *l, struct coco_diag *diag)
{
	const char *packed = compression(l->root);
	const struct coco_archive *lib = NULL;

	if (packed != NULL) {
		coco_diag_hint(diag, "decompress it with %s -d, or unpack it into a directory",
			       packed);
		return coco_fail(diag, COCO_E_LAYOUT_TAR,
				 "the file is compressed with %s, blobs in it cannot be reached",
				 packed);
	}
	int r = coco_archive_load(&lib, diag);
	if (r != 0)
		return r;
	struct archive *a = open_archive(lib, l->root);
	if (a == NULL)
		return broken(diag, "neither a directory nor a tar of an OCI image layout");
	r = scan(l, lib, a, diag);
	lib->read_free(a);
	if (r != 0)
		return r;
	if (l->n_entries != 0)
		qsort(l->entries, l->n_entries, sizeof(*l->entries), by_digest);
	for (size_t i = 1; i < l->n_entries; i++)
		if (coco_digest_equal(&l->entries[i - 1].digest, &l->entries[i].digest))
			return broken(diag, "the tar holds a blob twice");
	return 0;
}

bool coco_layout_tar_marker(int fd)
{
	const struct coco_archive *lib = NULL;
	bool can = compression(fd) == NULL && coco_archive_load(&lib, NULL) == 0;
	struct archive *a = can ? open_archive(lib, fd) : NULL;
	struct archive_entry *e = NULL;
	bool found = false;

	for (unsigned n = 0; a != NULL && !found && n < COCO_LAYOUT_TAR_ENTRIES_MAX; n++) {
		int status = lib->read_next_header(a, &e);

		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			break;
		const char *name = entry_name(lib, e);
		found = name != NULL && strcmp(name, COCO_LAYOUT_MARKER) == 0;
	}
	if (a != NULL)
		lib->read_free(a);
	return found;
}
