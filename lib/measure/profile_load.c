/*
 * profile_load.c - a launch profile from its file (see profile_load.h).
 */
#include "lib/measure/profile_load.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

/* The directory of path as "a/b/", "" for the current one; given, NULL: no memory. */
static char *directory_of(const char *path)
{
	const char *slash = strcmp(path, "-") == 0 ? NULL : strrchr(path, '/');

	return coco_strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
}

/* References that name no file of their own. */
static bool is_scheme(const char *text)
{
	static const char *const schemes[] = { "fd:", "env:", "cred:", "store:", "cdh:", "kbs",
					       "pkcs11:" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(schemes); i++)
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

static int resolve(char **text, enum coco_profile_kind kind, const char *dir,
		   struct coco_diag *diag)
{
	const char *path = *text;
	const char *scheme = "";
	size_t n_dir = strlen(dir);

	if (kind == COCO_PROFILE_KIND_REF && is_scheme(path))
		return 0;
	if (kind == COCO_PROFILE_KIND_REF && strncmp(path, "file:", 5) == 0) {
		scheme = "file:";
		path += 5;
	}
	if (path[0] == '/' || n_dir == 0)
		return 0;
	size_t n_scheme = strlen(scheme);
	size_t n_path = strlen(path);
	char *joined = coco_alloc(n_scheme + n_dir + n_path + 1, 1);
	if (joined == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	memcpy(joined, scheme, n_scheme);
	memcpy(joined + n_scheme, dir, n_dir);
	memcpy(joined + n_scheme + n_dir, path, n_path + 1);
	coco_free(*text);
	*text = joined;
	return 0;
}

static int resolve_all(struct coco_profile *p, const char *path, struct coco_diag *diag)
{
	char *dir = directory_of(path);
	int r = 0;

	if (dir == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		enum coco_profile_kind kind = coco_profile_key_at(p->v[i].id)->kind;

		if (kind != COCO_PROFILE_KIND_PATH && kind != COCO_PROFILE_KIND_DIR &&
		    kind != COCO_PROFILE_KIND_REF)
			continue;
		for (size_t k = 0; r == 0 && k < p->v[i].n; k++)
			r = resolve(&p->v[i].texts[k], kind, dir, diag);
	}
	coco_free(dir);
	return r;
}

int coco_profile_load(struct coco_launch_profile *ret, const char *path, struct coco_diag *diag)
{
	struct coco_launch_profile p = { .size = 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_TOML_MAX_SIZE, &text, &n, diag);
	if (r != 0)
		return r;
	coco_sha256_once(text, n, p.sha256);
	p.size = n;
	r = coco_profile_decode(&p.profile, coco_view_of(text, n), diag);
	if (r == 0)
		r = resolve_all(&p.profile, path, diag);
	coco_free(text);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_launch_profile_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void coco_launch_profile_free(struct coco_launch_profile *p)
{
	coco_profile_free(&p->profile);
	memset(p, 0, sizeof(*p));
}
