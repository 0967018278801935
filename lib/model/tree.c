/*
 * tree.c - walking a model directory without leaving it (see tree.h).
 */
#include "lib/model/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "lib/core/io.h"
#include "lib/model/tree_open.h"

enum { ARENA_BLOCK = 256 * 1024 };

struct coco_tree_arena {
	struct coco_tree_arena *next;
	size_t used;
	size_t room;
	char text[];
};

const char *const coco_tree_git_names[COCO_TREE_GIT_NAMES] = { ".git", ".gitattributes",
								".github", ".gitignore" };

struct walk {
	const struct coco_run *run;
	const struct coco_tree_opts *opts;
	struct coco_view *ignore;  /* sorted, without trailing slashes */
	size_t n_ignore;
	struct coco_tree *tree;
	size_t cap;
	struct coco_diag *diag;
	char path[COCO_TREE_MAX_PATH + NAME_MAX + 2];
};

static char *arena_copy(struct coco_tree *tree, const char *s, size_t n)
{
	struct coco_tree_arena *a = tree->arena;

	if (a == NULL || a->room - a->used < n + 1) {
		size_t room = n + 1 > ARENA_BLOCK ? n + 1 : ARENA_BLOCK;

		a = coco_alloc(1, sizeof(*a) + room);
		if (a == NULL)
			return NULL;
		a->next = tree->arena;
		a->used = 0;
		a->room = room;
		tree->arena = a;
	}
	char *copy = a->text + a->used;
	memcpy(copy, s, n);
	copy[n] = '\0';
	a->used += n + 1;
	return copy;
}

/* What messages call the entry at w->path. */
static const char *entry_name(const struct walk *w)
{
	return w->run->show_names ? w->path : "an entry (--show-names shows its name)";
}

static int view_cmp(const void *a, const void *b)
{
	const struct coco_view *x = a;
	const struct coco_view *y = b;
	int r = memcmp(x->p, y->p, coco_min_size(x->n, y->n));

	return r != 0 ? r : (x->n > y->n) - (x->n < y->n);
}

static int prepare_ignore(struct walk *w)
{
	const struct coco_tree_opts *o = w->opts;

	if (o->n_ignore == 0)
		return 0;
	w->ignore = coco_alloc(o->n_ignore, sizeof(*w->ignore));
	if (w->ignore == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for the ignore list");
	for (size_t i = 0; i < o->n_ignore; i++) {
		const char *p = o->ignore[i];

		while (p[0] == '.' && p[1] == '/')
			p += 2;
		size_t n = strlen(p);
		while (n > 0 && p[n - 1] == '/')
			n--;
		w->ignore[w->n_ignore++] = coco_view_of(p, n);
	}
	qsort(w->ignore, w->n_ignore, sizeof(*w->ignore), view_cmp);
	return 0;
}

static bool is_ignored(const struct walk *w, size_t len, unsigned depth)
{
	struct coco_view key = coco_view_of(w->path, len);

	if (w->n_ignore != 0 &&
	    bsearch(&key, w->ignore, w->n_ignore, sizeof(key), view_cmp) != NULL)
		return true;
	if (!w->opts->ignore_git || depth != 0)
		return false;
	for (size_t i = 0; i < COCO_TREE_GIT_NAMES; i++)
		if (strcmp(w->path, coco_tree_git_names[i]) == 0)
			return true;
	return false;
}

static int add_file(struct walk *w, size_t len, const struct stat *st, bool link)
{
	struct coco_tree *t = w->tree;
	void *files = t->files;

	if (t->n >= COCO_TREE_MAX_FILES)
		return coco_fail(w->diag, COCO_E_TREE_FILES, "more than %d files",
				 COCO_TREE_MAX_FILES);
	if (!coco_grow(&files, &w->cap, t->n, sizeof(*t->files), COCO_TREE_MAX_FILES))
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for %zu files", t->n);
	t->files = files;
	const char *path = arena_copy(t, w->path, len);
	if (path == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for file names");
	t->files[t->n] = coco_tree_file_of(path, st, link);
	if (coco_add64_overflows(t->total, t->files[t->n].size, &t->total))
		return coco_fail(w->diag, COCO_E_LIMIT_SIZE, "the sizes of the files add up to "
							     "more than 2^64 bytes");
	t->n++;
	return 0;
}

static int add_link(struct walk *w, size_t len)
{
	struct stat st;
	int fd;

	if (w->opts->links == COCO_TREE_LINKS_REFUSE)
		return coco_fail(w->diag, COCO_E_TREE_LINK, "%s is a symbolic link",
				 entry_name(w));
	int err = coco_tree_open_at(w->tree, w->path, true, O_PATH, &fd);
	if (err == EXDEV)
		return coco_fail(w->diag, COCO_E_TREE_LINK,
				 "%s is a symbolic link that leads out of the model",
				 entry_name(w));
	if (err != 0)
		return coco_fail(w->diag, COCO_E_TREE_LINK,
				 "%s is a symbolic link that leads nowhere", entry_name(w));
	if (fstat(fd, &st) != 0) {
		err = errno;
		close(fd);
		return coco_fail_errno(w->diag, COCO_E_IO_READ, err, "examine", entry_name(w));
	}
	close(fd);
	if (!S_ISREG(st.st_mode))
		return coco_fail(w->diag, COCO_E_TREE_LINK,
				 "%s is a symbolic link to something that is not a regular file",
				 entry_name(w));
	return add_file(w, len, &st, true);
}

static int scan_dir(struct walk *w, int fd, size_t prefix, unsigned depth);

static int enter_dir(struct walk *w, int parent, const char *name, size_t len, unsigned depth)
{
	if (depth >= COCO_TREE_MAX_DEPTH)
		return coco_fail(w->diag, COCO_E_TREE_DEPTH,
				 "%s lies deeper than %d directories", entry_name(w),
				 COCO_TREE_MAX_DEPTH);
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return coco_fail_errno(w->diag,
				       errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
					       COCO_E_IO_CHANGED : COCO_E_IO_OPEN,
				       errno, "open", entry_name(w));
	if (len + 1 > COCO_TREE_MAX_PATH) {
		close(fd);
		return coco_fail(w->diag, COCO_E_TREE_PATH, "a path is longer than %d bytes",
				 COCO_TREE_MAX_PATH);
	}
	w->path[len] = '/';
	w->path[len + 1] = '\0';
	return scan_dir(w, fd, len + 1, depth + 1); /* takes fd */
}

static int scan_entry(struct walk *w, int fd, const char *name, size_t prefix, unsigned depth)
{
	size_t n = strlen(name);
	size_t len = prefix + n;
	struct stat st;

	if (n > NAME_MAX || len > COCO_TREE_MAX_PATH)
		return coco_fail(w->diag, COCO_E_TREE_PATH, "a path is longer than %d bytes",
				 COCO_TREE_MAX_PATH);
	memcpy(w->path + prefix, name, n + 1);
	if (is_ignored(w, len, depth))
		return 0;
	if (!coco_utf8_valid((const uint8_t *)name, n, NULL))
		return coco_fail(w->diag, COCO_E_MODEL_NAME, "the name of %s is not UTF-8",
				 entry_name(w));
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return coco_fail_errno(w->diag,
				       errno == ENOENT ? COCO_E_IO_CHANGED : COCO_E_IO_READ,
				       errno, "examine", entry_name(w));
	if (S_ISREG(st.st_mode))
		return add_file(w, len, &st, false);
	if (S_ISDIR(st.st_mode))
		return enter_dir(w, fd, name, len, depth);
	if (S_ISLNK(st.st_mode))
		return add_link(w, len);
	return coco_fail(w->diag, COCO_E_IO_KIND,
			 "%s is a socket, a FIFO or a device; a model has only files",
			 entry_name(w));
}

/* Takes fd; w->path holds the directory's path with a slash, or nothing. */
static int scan_dir(struct walk *w, int fd, size_t prefix, unsigned depth)
{
	DIR *dir = fdopendir(fd);

	if (dir == NULL) {
		int err = errno;

		close(fd);
		return coco_fail_errno(w->diag, COCO_E_IO_OPEN, err, "read a directory",
				       entry_name(w));
	}
	int r = coco_run_check(w->run, w->diag);
	while (r == 0) {
		errno = 0;
		struct dirent *e = readdir(dir);

		if (e == NULL && errno != 0) {
			w->path[prefix] = '\0';
			r = coco_fail_errno(w->diag, COCO_E_IO_READ, errno, "read a directory",
					    entry_name(w));
		}
		if (e == NULL)
			break;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		r = scan_entry(w, dirfd(dir), e->d_name, prefix, depth);
	}
	closedir(dir);
	return r;
}

/* The operand is one file: its directory becomes the root. */
static int scan_single(struct walk *w, const char *root, const struct stat *st)
{
	const char *slash = strrchr(root, '/');
	const char *name = slash != NULL ? slash + 1 : root;
	size_t n = strlen(name);
	struct stat self;

	char *dir = slash == NULL ? coco_strdup(".") :
		    coco_strndup(root, slash == root ? 1 : (size_t)(slash - root));
	if (dir == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	w->tree->root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	coco_free(dir);
	if (w->tree->root_fd < 0 || n > NAME_MAX ||
	    fstatat(w->tree->root_fd, name, &self, AT_SYMLINK_NOFOLLOW) != 0)
		return coco_fail_errno(w->diag, COCO_E_IO_OPEN, errno, "open", "the model");
	memcpy(w->path, name, n + 1);
	if (!coco_utf8_valid((const uint8_t *)name, n, NULL))
		return coco_fail(w->diag, COCO_E_MODEL_NAME, "the name of %s is not UTF-8",
				 entry_name(w));
	w->tree->single = true;
	bool link = S_ISLNK(self.st_mode);
	if (link) /* the caller named it: followed like a directory operand */
		w->tree->links = COCO_TREE_LINKS_ANYWHERE;
	return add_file(w, n, st, link);
}

static int path_cmp(const void *a, const void *b)
{
	const struct coco_tree_file *x = a;
	const struct coco_tree_file *y = b;

	return strcmp(x->path, y->path);
}

static int scan_root(struct walk *w, const char *root)
{
	struct stat st;
	const char *shown = w->run->show_names ? root : "the model";

	if (stat(root, &st) != 0)
		return coco_fail_errno(w->diag, COCO_E_IO_OPEN, errno, "open", shown);
	if (S_ISREG(st.st_mode))
		return scan_single(w, root, &st);
	if (!S_ISDIR(st.st_mode)) {
		coco_diag_source(w->diag, "%s", shown);
		return coco_fail(w->diag, COCO_E_IO_KIND,
				 "the model must be a directory or a regular file");
	}
	w->tree->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->tree->root_fd < 0)
		return coco_fail_errno(w->diag, COCO_E_IO_OPEN, errno, "open", shown);
	int fd = openat(w->tree->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return coco_fail_errno(w->diag, COCO_E_IO_OPEN, errno, "open", shown);
	int r = prepare_ignore(w);
	if (r != 0) {
		close(fd);
		return r;
	}
	return scan_dir(w, fd, 0, 0);
}

/* Gives back what the growing list did not need. */
static void shrink(struct coco_tree *t)
{
	struct coco_tree_file *files =
		t->n > 0 ? coco_realloc(t->files, t->n, sizeof(*files)) : NULL;

	if (files != NULL)
		t->files = files;
}

int coco_tree_scan(const struct coco_run *run, const char *root,
		   const struct coco_tree_opts *opts, struct coco_tree *ret,
		   struct coco_diag *diag)
{
	static const struct coco_tree_opts defaults = { 0 };
	struct coco_tree tree = { .root_fd = -1 };
	struct walk *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to walk the model");
	w->run = run;
	w->opts = opts != NULL ? opts : &defaults;
	w->tree = &tree;
	w->diag = diag;
	tree.links = w->opts->links;
	int r = scan_root(w, root);
	if (r == 0 && tree.n == 0 && !w->opts->allow_empty)
		r = coco_fail(diag, COCO_E_MODEL_EMPTY, "there is no regular file in it");
	coco_free(w->ignore);
	coco_free(w);
	if (r != 0) {
		coco_tree_free(&tree);
		return r;
	}
	shrink(&tree);
	if (tree.n > 1)
		qsort(tree.files, tree.n, sizeof(*tree.files), path_cmp);
	*ret = tree;
	return 0;
}

void coco_tree_free(struct coco_tree *tree)
{
	if (tree->root_fd > 0 || (tree->root_fd == 0 && tree->files != NULL))
		close(tree->root_fd);
	while (tree->arena != NULL) {
		struct coco_tree_arena *next = tree->arena->next;

		coco_free(tree->arena);
		tree->arena = next;
	}
	coco_free(tree->files);
	*tree = (struct coco_tree){ .root_fd = -1 };
}

const char *coco_tree_name(const struct coco_run *run, const struct coco_tree *tree, size_t i,
			   char *buf, size_t cap)
{
	if (run->show_names)
		coco_escape(buf, cap, tree->files[i].path, strlen(tree->files[i].path));
	else
		snprintf(buf, cap, "file #%zu of %zu (--show-names shows the name)", i + 1,
			 tree->n);
	return buf;
}

size_t coco_tree_find(const struct coco_tree *tree, const char *path)
{
	struct coco_tree_file key = { .path = path };

	if (tree->n == 0)
		return 0;
	const struct coco_tree_file *f =
		bsearch(&key, tree->files, tree->n, sizeof(key), path_cmp);
	return f != NULL ? (size_t)(f - tree->files) : tree->n;
}
