/*
 * inputs.c - operands of the evidence commands (see inputs.h).
 */
#include "lib/evidence/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

/* Who is told of each file. */
struct visitor {
	coco_inputs_fn *fn;
	void *ctx;
};

/* Where pieces and collateral go. */
struct target {
	struct coco_pieces *pieces;
	struct coco_collateral *collateral;
};

static int walk(const struct visitor *to, const char *path, unsigned depth,
		struct coco_diag *diag);

static int load_file(void *ctx, const char *path, struct coco_diag *diag)
{
	const struct target *to = ctx;
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_read_file(path, COCO_PIECE_MAX, &p, &n, diag);

	if (r == 0)
		r = coco_pieces_add(to->pieces, to->collateral, coco_view_of(p, n), name, diag);
	coco_free(p);
	return r;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Byte order of the names: the same list on every machine. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_entry(const struct visitor *to, const char *dir, const char *name,
		      unsigned depth, struct coco_diag *diag)
{
	char *path = coco_path_join(dir, name);
	struct stat st;
	int r = 0;

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (lstat(path, &st) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "look at", path);
	else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		r = walk(to, path, depth + 1, diag);
	coco_free(path);
	return r;
}

static int walk_dir(const struct visitor *to, const char *path, unsigned depth,
		    struct coco_diag *diag)
{
	struct dirent **list = NULL;
	int n;
	int r = 0;

	if (depth >= COCO_INPUTS_DEPTH)
		return coco_fail(diag, COCO_E_LIMIT_DEPTH, "directories nested deeper than %d at "
				 "%s", COCO_INPUTS_DEPTH, path);
	n = scandir(path, &list, visible, by_name);
	if (n < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = walk_entry(to, path, list[i]->d_name, depth, diag);
		free(list[i]);
	}
	free(list);
	return r;
}

static int walk(const struct visitor *to, const char *path, unsigned depth,
		struct coco_diag *diag)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return walk_dir(to, path, depth, diag);
	return to->fn(to->ctx, path, diag);
}

int coco_inputs_walk(const char *path, coco_inputs_fn *fn, void *ctx, struct coco_diag *diag)
{
	const struct visitor to = { .fn = fn, .ctx = ctx };

	return walk(&to, path, 0, diag);
}

int coco_inputs_load(struct coco_pieces *pieces, struct coco_collateral *collateral,
		     const char *path, struct coco_diag *diag)
{
	struct target to = { .pieces = pieces, .collateral = collateral };

	return coco_inputs_walk(path, load_file, &to, diag);
}

int coco_inputs_collateral(struct coco_collateral *collateral, const char *path,
			   struct coco_diag *diag)
{
	struct coco_pieces pieces = { .n = 0 };
	int r = coco_inputs_load(&pieces, collateral, path, diag);

	for (size_t i = 0; r == 0 && i < pieces.n; i++) {
		const struct coco_piece *p = &pieces.v[i];

		if (p->kind == COCO_PIECE_COLLATERAL || p->kind == COCO_PIECE_CONTAINER)
			continue;
		r = coco_fail(diag, COCO_E_EVIDENCE_UNKNOWN, "a bundle of collateral holds %s",
			      p->kind == COCO_PIECE_UNKNOWN ? "something that is not recognised"
							    : coco_piece_kind_name(p->kind));
		coco_diag_source(diag, "%s", p->source);
	}
	coco_pieces_free(&pieces);
	return r;
}
