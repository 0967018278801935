/*
 * test_outdir.c - output directories and the removal of trees.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"

static char *dir;

static char *in_dir(const char *name)
{
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	return path;
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	umask(022);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

static size_t entries(const char *path)
{
	DIR *d = opendir(path);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void put_at(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static bool exists_in(const char *parent, const char *name)
{
	char *path = coco_path_join(parent, name);
	bool found = access(path, F_OK) == 0;

	coco_free(path);
	return found;
}

static void open_with(struct coco_outdir *out, const char *target, unsigned flags,
		      const char *name)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_outdir_open(out, target, flags, &d), &d);
	put_at(out->fd, name);
}

static void test_commit(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out;
	char *target = in_dir("out");
	char *slash = in_dir("out///");
	struct stat st;

	open_with(&out, slash, COCO_OUT_SECRET, "a");
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(entries(dir), 1);
	assert_memory_equal(out.partial, target, strlen(target));
	assert_memory_equal(out.partial + strlen(target), ".partial-", 9);
	assert_int_equal(strlen(out.partial), strlen(target) + 9 + 16);
	assert_ok(coco_outdir_commit(&out, &d), &d);
	assert_int_equal(out.fd, -1);
	assert_int_equal(entries(dir), 1);
	assert_true(exists_in(target, "a"));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	coco_outdir_abort(&out);
	assert_true(exists_in(target, "a"));
	coco_free(target);
	coco_free(slash);
}

static void test_exists_and_force(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out;
	struct coco_outdir late;
	char *target = in_dir("out");
	bool found = true;

	open_with(&late, target, 0, "late");
	open_with(&out, target, 0, "first");
	assert_ok(coco_outdir_commit(&out, &d), &d);
	/* the target appeared while another one was being built */
	assert_err(coco_outdir_commit(&late, &d), COCO_E_EXISTS, &d);
	assert_int_equal(late.fd, -1);
	assert_int_equal(entries(dir), 1);
	coco_diag_init(&d);
	assert_err(coco_outdir_open(&out, target, 0, &d), COCO_E_EXISTS, &d);
	coco_diag_init(&d);
	assert_err(coco_outdir_adopt(&out, target, 0, &found, &d), COCO_E_EXISTS, &d);
	assert_false(found);
	coco_diag_init(&d);
	open_with(&out, target, COCO_OUT_FORCE, "second");
	assert_true(exists_in(target, "first"));
	assert_ok(coco_outdir_commit(&out, &d), &d);
	assert_true(exists_in(target, "second"));
	assert_false(exists_in(target, "first"));
	assert_int_equal(entries(dir), 1);
	coco_free(target);
}

/* FORCE replaces a file or a link too, and does not follow the link. */
static void test_force_over_others(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out;
	char *target = in_dir("out");
	char *other = in_dir("other");

	assert_int_equal(mkdir(other, 0755), 0);
	assert_int_equal(symlink(other, target), 0);
	int fd = open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_at(fd, "precious");
	close(fd);
	open_with(&out, target, COCO_OUT_FORCE, "a");
	assert_ok(coco_outdir_commit(&out, &d), &d);
	assert_true(exists_in(target, "a"));
	assert_true(exists_in(other, "precious"));
	assert_int_equal(entries(dir), 2);
	coco_free(target);
	coco_free(other);
}

static void test_abort(void **state COCO_UNUSED)
{
	struct coco_outdir out;
	char *target = in_dir("out");

	open_with(&out, target, 0, "a");
	assert_int_equal(mkdirat(out.fd, "sub", 0700), 0);
	coco_outdir_abort(&out);
	assert_int_equal(out.fd, -1);
	assert_int_equal(entries(dir), 0);
	coco_outdir_abort(&out);
	coco_outdir_keep(&out);
	coco_free(target);
}

static void age(const char *path, time_t when)
{
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_adopt(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out;
	char *target = in_dir("out");
	char *newest = NULL;
	bool found = true;

	assert_ok(coco_outdir_adopt(&out, target, 0, &found, &d), &d);
	assert_false(found);
	for (int i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "file%d", i);
		open_with(&out, target, 0, name);
		age(out.partial, 1000 + (i == 1 ? 500 : i));
		if (i == 1)
			newest = coco_strdup(out.partial);
		coco_outdir_keep(&out);
	}
	/* none of these may be taken up */
	char *file = in_dir("out.partial-0123456789abcdef");
	assert_ok(coco_write_file(file, "", 0, 0, &d), &d);
	char *link = in_dir("out.partial-1123456789abcdef");
	assert_int_equal(symlink(dir, link), 0);
	char *longer = in_dir("out.partial-0123456789abcdef0");
	assert_int_equal(mkdir(longer, 0700), 0);
	char *other = in_dir("outer.partial-0123456789abcdef");
	assert_int_equal(mkdir(other, 0700), 0);
	if (geteuid() == 0) {
		char *foreign = in_dir("out.partial-2123456789abcdef");

		assert_int_equal(mkdir(foreign, 0700), 0);
		assert_int_equal(chown(foreign, 65534, 65534), 0);
		coco_free(foreign);
	}
	assert_ok(coco_outdir_adopt(&out, target, 0, &found, &d), &d);
	assert_true(found);
	assert_string_equal(out.partial, newest);
	assert_int_equal(faccessat(out.fd, "file1", F_OK, 0), 0);
	assert_ok(coco_outdir_commit(&out, &d), &d);
	assert_true(exists_in(target, "file1"));
	coco_free(file);
	coco_free(link);
	coco_free(longer);
	coco_free(other);
	coco_free(newest);
	coco_free(target);
}

/* A target without a slash lives in the current directory. */
static void test_relative(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out;
	static char before[4096];
	bool found = false;

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(dir), 0);
	open_with(&out, "out", 0, "a");
	coco_outdir_keep(&out);
	int r = coco_outdir_adopt(&out, "out", 0, &found, &d);
	if (r == 0 && found)
		r = coco_outdir_commit(&out, &d);
	assert_int_equal(chdir(before), 0);
	assert_ok(r, &d);
	assert_true(found);
	assert_true(exists_in(dir, "out/a"));
}

static void test_cannot_create(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_outdir out = { .fd = 99 };
	char *target = in_dir("missing/out");

	assert_err(coco_outdir_open(&out, target, 0, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(out.fd, 99);
	coco_free(target);
	target = in_dir("out");
	coco_diag_init(&d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		if (coco_test_alloc_check(coco_outdir_open(&out, target, 0, &d), &d))
			break;
		assert_int_equal(entries(dir), 0);
	}
	coco_outdir_abort(&out);
	coco_free(target);
}

static void test_remove_tree(void **state COCO_UNUSED)
{
	char *outside = in_dir("outside");
	char *tree = in_dir("tree");
	char *sub = in_dir("tree/sub");
	char *deep = in_dir("tree/sub/deep");
	char *link = in_dir("tree/sub/link");
	char *file_link = in_dir("tree/file-link");

	assert_int_equal(mkdir(outside, 0700), 0);
	assert_int_equal(mkdir(tree, 0700), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(mkdir(deep, 0700), 0);
	int fd = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_at(fd, "precious");
	close(fd);
	fd = open(deep, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_at(fd, "a");
	put_at(fd, ".hidden");
	close(fd);
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(symlink("../outside/precious", file_link), 0);
	coco_remove_tree(AT_FDCWD, tree);
	assert_int_equal(access(tree, F_OK), -1);
	assert_true(exists_in(outside, "precious"));
	/* the name itself is a link: the link goes, the tree stays */
	assert_int_equal(symlink(outside, tree), 0);
	coco_remove_tree(AT_FDCWD, tree);
	assert_int_equal(faccessat(AT_FDCWD, tree, F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_true(exists_in(outside, "precious"));
	coco_remove_tree(AT_FDCWD, tree);
	coco_free(outside);
	coco_free(tree);
	coco_free(sub);
	coco_free(deep);
	coco_free(link);
	coco_free(file_link);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_commit),        T(test_exists_and_force), T(test_force_over_others),
		T(test_abort),         T(test_adopt),            T(test_relative),
		T(test_cannot_create), T(test_remove_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
