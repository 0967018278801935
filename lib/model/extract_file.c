/*
 * extract_file.c - files of the output directory: made without a name, named
 * when complete, never outside the directory (see extract_priv.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/extract_priv.h"

void coco_extract_dir_close(struct coco_extract_dir *d)
{
	if (d->path != NULL && d->fd >= 0)
		close(d->fd);
	coco_free(d->path);
	*d = (struct coco_extract_dir){ .fd = -1 };
}

const char *coco_extract_name(const struct coco_extract *x, size_t i, char *buf, size_t cap)
{
	if (x->run->show_names) {
		const char *path = x->req->cat->files[i].path;

		coco_escape(buf, cap, path, strlen(path));
	} else {
		snprintf(buf, cap, "file #%zu of %zu (--show-names shows the name)", i + 1,
			 x->req->cat->n_files);
	}
	return buf;
}

static int fail(const struct coco_extract *x, size_t i, int err, const char *what,
		struct coco_diag *diag)
{
	char name[256];

	return coco_fail_errno(diag, COCO_E_IO_WRITE, err, what,
			       coco_extract_name(x, i, name, sizeof(name)));
}

/* Opens (and makes) the directory of path below the output, without links. */
static int open_dir(struct coco_extract *x, size_t i, struct coco_extract_dir *dir,
		    struct coco_diag *diag)
{
	const char *path = x->req->cat->files[i].path;
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) : 0;

	if (dir->path != NULL && strlen(dir->path) == n && memcmp(dir->path, path, n) == 0)
		return 0;
	coco_extract_dir_close(dir);
	char *copy = coco_strndup(path, n);
	if (copy == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int fd = fcntl(x->out.fd, F_DUPFD_CLOEXEC, 0);
	for (char *at = copy, *save = NULL; fd >= 0 && n != 0; at = NULL) {
		char *name = strtok_r(at, "/", &save);

		if (name == NULL)
			break;
		if (mkdirat(fd, name, 0777) != 0 && errno != EEXIST) {
			close(fd);
			fd = -1;
			break;
		}
		int sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int err = errno;
		close(fd);
		errno = err;
		fd = sub;
	}
	int err = errno;
	coco_free(copy);
	if (fd < 0)
		return fail(x, i, err, "make the directory of", diag);
	dir->path = coco_strndup(path, n);
	dir->fd = fd;
	if (dir->path == NULL) {
		close(fd);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	}
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int coco_extract_create(struct coco_extract *x, size_t i, struct coco_extract_dir *dir,
			struct coco_diag *diag)
{
	const struct coco_cat_file *f = &x->req->cat->files[i];
	int r = open_dir(x, i, dir, diag);

	if (r != 0)
		return r;
	int fd = openat(dir->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	/* where unnamed files are not known, the directory's own name still says partial */
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		fd = openat(dir->fd, base_name(f->path),
			    O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(x, i, errno, "create", diag);
	if (ftruncate(fd, (off_t)f->size) != 0) {
		int err = errno;

		close(fd);
		return fail(x, i, err, "create", diag);
	}
	x->files[i].fd = fd;
	return 0;
}

int coco_extract_place(struct coco_extract *x, size_t i, struct coco_extract_dir *dir,
		       struct coco_diag *diag)
{
	const struct coco_cat_file *f = &x->req->cat->files[i];
	char proc[64];
	struct stat st;
	int r = open_dir(x, i, dir, diag);

	if (r != 0)
		return r;
	int fd = x->files[i].fd;
	if (fchmod(fd, (mode_t)f->mode & 0777 & ~x->umask) != 0 || fstat(fd, &st) != 0)
		return fail(x, i, errno, "set the mode of", diag);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	if (st.st_nlink == 0 && linkat(AT_FDCWD, proc, dir->fd, base_name(f->path),
				       AT_SYMLINK_FOLLOW) != 0)
		return fail(x, i, errno, "name", diag);
	x->files[i].fd = -1;
	if (close(fd) != 0)
		return fail(x, i, errno, "write", diag);
	return 0;
}
