/*
 * profile_import.c - recorded launches from their files (see profile_import.h).
 */
#include "lib/measure/profile_import.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

/* The files of a Kata configuration; text and names are owned. */
struct pile {
	struct coco_import_kata_file v[COCO_IMPORT_KATA_FILES];
	size_t n;
};

static void free_pile(struct pile *p)
{
	for (size_t i = 0; i < p->n; i++) {
		union {
			const void *borrowed;
			void *owned;
		} name = { p->v[i].name }, text = { p->v[i].text.p };

		coco_free(name.owned);
		coco_free(text.owned);
	}
	coco_free(p);
}

/* Takes name, which may be NULL: no memory. */
static int read_one(struct pile *p, char *name, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = 0;

	if (name == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (p->n == COCO_IMPORT_KATA_FILES)
		r = coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d drop-ins",
			      COCO_IMPORT_KATA_FILES - 1);
	if (r == 0)
		r = coco_read_file(name, COCO_IMPORT_MAX, &text, &n, diag);
	if (r != 0) {
		coco_free(name);
		return r;
	}
	p->v[p->n++] = (struct coco_import_kata_file){ name, coco_view_of(text, n) };
	return 0;
}

static int visible(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* config.d beside the configuration; it need not be there. */
static int read_drop_ins(struct pile *p, const char *path, struct coco_diag *diag)
{
	const char *slash = strrchr(path, '/');
	char *base = coco_strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
	char *dir = base != NULL ? coco_path_join(slash != NULL ? base : ".", "config.d") : NULL;
	struct dirent **names = NULL;
	int r = 0;

	coco_free(base);
	if (dir == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int n = scandir(dir, &names, visible, by_name);
	if (n < 0 && errno != ENOENT)
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "read the directory", dir);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = read_one(p, coco_path_join(dir, names[i]->d_name), diag);
		free(names[i]);
	}
	free(names);
	coco_free(dir);
	return r;
}

static int import_kata(struct coco_import *ret, const char *path,
		       const struct coco_import_hints *hints, struct coco_diag *diag)
{
	struct pile *p = coco_zalloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a configuration");
	r = read_one(p, coco_strdup(path), diag);
	if (r == 0)
		r = read_drop_ins(p, path, diag);
	if (r == 0)
		r = coco_import_kata(ret, p->v, p->n, hints, diag);
	free_pile(p);
	return r;
}

/* A profile's paths are relative to the profile, a process's to its directory. */
static int warn_relative(struct coco_import *im, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < im->profile.n; i++) {
		const struct coco_profile_value *v = &im->profile.v[i];
		const struct coco_profile_key *key = coco_profile_key_at(v->id);

		if (key->kind == COCO_PROFILE_KIND_PATH && v->n != 0 && v->texts[0][0] != '/')
			r = coco_import_warn(im, diag,
					     "%s.%s: %.120s is relative to the directory of "
					     "the VMM; in the profile it is relative to the "
					     "profile",
					     key->table, key->name, v->texts[0]);
	}
	return r;
}

static int import(struct coco_import *ret, enum coco_profile_source from, const char *path,
		  const struct coco_import_hints *hints, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;

	if (from == COCO_PROFILE_FROM_KATA)
		return import_kata(ret, path, hints, diag);
	int r = coco_read_file(path, COCO_IMPORT_MAX, &text, &n, diag);
	if (r != 0)
		return r;
	if (from == COCO_PROFILE_FROM_LIBVIRT)
		r = coco_import_libvirt(ret, coco_view_of(text, n), hints, diag);
	else
		r = coco_import_qemu(ret, coco_view_of(text, n), hints, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(text);
	return r;
}

int coco_profile_import(struct coco_import *ret, enum coco_profile_source from,
			const char *path, const struct coco_import_hints *hints,
			struct coco_diag *diag)
{
	struct coco_import im = { .n_notes = 0 };

	int r = import(&im, from, path, hints, diag);
	if (r == 0)
		r = warn_relative(&im, diag);
	if (r != 0)
		coco_import_free(&im);
	else
		*ret = im;
	return r;
}
