/*
 * oms_ignore.h - the list of paths that a model signature leaves out: what
 * the user named, the signature file itself, Git's own files.
 */
#ifndef COCO_OMS_IGNORE_H
#define COCO_OMS_IGNORE_H

#include "formats/core/diag.h"

/* All zero means empty. */
struct coco_oms_ignore {
	const char **paths;  /* each owned; plain relative paths */
	size_t n;
	size_t cap;
};

/* coco_oms_ignore_add - one plain relative path (copied). OMS_NAME, LIMIT_SIZE, LIMIT_MEMORY. */
int coco_oms_ignore_add(struct coco_oms_ignore *list, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_oms_ignore_add_user - as typed: "./" in front and slashes at the end
 * are dropped. USAGE_VALUE for an absolute path or one with "..".
 */
int coco_oms_ignore_add_user(struct coco_oms_ignore *list, const char *const *paths, size_t n,
			     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_ignore_add_signature - the signature file, if it lies below the model; not "-". */
int coco_oms_ignore_add_signature(struct coco_oms_ignore *list, const char *model,
				  const char *signature, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_ignore_add_git - .git .gitattributes .github .gitignore at the top. */
int coco_oms_ignore_add_git(struct coco_oms_ignore *list, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_ignore_sort - byte order, each path once. */
void coco_oms_ignore_sort(struct coco_oms_ignore *list);

/* coco_oms_ignore_covers - whether a sorted list names path or a directory above it. */
bool coco_oms_ignore_covers(const struct coco_oms_ignore *list, const char *path);

void coco_oms_ignore_free(struct coco_oms_ignore *list);

#endif
