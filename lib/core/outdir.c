/*
 * outdir.c - output directories that appear whole or not at all (see io.h).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

#define PARTIAL_MARK ".partial-"

enum { PARTIAL_DIGITS = 16, TREE_DEPTH = 128 };

static char *strip_slashes(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return coco_strndup(path, n);
}

static void forget(struct coco_outdir *dir)
{
	if (dir->target != NULL && dir->fd >= 0)
		close(dir->fd);
	coco_free(dir->target);
	coco_free(dir->partial);
	*dir = (struct coco_outdir){ .fd = -1 };
}

static int check_target(const char *target, unsigned flags, struct coco_diag *diag)
{
	struct stat st;

	if ((flags & COCO_OUT_FORCE) != 0 || lstat(target, &st) != 0)
		return 0;
	coco_diag_source(diag, "%s", target);
	return coco_fail(diag, COCO_E_EXISTS, "the output exists already");
}

int coco_outdir_open(struct coco_outdir *ret, const char *target, unsigned flags,
		     struct coco_diag *diag)
{
	struct coco_outdir dir = { .fd = -1, .flags = flags };
	uint8_t raw[PARTIAL_DIGITS / 2];
	char suffix[PARTIAL_DIGITS + 1];
	int r = check_target(target, flags, diag);

	if (r != 0)
		return r;
	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return coco_fail_errno(diag, COCO_E_IO_READ, errno, "read random bytes for",
				       target);
	coco_hex_encode(suffix, raw, sizeof(raw));
	dir.target = strip_slashes(target);
	if (dir.target != NULL) {
		size_t n = strlen(dir.target) + sizeof(PARTIAL_MARK) + PARTIAL_DIGITS;

		dir.partial = coco_alloc(n, 1);
		if (dir.partial != NULL)
			snprintf(dir.partial, n, "%s%s%s", dir.target, PARTIAL_MARK, suffix);
	}
	if (dir.partial == NULL) {
		forget(&dir);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	}
	mode_t mode = (flags & COCO_OUT_SECRET) != 0 ? 0700 : 0777;
	bool made = mkdir(dir.partial, mode) == 0;
	if (made)
		dir.fd = open(dir.partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir.fd < 0) {
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create the output", target);
		if (made)
			rmdir(dir.partial);
		forget(&dir);
		return r;
	}
	*ret = dir;
	return 0;
}

/* The newest "<name>.partial-<hex>" beside target, given; NULL when none. */
static char *newest_partial(const char *target)
{
	const char *slash = strrchr(target, '/');
	const char *name = slash != NULL ? slash + 1 : target;
	char *parent = slash == NULL ? coco_strdup(".")
				     : coco_strndup(target, (size_t)(slash - target) + 1);
	char *best = NULL;
	struct timespec best_time = { 0, 0 };
	struct dirent *e;

	DIR *d = parent != NULL ? opendir(parent) : NULL;
	while (d != NULL && (e = readdir(d)) != NULL) {
		size_t n = strlen(name);
		size_t mark = sizeof(PARTIAL_MARK) - 1;
		struct stat st;

		if (strncmp(e->d_name, name, n) != 0 ||
		    strncmp(e->d_name + n, PARTIAL_MARK, mark) != 0 ||
		    strlen(e->d_name + n + mark) != PARTIAL_DIGITS)
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
			continue;
		if (best != NULL && (st.st_mtim.tv_sec < best_time.tv_sec ||
				     (st.st_mtim.tv_sec == best_time.tv_sec &&
				      st.st_mtim.tv_nsec <= best_time.tv_nsec)))
			continue;
		coco_free(best);
		best = slash == NULL ? coco_strdup(e->d_name) : coco_path_join(parent, e->d_name);
		best_time = st.st_mtim;
	}
	if (d != NULL)
		closedir(d);
	coco_free(parent);
	return best;
}

int coco_outdir_adopt(struct coco_outdir *ret, const char *target, unsigned flags,
		      bool *ret_found, struct coco_diag *diag)
{
	struct coco_outdir dir = { .fd = -1, .flags = flags };
	int r = check_target(target, flags, diag);

	*ret_found = false;
	if (r != 0)
		return r;
	dir.target = strip_slashes(target);
	if (dir.target == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	dir.partial = newest_partial(dir.target);
	if (dir.partial == NULL) {
		forget(&dir);
		return 0;
	}
	dir.fd = open(dir.partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir.fd < 0) {
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", dir.partial);
		forget(&dir);
		return r;
	}
	*ret = dir;
	*ret_found = true;
	return 0;
}

char *coco_outdir_leftover(const char *target)
{
	char *path = strip_slashes(target);
	char *partial = path != NULL ? newest_partial(path) : NULL;

	coco_free(path);
	return partial;
}

static bool is_dir(int dirfd, const char *name, int type)
{
	struct stat st;

	if (type == DT_DIR)
		return true;
	return type == DT_UNKNOWN && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

void coco_remove_tree(int dirfd_, const char *name)
{
	DIR *stack[TREE_DEPTH];
	char *names[TREE_DEPTH];
	unsigned depth = 0;
	int fd = openat(dirfd_, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		unlinkat(dirfd_, name, 0);
		return;
	}
	stack[0] = fdopendir(fd);
	names[0] = NULL;
	if (stack[0] == NULL) {
		close(fd);
		return;
	}
	for (;;) {
		DIR *d = stack[depth];
		struct dirent *e = readdir(d);

		if (e == NULL) {
			char *done = names[depth];

			closedir(d);
			if (depth == 0)
				break;
			depth--;
			unlinkat(dirfd(stack[depth]), done, AT_REMOVEDIR);
			coco_free(done);
			continue;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!is_dir(dirfd(d), e->d_name, e->d_type)) {
			unlinkat(dirfd(d), e->d_name, 0);
			continue;
		}
		if (depth + 1 >= TREE_DEPTH)
			continue;
		int sub = openat(dirfd(d), e->d_name,
				 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		DIR *sd = sub >= 0 ? fdopendir(sub) : NULL;
		char *copy = sd != NULL ? coco_strdup(e->d_name) : NULL;
		if (copy == NULL) {
			if (sd != NULL)
				closedir(sd);
			else if (sub >= 0)
				close(sub);
			continue;
		}
		depth++;
		stack[depth] = sd;
		names[depth] = copy;
	}
	unlinkat(dirfd_, name, AT_REMOVEDIR);
}

static void sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent = slash == NULL ? coco_strdup(".")
				     : coco_strndup(path, (size_t)(slash - path) + 1);

	if (parent != NULL)
		coco_sync_dir(parent);
	coco_free(parent);
}

/* rename for file systems without RENAME_NOREPLACE (NFS); 0 or -1 with errno. */
static int place_plain(const struct coco_outdir *dir)
{
	struct stat st;

	if (lstat(dir->target, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(dir->partial, dir->target);
}

/* The old one steps aside where the two cannot be exchanged. */
static int replace_plain(const struct coco_outdir *dir)
{
	size_t n = strlen(dir->partial) + sizeof(".old");
	char *aside = coco_alloc(n, 1);

	if (aside == NULL) {
		errno = ENOMEM;
		return -1;
	}
	snprintf(aside, n, "%s.old", dir->partial);
	int done = rename(dir->target, aside);
	if (done == 0) {
		done = rename(dir->partial, dir->target);
		if (done != 0) {
			int err = errno;

			(void)rename(aside, dir->target);
			errno = err;
		} else {
			coco_remove_tree(AT_FDCWD, aside);
		}
	}
	coco_free(aside);
	return done;
}

static bool unsupported(int err)
{
	return err == EINVAL || err == ENOSYS || err == EOPNOTSUPP;
}

int coco_outdir_commit(struct coco_outdir *dir, struct coco_diag *diag)
{
	bool force = (dir->flags & COCO_OUT_FORCE) != 0;
	int r = 0;

	(void)fsync(dir->fd);
	int done = renameat2(AT_FDCWD, dir->partial, AT_FDCWD, dir->target, RENAME_NOREPLACE);
	if (done != 0 && unsupported(errno))
		done = place_plain(dir);
	if (done != 0 && errno == EEXIST && force) {
		/* a replacement swaps the two, so that there is always one */
		done = renameat2(AT_FDCWD, dir->partial, AT_FDCWD, dir->target, RENAME_EXCHANGE);
		if (done == 0)
			coco_remove_tree(AT_FDCWD, dir->partial);
		else if (unsupported(errno))
			done = replace_plain(dir);
	}
	if (done == 0)
		sync_parent(dir->target);
	if (done != 0 && errno == EEXIST) {
		coco_diag_source(diag, "%s", dir->target);
		r = coco_fail(diag, COCO_E_EXISTS, "the output exists already");
	} else if (done != 0) {
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "put in place", dir->target);
	}
	if (r != 0)
		coco_outdir_abort(dir);
	else
		forget(dir);
	return r;
}

void coco_outdir_abort(struct coco_outdir *dir)
{
	if (dir->partial != NULL)
		coco_remove_tree(AT_FDCWD, dir->partial);
	forget(dir);
}

void coco_outdir_keep(struct coco_outdir *dir)
{
	forget(dir);
}
