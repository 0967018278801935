/*
 * path_list.c - candidates for a file (see path_list.h).
 */
#include "lib/measure/path_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

static int take(struct coco_path_list *list, char *path, struct coco_diag *diag)
{
	void *p = list->path;

	if (list->n == COCO_PATH_LIST_MAX) {
		coco_free(path);
		return coco_fail(diag, COCO_E_SEARCH_SPACE, "more than %d files of one kind",
				 COCO_PATH_LIST_MAX);
	}
	if (!coco_grow(&p, &list->cap, list->n, sizeof(*list->path), COCO_PATH_LIST_MAX)) {
		coco_free(path);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list of files");
	}
	list->path = p;
	list->path[list->n++] = path;
	return 0;
}

int coco_path_list_add(struct coco_path_list *list, const char *path, struct coco_diag *diag)
{
	char *copy = path != NULL ? coco_strdup(path) : NULL;

	if (path != NULL && copy == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list of files");
	return take(list, copy, diag);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int take_entries(struct coco_path_list *list, DIR *dir, const char *path,
			struct coco_diag *diag)
{
	const struct dirent *e;
	int r = 0;

	while (r == 0 && (e = readdir(dir)) != NULL) {
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		char *full = coco_path_join(path, e->d_name);
		if (full == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY,
					 "no memory for a list of files");
		if (stat(full, &st) == 0 && S_ISREG(st.st_mode))
			r = take(list, full, diag);
		else
			coco_free(full);
	}
	return r;
}

int coco_path_list_take(struct coco_path_list *list, const char *path, struct coco_diag *diag)
{
	size_t first = list->n;
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return coco_path_list_add(list, path, diag);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path);
	int r = take_entries(list, dir, path, diag);
	closedir(dir);
	if (r != 0)
		return r;
	if (list->n == first)
		return coco_fail(diag, COCO_E_SEARCH_VARY, "the directory %s holds no file", path);
	qsort(list->path + first, list->n - first, sizeof(*list->path), by_name);
	return 0;
}

void coco_path_list_free(struct coco_path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		coco_free(list->path[i]);
	coco_free(list->path);
	memset(list, 0, sizeof(*list));
}
