/*
 * path_list.h - candidates for a file: a file, or the files of a directory.
 */
#ifndef COCO_PATH_LIST_H
#define COCO_PATH_LIST_H

#include "formats/core/diag.h"

enum { COCO_PATH_LIST_MAX = 1 << 12 };

struct coco_path_list {
	char **path;    /* owned; a NULL in it is "no file" */
	size_t n;
	size_t cap;
};

/* coco_path_list_add - a path (copied), or NULL for no file. LIMIT_MEMORY, SEARCH_SPACE. */
int coco_path_list_add(struct coco_path_list *list, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_path_list_take - path, or when it is a directory the regular files in
 * it in the order of their names, hidden ones left out. Errors: IO_OPEN,
 * SEARCH_VARY for an empty directory, and as coco_path_list_add.
 */
int coco_path_list_take(struct coco_path_list *list, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;

void coco_path_list_free(struct coco_path_list *list);   /* fine on a zeroed struct */

#endif
