/*
 * collateral_bundle.c - collateral bundles on disk (see collateral_bundle.h).
 */
#include "lib/evidence/collateral_bundle.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/inputs.h"

/* ---- reading ------------------------------------------------------------------------------ */

/* The index of a directory; *ret_found is false when there is none. */
static int read_index(const char *dir, struct coco_bundle_index *ret, bool *ret_found,
		      struct coco_diag *diag)
{
	char *path = coco_path_join(dir, COCO_BUNDLE_INDEX_FILE);
	uint8_t *p = NULL;
	struct stat st;
	size_t n = 0;
	int r = 0;

	*ret_found = false;
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (lstat(path, &st) == 0) {
		*ret_found = true;
		r = coco_read_file(path, COCO_BUNDLE_INDEX_MAX, &p, &n, diag);
		if (r == 0)
			r = coco_bundle_index_decode(ret, coco_view_of(p, n), diag);
		if (r != 0)
			coco_diag_source(diag, "%s", path);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "look at", path);
	}
	coco_free(p);
	coco_free(path);
	return r;
}

/* The file of an item has its size and digest. */
static int check_item(const struct coco_bundle_item *item, struct coco_view bytes,
		      const char *path, struct coco_diag *diag)
{
	uint8_t digest[COCO_SHA256_SIZE];
	char text[2 * COCO_SHA256_SIZE + 1];

	coco_sha256_once(bytes.p, bytes.n, digest);
	if (bytes.n == item->size && memcmp(digest, item->sha256, sizeof(digest)) == 0)
		return 0;
	int r = coco_fail(diag, COCO_E_BUNDLE_ITEM, "the item has other bytes than the index "
			  "says (%zu of them)", bytes.n);
	coco_diag_source(diag, "%s", path);
	coco_hex_encode(text, item->sha256, sizeof(item->sha256));
	coco_diag_expected(diag, "%s", text);
	coco_hex_encode(text, digest, sizeof(digest));
	coco_diag_actual(diag, "%s", text);
	return r;
}

static int load_item(struct coco_collateral *c, const char *dir,
		     const struct coco_bundle_item *item, struct coco_diag *diag)
{
	char name[COCO_BUNDLE_NAME];
	uint8_t *p = NULL;
	size_t n = 0;

	coco_bundle_name(item, name);
	char *path = coco_path_join(dir, name);
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_read_file(path, COCO_COLLATERAL_ITEM, &p, &n, diag);
	if (r == 0)
		r = check_item(item, coco_view_of(p, n), path, diag);
	if (r == 0)
		r = coco_collateral_add(c, (enum coco_collateral_kind)item->kind,
					coco_view_of(p, n), path, NULL, diag);
	coco_free(p);
	coco_free(path);
	return r;
}

int coco_bundle_load(struct coco_collateral *collateral, const char *path,
		     struct coco_diag *diag)
{
	struct coco_bundle_index index = { .n = 0 };
	bool found = false;
	int r = strcmp(path, "-") == 0 ? 0 : read_index(path, &index, &found, diag);

	if (r == 0 && !found)
		return coco_inputs_collateral(collateral, path, diag);
	for (size_t i = 0; r == 0 && i < index.n; i++)
		r = load_item(collateral, path, &index.v[i], diag);
	coco_bundle_index_free(&index);
	return r;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* A new or empty directory, or a bundle; gives its index. */
static int open_bundle(const char *path, struct coco_bundle_index *index, struct coco_diag *diag)
{
	const struct dirent *e;
	bool found = false;
	bool other = false;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "make the directory", path);
	int r = read_index(path, index, &found, diag);
	if (r != 0 || found)
		return r;
	DIR *dir = opendir(path);
	if (dir == NULL)
		return coco_fail_errno(diag, COCO_E_IO_KIND, errno, "open the directory", path);
	while ((e = readdir(dir)) != NULL)
		other = other || (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
				  strlen(e->d_name) < COCO_BUNDLE_NAME - 5);
	closedir(dir);
	if (!other)   /* empty, or a first run was interrupted: only items are there */
		return 0;
	r = coco_fail(diag, COCO_E_EXISTS, "the directory holds something else than a bundle");
	coco_diag_source(diag, "%s", path);
	return r;
}

static int store_item(const char *dir, const struct coco_collateral_item *item,
		      struct coco_bundle_index *index, size_t *new, struct coco_diag *diag)
{
	struct coco_bundle_item entry = { .kind = item->kind, .size = item->n };
	char name[COCO_BUNDLE_NAME];
	size_t before = index->n;

	memcpy(entry.sha256, item->sha256, sizeof(entry.sha256));
	int r = coco_bundle_index_add(index, &entry, diag);
	if (r != 0 || index->n == before)
		return r;
	coco_bundle_name(&entry, name);
	char *path = coco_path_join(dir, name);
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	r = coco_write_file(path, item->p, item->n, COCO_OUT_FORCE, diag);
	coco_free(path);
	*new += r == 0;
	return r;
}

static int store_index(const char *dir, const struct coco_bundle_index *index,
		       struct coco_diag *diag)
{
	char *path = coco_path_join(dir, COCO_BUNDLE_INDEX_FILE);
	uint8_t *p = NULL;
	size_t n = 0;

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_bundle_index_encode(index, &p, &n, diag);
	if (r == 0)
		r = coco_write_file(path, p, n, COCO_OUT_FORCE, diag);
	coco_free(p);
	coco_free(path);
	return r;
}

int coco_bundle_store(const struct coco_collateral *collateral, const char *path, size_t *ret_new,
		      struct coco_diag *diag)
{
	struct coco_bundle_index index = { .n = 0 };
	size_t new = 0;
	int r = open_bundle(path, &index, diag);

	for (size_t i = 0; r == 0 && i < collateral->n; i++)
		r = store_item(path, &collateral->v[i], &index, &new, diag);
	if (r == 0)
		r = store_index(path, &index, diag);
	coco_bundle_index_free(&index);
	if (r == 0 && ret_new != NULL)
		*ret_new = new;
	return r;
}
