/*
 * vtpm_chain.c - the files that are booted, as the user names them (see
 * vtpm.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/measure/vtpm_priv.h"

int coco_vtpm_file_set(struct coco_vtpm_file *f, const char *path, struct coco_diag *diag)
{
	const char *slash = strrchr(path, '/');

	f->fd = -1;
	if (strlen(path) >= sizeof(f->path))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "the path of a file is too long");
	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->name, sizeof(f->name), "%s", slash != NULL ? slash + 1 : path);
	return 0;
}

int coco_vtpm_add(struct coco_vtpm_files *files, const struct coco_vtpm_file *file,
		  struct coco_diag *diag)
{
	if (!coco_grow((void **)&files->list, &files->cap, files->n, sizeof(*file),
		       COCO_VTPM_FILES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu files",
				 files->n + 1);
	files->list[files->n++] = *file;
	return 0;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name);
	size_t k = strlen(end);

	return n > k && strcmp(name + n - k, end) == 0;
}

/* Where a file belongs by its name; NULL: nowhere. */
static struct coco_vtpm_files *kind_of(struct coco_vtpm_chain *c, const char *name, bool global)
{
	if (ends_with(name, ".addon.efi"))
		return &c->addons;
	if (ends_with(name, ".cred"))
		return global ? &c->global_credentials : &c->credentials;
	return ends_with(name, ".raw") && !global ? &c->extensions : NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct coco_vtpm_file *)a)->name,
		      ((const struct coco_vtpm_file *)b)->name);
}

/* Adds files by their kind; addons in the order of their names, which is that of the stub. */
static int add_list(struct coco_vtpm_work *w, const struct coco_vtpm_list *list, bool global)
{
	struct coco_vtpm_files *addons = &w->chain.addons;
	size_t first = addons->n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		struct coco_vtpm_file f;

		r = coco_vtpm_file_set(&f, list->path[i], w->diag);
		if (r != 0)
			break;
		struct coco_vtpm_files *files = kind_of(&w->chain, f.name, global);
		if (files == NULL)
			return coco_fail(w->diag, COCO_E_USAGE_VALUE,
					 "%s: the stub takes files by the ends of their names: "
					 ".addon.efi, .cred%s", f.name, global ? "" : ", .raw");
		r = coco_vtpm_add(files, &f, w->diag);
	}
	if (r == 0 && addons->n > first + 1)
		qsort(addons->list + first, addons->n - first, sizeof(*addons->list), by_name);
	return r;
}

int coco_vtpm_given(struct coco_vtpm_work *w)
{
	const struct coco_vtpm_request *req = w->req;
	struct coco_vtpm_chain *c = &w->chain;

	c->has_loader = req->loader != NULL;
	c->has_config = req->loader_config != NULL;
	c->is_uki = true;
	int r = coco_vtpm_file_set(&c->image, req->uki, w->diag);
	if (r == 0 && c->has_loader)
		r = coco_vtpm_file_set(&c->loader, req->loader, w->diag);
	if (r == 0 && c->has_config)
		r = coco_vtpm_file_set(&c->config, req->loader_config, w->diag);
	if (r == 0)
		r = add_list(w, &req->globals, true);
	return r == 0 ? add_list(w, &req->extras, false) : r;
}

static void close_file(struct coco_vtpm_file *f)
{
	if (f->fd > 0)
		close(f->fd);
	f->fd = -1;
}

static void free_files(struct coco_vtpm_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		close_file(&files->list[i]);
	coco_free(files->list);
}

void coco_vtpm_chain_free(struct coco_vtpm_chain *c)
{
	close_file(&c->loader);
	close_file(&c->config);
	close_file(&c->image);
	free_files(&c->addons);
	free_files(&c->global_credentials);
	free_files(&c->credentials);
	free_files(&c->extensions);
	coco_free(c->gpt);
}
