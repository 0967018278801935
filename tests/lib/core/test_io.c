/*
 * test_io.c - reading files and atomic output files.
 */
#include "lib/core/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
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

static void put(const char *path, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, &d), &d);
}

static void expect_text(const char *path, const char *want)
{
	size_t n = 0;
	uint8_t *p = coco_test_slurp(path, &n);

	assert_string_equal((char *)p, want);
	assert_int_equal(n, strlen(want));
	coco_free(p);
}

static void test_write_and_read(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *path = in_dir("file");
	struct stat st;

	assert_ok(coco_write_file(path, "one", 3, 0, &d), &d);
	expect_text(path, "one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(entries(dir), 1);
	assert_err(coco_write_file(path, "two", 3, 0, &d), COCO_E_EXISTS, &d);
	assert_string_equal(d.source, path);
	expect_text(path, "one");
	coco_diag_init(&d);
	assert_ok(coco_write_file(path, "three", 5, COCO_OUT_FORCE | COCO_OUT_SECRET, &d), &d);
	expect_text(path, "three");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(entries(dir), 1);
	coco_free(path);
}

static void test_nothing_before_commit(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_out out;
	char *path = in_dir("file");

	assert_ok(coco_out_open(&out, path, 0, &d), &d);
	assert_ok(coco_write_full(out.fd, "abc", 3, path, &d), &d);
	assert_ok(coco_pwrite_full(out.fd, "XY", 2, 1, path, &d), &d);
	assert_int_equal(entries(dir), 0);
	coco_out_abort(&out);
	coco_out_abort(&out);
	assert_int_equal(entries(dir), 0);
	assert_ok(coco_out_open(&out, path, 0, &d), &d);
	assert_ok(coco_write_full(out.fd, "abc", 3, path, &d), &d);
	assert_ok(coco_out_commit(&out, &d), &d);
	coco_out_abort(&out);
	expect_text(path, "abc");
	coco_free(path);
}

/* A name that appears while the file is written is not replaced. */
static void test_race(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_out out;
	char *path = in_dir("file");

	assert_ok(coco_out_open(&out, path, 0, &d), &d);
	put(path, "other");
	assert_err(coco_out_commit(&out, &d), COCO_E_EXISTS, &d);
	expect_text(path, "other");
	assert_int_equal(entries(dir), 1);
	coco_free(path);
}

static void test_bad_targets(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		int code;
	} cases[] = {
		{ "missing/file", COCO_E_IO_WRITE }, { "file/below", COCO_E_IO_WRITE },
		{ "..", COCO_E_USAGE_VALUE },        { "sub/.", COCO_E_USAGE_VALUE },
		{ "sub", COCO_E_IO_KIND },           { "fifo", COCO_E_IO_KIND },
	};
	char *file = in_dir("file");
	char *sub = in_dir("sub");
	char *fifo = in_dir("fifo");
	struct coco_diag d = { 0 };

	put(file, "x");
	assert_int_equal(mkdir(sub, 0777), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *path = in_dir(cases[i].name);

		coco_diag_init(&d);
		assert_err(coco_write_file(path, "y", 1, COCO_OUT_FORCE, &d), cases[i].code, &d);
		assert_true(d.source[0] != '\0');
		coco_free(path);
	}
	coco_diag_init(&d);
	assert_err(coco_write_file("/", "y", 1, COCO_OUT_FORCE, &d), COCO_E_USAGE_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_write_file("", "y", 1, COCO_OUT_FORCE, &d), COCO_E_USAGE_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_write_file("/dev/null", "y", 1, COCO_OUT_FORCE, &d), COCO_E_IO_KIND, &d);
	assert_int_equal(entries(dir), 3);
	coco_free(file);
	coco_free(sub);
	coco_free(fifo);
}

/* A link is replaced, never followed. */
static void test_link_is_replaced(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *file = in_dir("file");
	char *link = in_dir("link");

	put(file, "precious");
	assert_int_equal(symlink(file, link), 0);
	assert_err(coco_write_file(link, "x", 1, 0, &d), COCO_E_EXISTS, &d);
	coco_diag_init(&d);
	assert_ok(coco_write_file(link, "x", 1, COCO_OUT_FORCE, &d), &d);
	expect_text(file, "precious");
	expect_text(link, "x");
	coco_free(file);
	coco_free(link);
}

static void test_device_full(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_err(coco_write_full(fd, "x", 1, "standard output", &d), COCO_E_IO_WRITE, &d);
	assert_non_null(strstr(d.hint, "space"));
	assert_string_equal(d.source, "standard output");
	coco_diag_init(&d);
	assert_err(coco_pwrite_full(fd, "x", 1, 0, "out", &d), COCO_E_IO_WRITE, &d);
	int saved = dup(STDOUT_FILENO);
	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	coco_diag_init(&d);
	int r = coco_write_file("-", "x", 1, 0, &d);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	assert_err(r, COCO_E_IO_WRITE, &d);
	close(saved);
	close(fd);
}

/* A full file system leaves the old file and nothing else. */
static void test_no_space(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *mnt = in_dir("mnt");
	char *path = in_dir("mnt/file");
	enum { BIG = 1 << 20 };
	uint8_t *big = coco_zalloc(BIG, 1);

	assert_int_equal(mkdir(mnt, 0700), 0);
	if (mount("tmpfs", mnt, "tmpfs", 0, "size=64k") != 0) {
		printf("skip: a small tmpfs needs root\n");
		coco_free(big);
		coco_free(mnt);
		coco_free(path);
		skip();
	}
	put(path, "old");
	int r = coco_write_file(path, big, BIG, COCO_OUT_FORCE, &d);
	size_t n = entries(mnt);
	size_t n_text = 0;
	uint8_t *text = coco_test_slurp(path, &n_text);
	int unmounted = umount(mnt);
	assert_int_equal(unmounted, 0);
	assert_err(r, COCO_E_IO_WRITE, &d);
	assert_non_null(strstr(d.hint, "space"));
	assert_int_equal(n, 1);
	assert_string_equal((char *)text, "old");
	coco_free(text);
	coco_free(big);
	coco_free(mnt);
	coco_free(path);
}

static void test_open_read(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *file = in_dir("file");
	char *fifo = in_dir("fifo");
	char *none = in_dir("none");
	uint64_t size = 0;
	int fd = -1;

	put(file, "12345");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_ok(coco_open_read(file, &fd, &size, &d), &d);
	assert_int_equal(size, 5);
	char buf[6] = "";
	assert_ok(coco_pread_full(fd, buf, 3, 2, file, &d), &d);
	assert_string_equal(buf, "345");
	assert_err(coco_pread_full(fd, buf, 3, 3, file, &d), COCO_E_IO_READ, &d);
	assert_int_equal(d.offset, 5);
	coco_diag_init(&d);
	assert_err(coco_pread_full(fd, buf, 2, INT64_MAX, file, &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_err(coco_pwrite_full(fd, buf, 2, INT64_MAX, file, &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_err(coco_pwrite_full(fd, buf, 2, 0, file, &d), COCO_E_IO_WRITE, &d);
	close(fd);
	fd = -1;
	coco_diag_init(&d);
	assert_err(coco_open_read(fifo, &fd, NULL, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_err(coco_open_read(dir, &fd, NULL, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_err(coco_open_read("/dev/null", &fd, NULL, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_err(coco_open_read(none, &fd, NULL, &d), COCO_E_IO_OPEN, &d);
	assert_string_equal(d.source, none);
	assert_int_equal(fd, -1);
	coco_free(file);
	coco_free(fifo);
	coco_free(none);
}

static void test_read_file(void **state COCO_UNUSED)
{
	enum { N = 3 << 20 };
	struct coco_diag d = { 0 };
	char *path = in_dir("file");
	uint8_t *in = coco_alloc(N, 1);
	uint8_t *out = NULL;
	size_t n = 99;

	coco_test_random(in, N, 3);
	assert_ok(coco_write_file(path, in, N, 0, &d), &d);
	assert_ok(coco_read_file(path, N, &out, &n, &d), &d);
	assert_int_equal(n, N);
	assert_memory_equal(in, out, N);
	assert_int_equal(out[N], 0);
	coco_free(out);
	out = NULL;
	n = 99;
	assert_err(coco_read_file(path, N - 1, &out, &n, &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_err(coco_read_file(dir, N, &out, &n, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	assert_err(coco_read_fd(-1, "nothing", N, &out, &n, &d), COCO_E_IO_READ, &d);
	assert_null(out);
	assert_int_equal(n, 99);
	coco_diag_init(&d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_read_file(path, N, &out, &n, &d), &d))
			break;
	coco_free(out);
	coco_free(in);
	coco_free(path);
}

static void test_pipe(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t *out = NULL;
	size_t n = 0;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_ok(coco_write_full(fds[1], "from a pipe", 11, "pipe", &d), &d);
	close(fds[1]);
	int saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	int r = coco_read_file("-", 100, &out, &n, &d);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	assert_ok(r, &d);
	assert_string_equal((char *)out, "from a pipe");
	coco_free(out);
	close(saved);
	close(fds[0]);
}

/* Exhaustion at every allocation of an output leaves nothing behind. */
static void test_out_no_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	char *path = in_dir("file");

	for (unsigned flags = 0; flags <= COCO_OUT_FORCE; flags++)
		for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
			bool done = coco_test_alloc_check(coco_write_file(path, "x", 1, flags, &d),
							  &d);

			assert_true(entries(dir) <= 1);
			if (done)
				break;
		}
	coco_free(path);
}

/* The same promises where the file system knows no unnamed files. */
static void test_without_tmpfile(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_out out;
	char *path = in_dir("file");

	coco_test_no_tmpfile(true);
	assert_ok(coco_out_open(&out, path, 0, &d), &d);
	assert_int_equal(entries(dir), 1);
	assert_int_equal(access(path, F_OK), -1);
	coco_out_abort(&out);
	assert_int_equal(entries(dir), 0);
	assert_ok(coco_write_file(path, "one", 3, 0, &d), &d);
	assert_int_equal(entries(dir), 1);
	assert_err(coco_write_file(path, "two", 3, 0, &d), COCO_E_EXISTS, &d);
	coco_diag_init(&d);
	assert_ok(coco_write_file(path, "two", 3, COCO_OUT_FORCE, &d), &d);
	expect_text(path, "two");
	assert_int_equal(unlink(path), 0);
	assert_ok(coco_out_open(&out, path, 0, &d), &d);
	coco_test_no_tmpfile(false);
	put(path, "other");
	assert_err(coco_out_commit(&out, &d), COCO_E_EXISTS, &d);
	expect_text(path, "other");
	assert_int_equal(entries(dir), 1);
	coco_test_no_tmpfile(true);
	coco_diag_init(&d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		bool done = coco_test_alloc_check(
			coco_write_file(path, "x", 1, COCO_OUT_FORCE, &d), &d);

		assert_int_equal(entries(dir), 1);
		if (done)
			break;
	}
	coco_test_no_tmpfile(false);
	expect_text(path, "x");
	coco_free(path);
}

static void test_path_join(void **state COCO_UNUSED)
{
	static const char *const cases[][3] = {
		{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "", "b", "b" }, { "/", "b", "/b" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *p = coco_path_join(cases[i][0], cases[i][1]);

		assert_string_equal(p, cases[i][2]);
		coco_free(p);
	}
}

static void test_errno(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	assert_err(coco_fail_errno(&d, COCO_E_IO_READ, ENOMEM, "read", "f"), COCO_E_LIMIT_MEMORY,
		   &d);
	coco_diag_init(&d);
	assert_err(coco_fail_errno(&d, COCO_E_IO_OPEN, EACCES, "open", "f"), COCO_E_IO_OPEN, &d);
	assert_string_equal(d.message, "cannot open: Permission denied");
	assert_string_equal(d.source, "f");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_write_and_read), T(test_nothing_before_commit),
		T(test_race),           T(test_bad_targets),
		T(test_link_is_replaced), T(test_device_full),
		T(test_no_space),       T(test_open_read),
		T(test_read_file),      T(test_pipe),
		T(test_out_no_memory),  T(test_without_tmpfile),
		T(test_path_join),      T(test_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
