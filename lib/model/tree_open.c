/*
 * tree_open.c - opening a scanned file again, beneath the root of its tree
 * and nowhere else (see tree.h). openat2(2) does it in one call; where the
 * kernel or a sandbox refuses that call, the path is walked by component.
 */
#include "lib/model/tree_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { OPENAT2_TRIES = 16 }; /* EAGAIN: something was renamed meanwhile */

struct coco_tree_file coco_tree_file_of(const char *path, const struct stat *st, bool link)
{
	return (struct coco_tree_file){
		.path = path,
		.size = (uint64_t)st->st_size,
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.dev = (uint64_t)st->st_dev,
		.ino = (uint64_t)st->st_ino,
		.mode = (uint32_t)(st->st_mode & 07777),
		.link = link,
	};
}

/* Component by component, following nothing. */
static int open_walk(int root, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int dir = root;

	for (;;) {
		const char *slash = strchr(path, '/');
		size_t n = slash != NULL ? (size_t)(slash - path) : strlen(path);

		if (n == 0 || n > NAME_MAX) {
			errno = n == 0 ? ENOENT : ENAMETOOLONG;
			break;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		int fd = openat(dir, name,
				slash == NULL ? flags | O_NOFOLLOW :
				O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int err = errno;

		if (dir != root)
			close(dir);
		errno = err;
		if (fd < 0 || slash == NULL)
			return fd;
		dir = fd;
		path = slash + 1;
	}
	int err = errno;
	if (dir != root)
		close(dir);
	errno = err;
	return -1;
}

/* Where an open descriptor lies, by /proc; false when that cannot be told. */
static bool fd_path(int fd, char *buf, size_t cap)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, buf, cap - 1);
	if (n <= 0 || (size_t)n >= cap - 1 || buf[0] != '/')
		return false;
	buf[n] = '\0';
	return true;
}

static bool fd_is_beneath(int root, int fd)
{
	char *at = coco_alloc(2, PATH_MAX);
	bool ok = false;

	if (at == NULL)
		return false;
	if (fd_path(root, at, PATH_MAX) && fd_path(fd, at + PATH_MAX, PATH_MAX)) {
		size_t n = strcmp(at, "/") == 0 ? 0 : strlen(at);

		ok = strncmp(at, at + PATH_MAX, n) == 0 && at[PATH_MAX + n] == '/';
	}
	coco_free(at);
	return ok;
}

/* A link is followed by the kernel; then it is asked where that ended. */
static int open_link(const struct coco_tree *tree, const char *path, int flags)
{
	int fd = openat(tree->root_fd, path, flags);

	if (fd >= 0 && tree->links != COCO_TREE_LINKS_ANYWHERE &&
	    !fd_is_beneath(tree->root_fd, fd)) {
		close(fd);
		errno = EXDEV;
		return -1;
	}
	return fd;
}

static int open_beneath(const struct coco_tree *tree, const char *path, bool link, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags,
		.resolve = link ? RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS :
				  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	if (!tree->no_openat2) {
		for (int i = 0; i < OPENAT2_TRIES; i++) {
			long fd = syscall(SYS_openat2, tree->root_fd, path, &how, sizeof(how));

			if (fd >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOSYS &&
					errno != EPERM))
				return (int)fd;
			if (errno == ENOSYS || errno == EPERM)
				break; /* an old kernel, or a filter that does not know the call */
		}
	}
	return link ? open_link(tree, path, flags) : open_walk(tree->root_fd, path, flags);
}

int coco_tree_open_at(const struct coco_tree *tree, const char *path, bool link, int flags,
		      int *ret_fd)
{
	int fd;

	flags |= O_CLOEXEC;
	if (link && tree->links == COCO_TREE_LINKS_REFUSE)
		return ELOOP;
	do {
		fd = link && tree->links == COCO_TREE_LINKS_ANYWHERE ?
			     openat(tree->root_fd, path, flags) :
			     open_beneath(tree, path, link, flags);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return errno;
	*ret_fd = fd;
	return 0;
}

int coco_tree_recheck(const struct coco_run *run, const struct coco_tree *tree, size_t i, int fd,
		      struct coco_diag *diag)
{
	const struct coco_tree_file *f = &tree->files[i];
	char name[256];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine",
				       coco_tree_name(run, tree, i, name, sizeof(name)));
	struct coco_tree_file now = coco_tree_file_of(f->path, &st, f->link);
	if (!S_ISREG(st.st_mode) || now.dev != f->dev || now.ino != f->ino)
		return coco_fail(diag, COCO_E_IO_CHANGED, "%s was replaced by another file",
				 coco_tree_name(run, tree, i, name, sizeof(name)));
	if (now.size != f->size)
		return coco_fail(diag, COCO_E_IO_CHANGED, "the size of %s changed",
				 coco_tree_name(run, tree, i, name, sizeof(name)));
	if (now.mtime_ns != f->mtime_ns)
		return coco_fail(diag, COCO_E_IO_CHANGED, "%s was written to meanwhile",
				 coco_tree_name(run, tree, i, name, sizeof(name)));
	return 0;
}

int coco_tree_open(const struct coco_run *run, const struct coco_tree *tree, size_t i,
		   int *ret_fd, struct coco_diag *diag)
{
	const struct coco_tree_file *f = &tree->files[i];
	char name[256];
	int fd;

	/* O_NONBLOCK: a FIFO that took the file's place must not hang us */
	int err = coco_tree_open_at(tree, f->path, f->link,
				    O_RDONLY | O_NOCTTY | O_NONBLOCK, &fd);
	if (err != 0) {
		bool gone = err == ENOENT || err == ENOTDIR || err == ELOOP || err == EXDEV ||
			    err == ENXIO || err == EISDIR;

		return coco_fail_errno(diag, gone ? COCO_E_IO_CHANGED : COCO_E_IO_OPEN, err,
				       "open", coco_tree_name(run, tree, i, name, sizeof(name)));
	}
	int r = coco_tree_recheck(run, tree, i, fd, diag);
	if (r != 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int coco_tree_relative(const char *root, const char *file, char **ret, struct coco_diag *diag)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	char *out = NULL;
	int r = 0;

	char *part = slash == NULL ? coco_strdup(".") :
		     coco_strndup(file, slash == file ? 1 : (size_t)(slash - file));
	if (part == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	char *top = realpath(root, NULL);
	char *dir = realpath(part, NULL);
	coco_free(part);
	if (top == NULL || dir == NULL) {
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "resolve",
				    top == NULL ? "the model" : "the directory of the signature");
	} else if (*base != '\0' && strcmp(base, ".") != 0 && strcmp(base, "..") != 0) {
		size_t n = strcmp(top, "/") == 0 ? 0 : strlen(top);

		if (strcmp(dir, top) == 0)
			out = coco_strdup(base);
		else if (strncmp(dir, top, n) == 0 && dir[n] == '/')
			out = coco_path_join(dir + n + 1, base);
		if (out == NULL && strncmp(dir, top, n) == 0 && (dir[n] == '/' || dir[n] == '\0'))
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	}
	free(top);
	free(dir);
	if (r == 0)
		*ret = out;
	return r;
}

int coco_tree_outside(const char *root, const char *output, const char *what,
		      struct coco_diag *diag)
{
	size_t n = strlen(output);
	char *relative = NULL;

	while (n > 1 && output[n - 1] == '/')
		n--;
	char *path = coco_strndup(output, n);
	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_tree_relative(root, path, &relative, NULL);
	bool inside = r == 0 && relative != NULL;
	coco_free(relative);
	coco_free(path);
	if (inside)
		return coco_fail(diag, COCO_E_OUTPUT_INSIDE,
				 "%s lies inside the model directory; it would become part of "
				 "the model", what);
	return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for a path") : 0;
}
