/*
 * vtpm_chain.c - the files that are booted, as the user names them (see
 * vtpm.h).
 */
#include <stdio.h>
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

static int add_list(struct coco_vtpm_work *w, struct coco_vtpm_files *files,
		    const struct coco_vtpm_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++) {
		struct coco_vtpm_file f;

		r = coco_vtpm_file_set(&f, list->path[i], w->diag);
		if (r == 0)
			r = coco_vtpm_add(files, &f, w->diag);
	}
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
		r = add_list(w, &c->addons, &req->global_addons);
	if (r == 0)
		r = add_list(w, &c->addons, &req->addons);
	if (r == 0)
		r = add_list(w, &c->global_credentials, &req->global_credentials);
	if (r == 0)
		r = add_list(w, &c->credentials, &req->credentials);
	return r == 0 ? add_list(w, &c->extensions, &req->extensions) : r;
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
