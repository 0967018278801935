/*
 * oms_ignore.c - what a model signature leaves out (see oms_ignore.h).
 */
#include "lib/model/oms_ignore.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/catalogue.h"
#include "formats/model/oms.h"
#include "lib/model/tree.h"

static int add_n(struct coco_oms_ignore *list, const char *path, size_t n, int code,
		 struct coco_diag *diag)
{
	void *paths = list->paths;

	if (!coco_path_safe(path, n))
		return coco_fail(diag, code, "an ignored path must be relative to the model, "
					     "without \"..\" and in UTF-8");
	if (list->n >= COCO_OMS_MAX_IGNORE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d ignored paths",
				 COCO_OMS_MAX_IGNORE);
	if (!coco_grow(&paths, &list->cap, list->n, sizeof(*list->paths), COCO_OMS_MAX_IGNORE))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the ignore list");
	list->paths = paths;
	list->paths[list->n] = coco_strndup(path, n);
	if (list->paths[list->n] == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the ignore list");
	list->n++;
	return 0;
}

int coco_oms_ignore_add(struct coco_oms_ignore *list, const char *path, struct coco_diag *diag)
{
	return add_n(list, path, strlen(path), COCO_E_OMS_NAME, diag);
}

int coco_oms_ignore_add_user(struct coco_oms_ignore *list, const char *const *paths, size_t n,
			     struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *p = paths[i];

		while (p[0] == '.' && p[1] == '/')
			for (p += 2; *p == '/'; p++)
				;
		size_t len = strlen(p);
		while (len > 1 && p[len - 1] == '/')
			len--;
		r = add_n(list, p, len, COCO_E_USAGE_VALUE, diag);
	}
	return r;
}

int coco_oms_ignore_add_signature(struct coco_oms_ignore *list, const char *model,
				  const char *signature, struct coco_diag *diag)
{
	char *relative = NULL;

	if (strcmp(signature, "-") == 0) /* standard input or output */
		return 0;
	int r = coco_tree_relative(model, signature, &relative, diag);
	if (r == 0 && relative != NULL)
		r = add_n(list, relative, strlen(relative), COCO_E_USAGE_VALUE, diag);
	coco_free(relative);
	return r;
}

int coco_oms_ignore_add_git(struct coco_oms_ignore *list, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_TREE_GIT_NAMES; i++)
		r = coco_oms_ignore_add(list, coco_tree_git_names[i], diag);
	return r;
}

static int path_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void free_path(const char *path)
{
	union {
		const char *in;
		char *out;
	} p = { .in = path };

	coco_free(p.out);
}

void coco_oms_ignore_sort(struct coco_oms_ignore *list)
{
	size_t kept = 0;

	if (list->n == 0)
		return;
	qsort(list->paths, list->n, sizeof(*list->paths), path_cmp);
	for (size_t i = 0; i < list->n; i++) {
		if (kept > 0 && strcmp(list->paths[kept - 1], list->paths[i]) == 0)
			free_path(list->paths[i]);
		else
			list->paths[kept++] = list->paths[i];
	}
	list->n = kept;
}

struct prefix {
	const char *path;
	size_t n;
};

static int prefix_cmp(const void *a, const void *b)
{
	const struct prefix *key = a;
	const char *entry = *(const char *const *)b;
	int r = strncmp(key->path, entry, key->n);

	return r != 0 ? r : entry[key->n] == '\0' ? 0 : -1;
}

bool coco_oms_ignore_covers(const struct coco_oms_ignore *list, const char *path)
{
	for (size_t n = 0; list->n != 0; n++) {
		const struct prefix key = { path, n };

		if ((path[n] == '/' || path[n] == '\0') && n > 0 &&
		    bsearch(&key, list->paths, list->n, sizeof(*list->paths), prefix_cmp) != NULL)
			return true;
		if (path[n] == '\0')
			break;
	}
	return false;
}

void coco_oms_ignore_free(struct coco_oms_ignore *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_path(list->paths[i]);
	coco_free(list->paths);
	*list = (struct coco_oms_ignore){ 0 };
}
