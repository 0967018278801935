/*
 * io.c - reading files and atomic output files (see io.h).
 */
#include "lib/core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"

int coco_fail_errno(struct coco_diag *diag, int code, int err, const char *what,
		    const char *path)
{
	char text[128];

	if (err == ENOSPC || err == EDQUOT || err == EFBIG)
		coco_diag_hint(diag, "free space there, or choose another place with -o");
	if (err == ENOMEM)
		code = COCO_E_LIMIT_MEMORY;
	coco_diag_source(diag, "%s", path);
	return coco_fail(diag, code, "cannot %s: %s", what,
			 strerror_r(err, text, sizeof(text)));
}

static const char *kind_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	case S_IFLNK:
		return "a symbolic link";
	default:
		return "of unknown kind";
	}
}

int coco_open_read(const char *path, int *ret_fd, uint64_t *ret_size, struct coco_diag *diag)
{
	struct stat st;
	/* O_NONBLOCK: opening a FIFO must not hang; it has no effect on files */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path);
	if (fstat(fd, &st) != 0) {
		int err = errno;

		close(fd);
		return coco_fail_errno(diag, COCO_E_IO_READ, err, "examine", path);
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		coco_diag_source(diag, "%s", path);
		return coco_fail(diag, COCO_E_IO_KIND, "a regular file is needed, this is %s",
				 kind_name(st.st_mode));
	}
	*ret_fd = fd;
	if (ret_size != NULL)
		*ret_size = (uint64_t)st.st_size;
	return 0;
}

int coco_pread_full(int fd, void *p, size_t n, uint64_t off, const char *name,
		    struct coco_diag *diag)
{
	uint8_t *at = p;

	if (off > INT64_MAX - n)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "offset %" PRIu64 " is too large", off);
	while (n > 0) {
		ssize_t got = pread(fd, at, n, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return coco_fail_errno(diag, COCO_E_IO_READ, errno, "read", name);
		if (got == 0) {
			coco_diag_source(diag, "%s", name);
			return coco_fail_at(diag, COCO_E_IO_READ, off, NULL,
					    "the file ends here, %zu more bytes were expected", n);
		}
		at += got;
		n -= (size_t)got;
		off += (uint64_t)got;
	}
	return 0;
}

void coco_read_ahead(int fd, uint64_t off, size_t n)
{
	/* only where the read passes a multiple of the window */
	if (off != 0 && off / COCO_READ_AHEAD == (off + n) / COCO_READ_AHEAD)
		return;
	if (off > (uint64_t)INT64_MAX - 2 * COCO_READ_AHEAD)
		return;
	uint64_t from = (off + n) / COCO_READ_AHEAD * COCO_READ_AHEAD;
	(void)posix_fadvise(fd, (off_t)from, (off_t)(2 * COCO_READ_AHEAD), POSIX_FADV_WILLNEED);
}

int coco_pwrite_full(int fd, const void *p, size_t n, uint64_t off, const char *name,
		     struct coco_diag *diag)
{
	const uint8_t *at = p;

	if (off > INT64_MAX - n)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "offset %" PRIu64 " is too large", off);
	while (n > 0) {
		ssize_t put = pwrite(fd, at, n, (off_t)off);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", name);
		at += put;
		n -= (size_t)put;
		off += (uint64_t)put;
	}
	return 0;
}

int coco_write_full(int fd, const void *p, size_t n, const char *name, struct coco_diag *diag)
{
	const uint8_t *at = p;

	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", name);
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Room for a file at once when its size is known, so that nothing is copied. */
static size_t first_room(int fd, size_t max)
{
	enum { LEAST = 4096 };
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= LEAST)
		return LEAST;
	return coco_min_size((size_t)st.st_size, max) + 1;
}

enum { HUGE = 2 << 20 };

int coco_read_fd(int fd, const char *name, size_t max, uint8_t **ret, size_t *ret_n,
		 struct coco_diag *diag)
{
	size_t cap = first_room(fd, max);
	size_t n = 0;
	uint8_t *p = coco_alloc(cap + 1, 1);

	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to read %s", name);
	/* all of it will be filled: one fault for 2 MiB instead of one for each page */
	if (cap >= 2 * HUGE)
		(void)madvise(p, cap, MADV_HUGEPAGE);
	for (;;) {
		if (n == cap) {
			size_t more = cap < (1U << 20) ? cap * 4 : cap + cap / 2;
			uint8_t *q = coco_alloc(more + 1, 1);

			if (q == NULL) {
				explicit_bzero(p, n);
				coco_free(p);
				return coco_fail(diag, COCO_E_LIMIT_MEMORY,
						 "no memory to read %s", name);
			}
			/* not realloc: what is read may be a key */
			memcpy(q, p, n);
			explicit_bzero(p, n);
			coco_free(p);
			p = q;
			cap = more;
		}
		ssize_t got = read(fd, p + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int err = errno;

			explicit_bzero(p, n);
			coco_free(p);
			return coco_fail_errno(diag, COCO_E_IO_READ, err, "read", name);
		}
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > max) {
			explicit_bzero(p, n);
			coco_free(p);
			coco_diag_source(diag, "%s", name);
			return coco_fail(diag, COCO_E_LIMIT_SIZE,
					 "larger than %zu bytes, the limit for this input", max);
		}
	}
	p[n] = 0;
	*ret = p;
	*ret_n = n;
	return 0;
}

int coco_read_file(const char *path, size_t max, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return coco_read_fd(STDIN_FILENO, "standard input", max, ret, ret_n, diag);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		coco_diag_source(diag, "%s", path);
		return coco_fail(diag, COCO_E_IO_KIND, "a file is needed, this is a directory");
	}
	int r = coco_read_fd(fd, path, max, ret, ret_n, diag);
	close(fd);
	return r;
}

char *coco_path_join(const char *a, const char *b)
{
	size_t na = strlen(a);
	size_t nb = strlen(b);
	bool slash = na > 0 && a[na - 1] != '/';
	char *p = coco_alloc(na + nb + 2, 1);

	if (p == NULL)
		return NULL;
	memcpy(p, a, na);
	if (slash)
		p[na++] = '/';
	memcpy(p + na, b, nb + 1);
	return p;
}

static int split_path(const char *path, char **ret_dir, char **ret_name, struct coco_diag *diag)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t at = n;
	while (at > 0 && path[at - 1] != '/')
		at--;
	if (at == n || (n - at == 1 && path[at] == '.') ||
	    (n - at == 2 && path[at] == '.' && path[at + 1] == '.')) {
		coco_diag_source(diag, "%s", path);
		return coco_fail(diag, COCO_E_USAGE_VALUE, "\"%s\" does not name an output", path);
	}
	*ret_name = coco_strndup(path + at, n - at);
	*ret_dir = at == 0 ? coco_strdup(".") : coco_strndup(path, at);
	if (*ret_name != NULL && *ret_dir != NULL)
		return 0;
	coco_free(*ret_name);
	coco_free(*ret_dir);
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
}

static void random_name(char ret[17])
{
	uint8_t raw[8];

	/* a name only has to be unused: O_EXCL is what protects it */
	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		memset(raw, 0x5a, sizeof(raw));
	coco_hex_encode(ret, raw, sizeof(raw));
}

int coco_out_open(struct coco_out *ret, const char *path, unsigned flags,
		  struct coco_diag *diag)
{
	struct coco_out out = { .fd = -1, .flags = flags };
	mode_t mode = (flags & COCO_OUT_SECRET) != 0 ? 0600 : 0666;
	struct stat st;
	int r = split_path(path, &out.dir, &out.name, diag);

	if (r != 0)
		return r;
	bool exists = lstat(path, &st) == 0;
	if (exists && (flags & COCO_OUT_FORCE) == 0) {
		coco_diag_source(diag, "%s", path);
		r = coco_fail(diag, COCO_E_EXISTS, "the output exists already");
		goto fail;
	}
	if (exists && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
		/* renaming over /dev/null would replace the device for everybody */
		coco_diag_source(diag, "%s", path);
		r = coco_fail(diag, COCO_E_IO_KIND, "only a file can be replaced, this is %s",
			      kind_name(st.st_mode));
		goto fail;
	}
	out.fd = open(out.dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (out.fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		char suffix[17];
		char name[NAME_MAX + 32];

		random_name(suffix);
		snprintf(name, sizeof(name), "%.200s.partial-%s", out.name, suffix);
		out.temp = coco_path_join(out.dir, name);
		if (out.temp == NULL) {
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
			goto fail;
		}
		out.fd = open(out.temp, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
	}
	if (out.fd < 0) {
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create the output", path);
		goto fail;
	}
	*ret = out;
	return 0;
fail:
	coco_free(out.temp);
	coco_free(out.dir);
	coco_free(out.name);
	return r;
}

int coco_out_check(const char *path, unsigned flags, char **ret_dir, struct coco_diag *diag)
{
	struct stat st;
	char *dir = NULL;
	char *name = NULL;
	int r = split_path(path, &dir, &name, diag);

	if (r != 0)
		return r;
	if ((flags & COCO_OUT_FORCE) == 0 && lstat(path, &st) == 0) {
		coco_diag_source(diag, "%s", path);
		r = coco_fail(diag, COCO_E_EXISTS, "the output exists already");
	} else if (access(dir, W_OK | X_OK) != 0) {
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create the output", path);
	}
	coco_free(name);
	if (r == 0 && ret_dir != NULL)
		*ret_dir = dir;
	else
		coco_free(dir);
	return r;
}

void coco_out_abort(struct coco_out *out)
{
	if (out->dir == NULL)
		return;
	if (out->fd >= 0)
		close(out->fd);
	if (out->temp != NULL)
		unlink(out->temp);
	coco_free(out->temp);
	coco_free(out->dir);
	coco_free(out->name);
	*out = (struct coco_out){ .fd = -1 };
}

/* Gives the unnamed file a temporary name, so that it can be renamed over. */
static int name_temp(struct coco_out *out)
{
	char suffix[17];
	char name[NAME_MAX + 32];
	char proc[64];

	random_name(suffix);
	snprintf(name, sizeof(name), "%.200s.partial-%s", out->name, suffix);
	out->temp = coco_path_join(out->dir, name);
	if (out->temp == NULL) {
		errno = ENOMEM;
		return -1;
	}
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", out->fd);
	if (linkat(AT_FDCWD, proc, AT_FDCWD, out->temp, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	int err = errno;
	coco_free(out->temp);
	out->temp = NULL;
	errno = err;
	return -1;
}

void coco_sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* Puts the finished file in place; 0 or -1 with errno. */
static int place(struct coco_out *out, const char *path)
{
	if ((out->flags & COCO_OUT_FORCE) != 0) {
		if (out->temp == NULL && name_temp(out) != 0)
			return -1;
		if (rename(out->temp, path) != 0)
			return -1;
		coco_free(out->temp);
		out->temp = NULL;
		return 0;
	}
	if (out->temp != NULL) {
		/* file systems without O_TMPFILE often have no hard links either */
		if (renameat2(AT_FDCWD, out->temp, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
			return errno == EINVAL || errno == ENOSYS ? link(out->temp, path) : -1;
		coco_free(out->temp);
		out->temp = NULL;
		return 0;
	}
	char proc[64];
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", out->fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int coco_out_commit(struct coco_out *out, struct coco_diag *diag)
{
	char *path = coco_path_join(out->dir, out->name);
	int r = 0;

	if (path == NULL) {
		coco_out_abort(out);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	}
	if (fsync(out->fd) != 0 && errno != EINVAL && errno != EROFS) {
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", path);
	} else if (place(out, path) != 0) {
		if (errno == EEXIST) {
			coco_diag_source(diag, "%s", path);
			r = coco_fail(diag, COCO_E_EXISTS, "the output exists already");
		} else {
			r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "put in place", path);
		}
	} else {
		coco_sync_dir(out->dir);
	}
	coco_free(path);
	coco_out_abort(out);
	return r;
}

int coco_write_file(const char *path, const void *p, size_t n, unsigned flags,
		    struct coco_diag *diag)
{
	struct coco_out out;

	if (strcmp(path, "-") == 0)
		return coco_write_full(STDOUT_FILENO, p, n, "standard output", diag);
	int r = coco_out_open(&out, path, flags, diag);
	if (r != 0)
		return r;
	r = coco_write_full(out.fd, p, n, path, diag);
	if (r != 0) {
		coco_out_abort(&out);
		return r;
	}
	return coco_out_commit(&out, diag);
}
