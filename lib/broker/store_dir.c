/*
 * store_dir.c - files below a broker's directory (see store_dir.h).
 */
#include "lib/broker/store_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/keystore.h"

int coco_store_dir_open(struct coco_store_dir *ret, const char *path, struct coco_diag *diag)
{
	struct coco_store_dir d = { .path = coco_strdup(path), .fd = -1 };

	if (d.path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a store");
	d.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d.fd < 0 && errno != ENOENT) {
		int r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the store", path);

		coco_free(d.path);
		return r;
	}
	*ret = d;
	return 0;
}

void coco_store_dir_close(struct coco_store_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	coco_free(d->path);
	d->path = NULL;
	d->fd = -1;
}

int coco_store_dir_lock(struct coco_store_dir *d, struct coco_diag *diag)
{
	if (d->fd < 0) {
		if (mkdir(d->path, 0700) != 0 && errno != EEXIST)
			return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create the store",
					       d->path);
		d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (d->fd < 0)
			return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the store",
					       d->path);
	}
	while (flock(d->fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "lock the store",
					       d->path);
	return 0;
}

void coco_store_dir_unlock(struct coco_store_dir *d)
{
	if (d->fd >= 0)
		(void)flock(d->fd, LOCK_UN);
}

static int not_a_file(const struct coco_store_dir *d, const char *name, struct coco_diag *diag)
{
	coco_diag_source(diag, "%s/%s", d->path, name);
	return coco_fail(diag, COCO_E_IO_KIND,
			 "a link, or neither file nor directory: a store has only these");
}

/*
 * Opens the directory that holds name, one part after another, following no
 * link; *ret_fd is -1 when it is not there. make: it is made.
 */
static int open_parent(const struct coco_store_dir *d, const char *name, bool make, int *ret_fd,
		       const char **ret_last, struct coco_diag *diag)
{
	int fd = d->fd >= 0 ? fcntl(d->fd, F_DUPFD_CLOEXEC, 0) : -1;
	const char *slash;
	char part[NAME_MAX + 1];

	if (d->fd >= 0 && fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", d->path);
	for (; fd >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		if (make && mkdirat(fd, part, 0700) != 0 && errno != EEXIST) {
			int err = errno;

			close(fd);
			return coco_fail_errno(diag, COCO_E_IO_WRITE, err, "create a directory in",
					       d->path);
		}
		int next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int err = errno;
		close(fd);
		if (next < 0 && (err == ELOOP || err == ENOTDIR))
			return not_a_file(d, part, diag);
		if (next < 0 && err != ENOENT)
			return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open", part);
		fd = next;
	}
	*ret_fd = fd;
	*ret_last = name;
	return 0;
}

int coco_store_dir_read(const struct coco_store_dir *d, const char *name, size_t max,
			struct coco_secret *ret, struct coco_diag *diag)
{
	const char *last = name;
	struct stat st;
	int dir = -1;
	int r = open_parent(d, name, false, &dir, &last, diag);

	if (r != 0 || dir < 0)
		return r;
	int fd = openat(dir, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int err = errno;
	close(dir);
	if (fd < 0 && err == ENOENT)
		return 0;
	if (fd < 0 && err == ELOOP)
		return not_a_file(d, name, diag);
	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		r = not_a_file(d, name, diag);
	else
		r = coco_keyref_read_fd(fd, name, max, ret, diag);
	close(fd);
	return r;
}

int coco_store_dir_write(struct coco_store_dir *d, const char *name, const void *p, size_t n,
			 struct coco_diag *diag)
{
	const char *last = name;
	struct stat st;
	int dir = -1;
	int r = open_parent(d, name, true, &dir, &last, diag);

	if (r != 0)
		return r;
	if (fstatat(dir, last, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		r = not_a_file(d, name, diag);
	close(dir);
	char *path = coco_path_join(d->path, name);
	if (r == 0 && path == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (r == 0)
		r = coco_write_file(path, p, n, COCO_OUT_FORCE | COCO_OUT_SECRET, diag);
	coco_free(path);
	return r;
}

int coco_store_dir_remove(const struct coco_store_dir *d, const char *name, bool *ret_found,
			  struct coco_diag *diag)
{
	const char *last = name;
	struct stat st;
	int dir = -1;
	int r = open_parent(d, name, false, &dir, &last, diag);
	bool found = false;

	if (r != 0)
		return r;
	if (dir >= 0 && fstatat(dir, last, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		found = true;
		if (!S_ISREG(st.st_mode))
			r = not_a_file(d, name, diag);
		else if (unlinkat(dir, last, 0) != 0 || fsync(dir) != 0)
			r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "remove", name);
	}
	if (dir >= 0)
		close(dir);
	if (r == 0)
		*ret_found = found;
	return r;
}

char coco_store_dir_kind(const struct coco_store_dir *d, const char *name)
{
	struct stat st;

	if (d->fd < 0 || fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return '-';
	if (S_ISDIR(st.st_mode))
		return 'd';
	return S_ISREG(st.st_mode) ? 'f' : '?';
}
