/*
 * test_layout_write.c - writing files into a layout: whole or not at all.
 */
#include "lib/model/layout.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/mint_layout.h"
#include "tests/support/support.h"

static struct coco_diag d;
static char *dir;
static int fd;

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	coco_diag_init(&d);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	close(fd);
	coco_test_rmdir(dir);
	return 0;
}

static size_t count_files(const char *path)
{
	DIR *list = opendir(path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(list);
	while ((e = readdir(list)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(list);
	return n;
}

static struct coco_minted minted(const struct coco_digest *digest, size_t size)
{
	struct coco_minted m = { .size = size };

	coco_digest_text(m.digest, digest);
	return m;
}

static void test_new_layout(void **state COCO_UNUSED)
{
	struct coco_index x = { 0 };
	struct coco_layout *l = NULL;
	struct coco_digest digest;
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_layout_init(fd, &d), &d);
	assert_ok(coco_layout_init(fd, &d), &d); /* a resumed output */
	assert_ok(coco_layout_put(fd, "{}", 2, &digest, &d), &d);
	struct coco_minted m = minted(&digest, 2);
	assert_string_equal(m.digest, COCO_MINT_EMPTY);
	assert_ok(coco_layout_put(fd, NULL, 0, &digest, &d), &d);
	assert_ok(coco_layout_write_index(fd, &x, &d), &d);
	text = coco_test_slurp(coco_mint_path(dir, "index.json"), &n);
	assert_string_equal((char *)text, "{\"schemaVersion\":2,\"mediaType\":\"" COCO_MT_INDEX
					  "\",\"manifests\":[]}");
	coco_free(text);
	text = coco_test_slurp(coco_mint_path(dir, "oci-layout"), &n);
	assert_string_equal((char *)text, "{\"imageLayoutVersion\":\"1.0.0\"}");
	coco_free(text);
	assert_ok(coco_layout_open(&l, dir, &d), &d);
	coco_layout_close(l);
	assert_int_equal(count_files(dir), 3);
	assert_int_equal(count_files(coco_mint_path(dir, "blobs/sha256")), 2);
}

static ino_t inode(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	return st.st_ino;
}

static void test_put_existing(void **state COCO_UNUSED)
{
	static uint8_t big[200000];
	struct coco_digest digest;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_test_random(big, sizeof(big), 1);
	assert_ok(coco_layout_put(fd, big, sizeof(big), &digest, &d), &d);
	struct coco_minted m = minted(&digest, sizeof(big));
	const char *path = coco_mint_blob_path(dir, &m);
	ino_t before = inode(path);
	assert_ok(coco_layout_put(fd, big, sizeof(big), &digest, &d), &d);
	assert_int_equal(inode(path), before);
	/* the right size, other content, at the very end: put right */
	int blob = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(blob, "?", 1, sizeof(big) - 1), 1);
	close(blob);
	assert_ok(coco_layout_put(fd, big, sizeof(big), &digest, &d), &d);
	text = coco_test_slurp(path, &n);
	assert_int_equal(n, sizeof(big));
	assert_memory_equal(text, big, n);
	coco_free(text);
	/* a link in its place is replaced, not followed */
	coco_mint_file(dir, "victim", big, sizeof(big));
	unlink(path);
	assert_int_equal(symlink(coco_mint_path(dir, "victim"), path), 0);
	assert_ok(coco_layout_put(fd, big, sizeof(big), &digest, &d), &d);
	inode(path);
	/* a directory in its place is an error that leaves nothing */
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_err(coco_layout_put(fd, big, sizeof(big), &digest, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(count_files(coco_mint_path(dir, "blobs/sha256")), 1);
}

static void test_linked_directories(void **state COCO_UNUSED)
{
	struct coco_digest digest;

	assert_int_equal(mkdir(coco_mint_path(dir, "elsewhere"), 0777), 0);
	assert_int_equal(symlink("elsewhere", coco_mint_path(dir, "blobs")), 0);
	assert_err(coco_layout_put(fd, "{}", 2, &digest, &d), COCO_E_IO_OPEN, &d);
	unlink(coco_mint_path(dir, "blobs"));
	assert_int_equal(mkdir(coco_mint_path(dir, "blobs"), 0777), 0);
	assert_int_equal(symlink("../elsewhere", coco_mint_path(dir, "blobs/sha256")), 0);
	coco_diag_init(&d);
	assert_err(coco_layout_put(fd, "{}", 2, &digest, &d), COCO_E_IO_OPEN, &d);
	assert_int_equal(count_files(coco_mint_path(dir, "elsewhere")), 0);
}

static void test_index_link(void **state COCO_UNUSED)
{
	struct coco_index x = { 0 };

	coco_mint_text(dir, "victim", "precious");
	assert_int_equal(symlink("victim", coco_mint_path(dir, "index.json")), 0);
	assert_ok(coco_layout_write_index(fd, &x, &d), &d);
	inode(coco_mint_path(dir, "index.json"));
	struct stat st;
	assert_int_equal(stat(coco_mint_path(dir, "victim"), &st), 0);
	assert_int_equal(st.st_size, 8);
}

/* Runs fn in a child whose files may have 100 bytes at most. */
static void with_full_disk(int (*fn)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit limit = { 100, 100 };

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(99);
		_exit(fn());
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int put_big(void)
{
	static uint8_t big[5000];
	struct coco_digest digest;

	return coco_layout_put(fd, big, sizeof(big), &digest, &d) == COCO_E_IO_WRITE &&
			       d.code == COCO_E_IO_WRITE
		       ? 0
		       : 1;
}

static int put_big_index(void)
{
	struct coco_annotation a = { (char[]){ "k" }, NULL };
	char value[300];
	struct coco_index x = { .annotations = &a, .n_annotations = 1 };

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	a.value = value;
	return coco_layout_write_index(fd, &x, NULL) == COCO_E_IO_WRITE ? 0 : 1;
}

static void test_full_disk(void **state COCO_UNUSED)
{
	struct coco_index x = { 0 };

	assert_ok(coco_layout_init(fd, &d), &d);
	assert_ok(coco_layout_write_index(fd, &x, &d), &d);
	ino_t before = inode(coco_mint_path(dir, "index.json"));
	with_full_disk(put_big);
	with_full_disk(put_big_index);
	assert_int_equal(inode(coco_mint_path(dir, "index.json")), before);
	assert_int_equal(count_files(dir), 3);
	assert_int_equal(count_files(coco_mint_path(dir, "blobs/sha256")), 0);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_new_layout),
		IN_DIR(test_put_existing),
		IN_DIR(test_linked_directories),
		IN_DIR(test_index_link),
		IN_DIR(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
