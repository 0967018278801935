/*
 * layout_write.c - writing files into an OCI image layout (see layout.h).
 *
 * A file is written without a name (O_TMPFILE) and linked when its bytes are
 * on the disk; where the file system has no such files, under a temporary
 * name that is removed on failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/model/layout_priv.h"

#define MARKER_TEXT "{\"imageLayoutVersion\":\"1.0.0\"}"

enum { TEMP_NAME = 40, COMPARE_CHUNK = 1 << 16 };

/* A file being written below dirfd; name is empty while it has none. */
struct temp {
	int dirfd;
	int fd;
	char name[TEMP_NAME];
};

static int random_name(char ret[TEMP_NAME])
{
	uint8_t raw[8];
	char hex[2 * sizeof(raw) + 1];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return -1;
	coco_hex_encode(hex, raw, sizeof(raw));
	snprintf(ret, TEMP_NAME, ".partial-%s", hex);
	return 0;
}

/* 0, or -1 with errno. */
static int temp_open(struct temp *t, int dirfd)
{
	*t = (struct temp){ .dirfd = dirfd, .fd = -1 };
	t->fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	if (t->fd >= 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return -1;
	if (random_name(t->name) != 0)
		return -1;
	t->fd = openat(dirfd, t->name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (t->fd < 0)
		t->name[0] = '\0';
	return t->fd >= 0 ? 0 : -1;
}

static void temp_drop(struct temp *t)
{
	if (t->fd >= 0)
		close(t->fd);
	if (t->name[0] != '\0')
		(void)unlinkat(t->dirfd, t->name, 0);
	*t = (struct temp){ .fd = -1 };
}

/* Puts the file under its name, over what is there; 0, or -1 with errno. */
static int temp_place(struct temp *t, const char *name)
{
	char proc[64];

	if (fsync(t->fd) != 0 && errno != EINVAL && errno != EROFS)
		return -1;
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", t->fd);
	if (t->name[0] == '\0') {
		char other[TEMP_NAME];

		if (linkat(AT_FDCWD, proc, t->dirfd, name, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST || random_name(other) != 0 ||
		    linkat(AT_FDCWD, proc, t->dirfd, other, AT_SYMLINK_FOLLOW) != 0)
			return -1;
		memcpy(t->name, other, sizeof(other));
	}
	if (renameat(t->dirfd, t->name, t->dirfd, name) != 0)
		return -1;
	t->name[0] = '\0';
	return 0;
}

static int write_file(int dirfd, const char *name, const void *p, size_t n,
		      struct coco_diag *diag)
{
	struct temp t;

	if (temp_open(&t, dirfd) != 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno,
				       "create a file in the layout", name);
	int r = coco_write_full(t.fd, p, n, name, diag);
	if (r == 0 && temp_place(&t, name) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write a file of the layout",
				    name);
	temp_drop(&t);
	if (r == 0)
		(void)fsync(dirfd); /* some file systems cannot; the file itself is safe */
	return r;
}

static int make_dir(int dirfd, const char *name, struct coco_diag *diag)
{
	if (mkdirat(dirfd, name, 0777) == 0 || errno == EEXIST)
		return 0;
	return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create a directory in the layout",
			       name);
}

/* Opens name below dirfd, which must be a directory itself, not a link. */
static int make_and_open(int dirfd, const char *name, int *ret_fd, struct coco_diag *diag)
{
	int r = make_dir(dirfd, name, diag);

	if (r != 0)
		return r;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno,
				       "open a directory of the layout", name);
	*ret_fd = fd;
	return 0;
}

static int make_blobs(int dirfd, int *ret_fd, struct coco_diag *diag)
{
	int blobs = -1;
	int r = make_and_open(dirfd, "blobs", &blobs, diag);

	if (r != 0)
		return r;
	r = make_and_open(blobs, "sha256", ret_fd, diag);
	close(blobs);
	return r;
}

int coco_layout_init(int dirfd, struct coco_diag *diag)
{
	int blobs = -1;
	int r = make_blobs(dirfd, &blobs, diag);

	if (r != 0)
		return r;
	close(blobs);
	return write_file(dirfd, COCO_LAYOUT_MARKER, MARKER_TEXT, sizeof(MARKER_TEXT) - 1, diag);
}

/* Whether the regular file name below dirfd holds exactly these bytes. */
static bool same_content(int dirfd, const char *name, const uint8_t *p, size_t n)
{
	int fd = -1;
	uint64_t size = 0;
	bool same = coco_layout_open_regular(dirfd, name, COCO_E_BLOB_MISSING, name, &fd, &size,
					     NULL) == 0 &&
		    size == n;
	uint8_t *buf = same ? coco_alloc(COMPARE_CHUNK, 1) : NULL;

	same = buf != NULL;
	for (size_t at = 0; same && at < n;) {
		size_t chunk = coco_min_size(n - at, COMPARE_CHUNK);

		same = coco_pread_full(fd, buf, chunk, at, name, NULL) == 0 &&
		       memcmp(buf, p + at, chunk) == 0;
		at += chunk;
	}
	coco_free(buf);
	if (fd >= 0)
		close(fd);
	return same;
}

int coco_layout_put(int dirfd, const void *p, size_t n, struct coco_digest *ret,
		    struct coco_diag *diag)
{
	struct coco_digest d;
	char hex[COCO_LAYOUT_HEX + 1];
	int blobs = -1;
	int r = make_blobs(dirfd, &blobs, diag);

	if (r != 0)
		return r;
	coco_sha256_once(p, n, d.sha256);
	coco_hex_encode(hex, d.sha256, sizeof(d.sha256));
	if (!same_content(blobs, hex, p, n))
		r = write_file(blobs, hex, p, n, diag);
	close(blobs);
	if (r == 0)
		*ret = d;
	return r;
}

int coco_layout_write_index(int dirfd, const struct coco_index *x, struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_OCI_INDEX_TEXT_MAX);
	coco_index_encode(&wr, x);
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		r = write_file(dirfd, COCO_LAYOUT_INDEX, text, n, diag);
	coco_free(text);
	return r;
}
