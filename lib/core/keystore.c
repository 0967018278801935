/*
 * keystore.c - the directory store of a key broker (see keystore.h).
 */
#include "lib/core/keystore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

static const char repository[] = "repository";

/* What else Trustee keeps at the root of its storage. */
static const char *const namespaces[] = {
	"kbs", "attestation_service_policy", "reference_value", "kbs_protocol_session",
	"provisioner",
};

int coco_store_parse(const char *text, struct coco_store_ref *ret, struct coco_diag *diag)
{
	struct coco_store_ref ref = { .n_dir = 0 };
	size_t n = strlen(text);
	size_t at = n;

	for (int slashes = 0; at > 0; at--)
		if (text[at - 1] == '/' && ++slashes == 3)
			break;
	/* at: just past the slash between DIR and repo */
	if (at < 2 || coco_resource_id_parse(&ref.id, text + at, n - at, NULL) != 0)
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "store: needs a directory and a resource name, DIR/repo/type/tag, "
				 "of letters, digits, '_', '-' and '.'");
	ref.n_dir = at - 1;
	*ret = ref;
	return 0;
}

void coco_store_relative(enum coco_store_layout layout, const struct coco_resource_id *id,
			 char ret[COCO_STORE_RELATIVE_MAX])
{
	const char *sep = layout == COCO_STORE_OLD ? "/" : "\\x2F";

	snprintf(ret, COCO_STORE_RELATIVE_MAX, "%s%s%s%s%s%s%s",
		 layout == COCO_STORE_ROOT ? repository : "", layout == COCO_STORE_ROOT ? "/" : "",
		 id->repo, sep, id->type, sep, id->tag);
}

/* Opens path below dirfd for reading; links may not lead out of it. */
static int open_beneath(int dirfd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	/* kernels before 5.6 and some sandboxes: then no link at the end at all */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(dirfd, path, (int)how.flags | O_NOFOLLOW);
	return (int)fd;
}

static char *store_dir(const char *text, const struct coco_store_ref *ref)
{
	return coco_strndup(text, ref->n_dir);
}

int coco_store_find(int dirfd, const char *dir, const struct coco_resource_id *id, int *ret_fd,
		    enum coco_store_layout *ret_layout, struct coco_diag *diag)
{
	int found = -1;
	enum coco_store_layout where = COCO_STORE_ROOT;

	for (int i = 0; i < COCO_STORE_LAYOUTS; i++) {
		char rel[COCO_STORE_RELATIVE_MAX];

		coco_store_relative((enum coco_store_layout)i, id, rel);
		int fd = open_beneath(dirfd, rel);
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0) {
			int err = errno;

			if (found >= 0)
				close(found);
			coco_diag_source(diag, "%s/%s", dir, rel);
			return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open", dir);
		}
		if (found >= 0) {
			close(fd);
			close(found);
			coco_diag_source(diag, "%s", dir);
			return coco_fail(diag, COCO_E_KEY_AMBIGUOUS,
					 "%s/%s/%s is there in an old and in a new layout",
					 id->repo, id->type, id->tag);
		}
		found = fd;
		where = (enum coco_store_layout)i;
	}
	*ret_fd = found;
	*ret_layout = where;
	return 0;
}

/* A store closed to others protects its files whatever their own mode. */
static unsigned mode_flags(int dirfd, unsigned flags)
{
	struct stat st;

	if (fstat(dirfd, &st) == 0 && (st.st_mode & 011) == 0)
		flags |= COCO_KEYREF_INSECURE_PERMISSIONS;
	return flags;
}

int coco_store_load(const char *text, size_t max, unsigned flags, struct coco_secret *ret,
		    struct coco_diag *diag)
{
	struct coco_store_ref ref = { .n_dir = 0 };
	enum coco_store_layout layout = COCO_STORE_ROOT;
	int fd = -1;
	int r = coco_store_parse(text, &ref, diag);

	if (r != 0)
		return r;
	char *dir = store_dir(text, &ref);
	if (dir == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0) {
		r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the store", dir);
		coco_free(dir);
		return r;
	}
	r = coco_store_find(dirfd, dir, &ref.id, &fd, &layout, diag);
	if (r == 0 && fd < 0) {
		coco_diag_source(diag, "%s", dir);
		r = coco_fail(diag, COCO_E_KEY_MISSING, "the store has no resource %s/%s/%s",
			      ref.id.repo, ref.id.type, ref.id.tag);
	}
	if (r == 0)
		r = coco_keyref_check_mode(fd, text, false, mode_flags(dirfd, flags), diag);
	if (r == 0)
		r = coco_keyref_read_fd(fd, text, max, ret, diag);
	if (fd >= 0)
		close(fd);
	close(dirfd);
	coco_free(dir);
	return r;
}

static bool is_namespace(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(namespaces); i++)
		if (strcmp(name, namespaces[i]) == 0)
			return true;
	return false;
}

static bool is_dir(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

int coco_store_detect(int dirfd, const char *path, enum coco_store_layout *ret,
		      struct coco_diag *diag)
{
	enum coco_store_layout layout = COCO_STORE_ROOT;
	struct dirent *e;
	int copy = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;

	if (dir == NULL) {
		int err = errno;

		if (copy >= 0)
			close(copy);
		return coco_fail_errno(diag, COCO_E_IO_READ, err, "list", path);
	}
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (strcmp(e->d_name, repository) == 0 || is_namespace(e->d_name)) {
			layout = COCO_STORE_ROOT;
			break;
		}
		if (strstr(e->d_name, "\\x2F") != NULL)
			layout = COCO_STORE_REPOSITORY;
		else if (layout == COCO_STORE_ROOT && is_dir(dirfd, e->d_name))
			layout = COCO_STORE_OLD;
	}
	closedir(dir);
	*ret = layout;
	return 0;
}

static int make_dir(int dirfd, const char *name, const char *path, struct coco_diag *diag)
{
	if (mkdirat(dirfd, name, 0700) != 0 && errno != EEXIST)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "create a directory in", path);
	return 0;
}

/* The directories between the store and the file. */
static int make_parents(int dirfd, const char *dir, enum coco_store_layout layout,
			const struct coco_resource_id *id, struct coco_diag *diag)
{
	char both[2 * COCO_RESOURCE_PART_MAX + 2];
	int r = 0;

	if (layout == COCO_STORE_ROOT)
		return make_dir(dirfd, repository, dir, diag);
	if (layout == COCO_STORE_REPOSITORY)
		return 0;
	r = make_dir(dirfd, id->repo, dir, diag);
	if (r != 0)
		return r;
	snprintf(both, sizeof(both), "%s/%s", id->repo, id->type);
	return make_dir(dirfd, both, dir, diag);
}

static int path_in(int dirfd, const char *dir, const struct coco_resource_id *id, char **ret,
		   struct coco_diag *diag)
{
	enum coco_store_layout layout = COCO_STORE_ROOT;
	enum coco_store_layout there = COCO_STORE_ROOT;
	char rel[COCO_STORE_RELATIVE_MAX];
	int fd = -1;
	int r = coco_store_detect(dirfd, dir, &layout, diag);

	if (r == 0)
		r = coco_store_find(dirfd, dir, id, &fd, &there, diag);
	if (r != 0)
		return r;
	if (fd >= 0) {
		/* replace it where it is, so that there is never a second copy */
		close(fd);
		layout = there;
	}
	r = make_parents(dirfd, dir, layout, id, diag);
	if (r != 0)
		return r;
	coco_store_relative(layout, id, rel);
	*ret = coco_path_join(dir, rel);
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
}

int coco_store_path(const char *text, char **ret, struct coco_diag *diag)
{
	struct coco_store_ref ref = { .n_dir = 0 };
	int r = coco_store_parse(text, &ref, diag);

	if (r != 0)
		return r;
	char *dir = store_dir(text, &ref);
	if (dir == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	r = make_dir(AT_FDCWD, dir, dir, diag);
	if (r == 0) {
		int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (dirfd < 0) {
			r = coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the store", dir);
		} else {
			r = path_in(dirfd, dir, &ref.id, ret, diag);
			close(dirfd);
		}
	}
	coco_free(dir);
	return r;
}
