/*
 * archive_lib.h - libarchive, loaded when a command first needs it: with what
 * it brings along it would cost every start of the program some milliseconds.
 */
#ifndef COCO_ARCHIVE_LIB_H
#define COCO_ARCHIVE_LIB_H

#include <archive.h>
#include <archive_entry.h>

#include "formats/core/diag.h"

/* The functions that are used, under their own names without "archive_". */
struct coco_archive {
	struct archive *(*read_new)(void);
	int (*read_append_filter)(struct archive *a, int filter);
	int (*read_support_format_raw)(struct archive *a);
	int (*read_support_format_tar)(struct archive *a);
	int (*read_open_memory)(struct archive *a, const void *p, size_t n);
	int (*read_open_fd)(struct archive *a, int fd, size_t block);
	int (*read_next_header)(struct archive *a, struct archive_entry **e);
	la_ssize_t (*read_data)(struct archive *a, void *p, size_t n);
	int (*read_free)(struct archive *a);
	const char *(*error_string)(struct archive *a);
	la_int64_t (*filter_bytes)(struct archive *a, int filter);
	const char *(*entry_pathname)(struct archive_entry *e);
	const char *(*entry_pathname_utf8)(struct archive_entry *e);
	const char *(*entry_hardlink)(struct archive_entry *e);
	const char *(*entry_symlink)(struct archive_entry *e);
	__LA_MODE_T (*entry_filetype)(struct archive_entry *e);
	la_int64_t (*entry_size)(struct archive_entry *e);
	int (*entry_size_is_set)(struct archive_entry *e);
	int (*entry_sparse_count)(struct archive_entry *e);
};

/* coco_archive_load - loaded once per process; *ret is static. Errors: IO_LIBRARY. */
int coco_archive_load(const struct coco_archive **ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
