/*
 * archive_lib.c - libarchive, loaded when it is needed (see archive_lib.h).
 */
#include "lib/core/archive_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libarchive.so.13"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct coco_archive lib;
static bool loaded;

static void load(void)
{
	static const char *const names[] = {
		"archive_read_new",
		"archive_read_append_filter",
		"archive_read_support_format_raw",
		"archive_read_support_format_tar",
		"archive_read_open_memory",
		"archive_read_open_fd",
		"archive_read_next_header",
		"archive_read_data",
		"archive_read_free",
		"archive_error_string",
		"archive_filter_bytes",
		"archive_entry_pathname",
		"archive_entry_pathname_utf8",
		"archive_entry_hardlink",
		"archive_entry_symlink",
		"archive_entry_filetype",
		"archive_entry_size",
		"archive_entry_size_is_set",
		"archive_entry_sparse_count",
	};
	void *functions[COCO_ARRAY_LEN(names)];
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	_Static_assert(sizeof(functions) == sizeof(lib), "one name per function, in order");
	if (handle == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		functions[i] = dlsym(handle, names[i]);
		if (functions[i] == NULL)
			return;
	}
	memcpy(&lib, functions, sizeof(lib));
	loaded = true;
}

int coco_archive_load(const struct coco_archive **ret, struct coco_diag *diag)
{
	pthread_once(&once, load);
	if (!loaded)
		return coco_fail(diag, COCO_E_IO_LIBRARY, "%s cannot be loaded", LIBRARY);
	*ret = &lib;
	return 0;
}
