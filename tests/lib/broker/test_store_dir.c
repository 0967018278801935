/*
 * test_store_dir.c - files below a broker's directory: modes, links, locks.
 */
#include "lib/broker/store_dir.h"

#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static char *top;
static char path[600];
static struct coco_store_dir d;

static int setup(void **state COCO_UNUSED)
{
	top = coco_test_dir();
	snprintf(path, sizeof(path), "%s/store", top);
	assert_ok(coco_store_dir_open(&d, path, NULL), NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_store_dir_close(&d);
	coco_store_dir_close(&d);
	coco_test_rmdir(top);
	return 0;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(d.fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 0777;
}

static void test_absent(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	bool found = true;

	assert_int_equal(d.fd, -1);
	assert_int_equal(coco_store_dir_kind(&d, "a"), '-');
	assert_ok(coco_store_dir_read(&d, "a/b", 10, &s, NULL), NULL);
	assert_null(s.p);
	assert_ok(coco_store_dir_remove(&d, "a/b", &found, NULL), NULL);
	assert_false(found);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_files(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	bool found = false;
	mode_t old = umask(0);

	assert_ok(coco_store_dir_lock(&d, NULL), NULL);
	assert_ok(coco_store_dir_write(&d, "a/b/c", "one", 3, NULL), NULL);
	assert_ok(coco_store_dir_write(&d, "a/b/c", "two", 3, NULL), NULL);
	umask(old);
	assert_int_equal(mode_of("."), 0700);
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0600);
	assert_int_equal(coco_store_dir_kind(&d, "a"), 'd');
	assert_int_equal(coco_store_dir_kind(&d, "a/b/c"), 'f');
	assert_ok(coco_store_dir_read(&d, "a/b/c", 3, &s, NULL), NULL);
	assert_int_equal(s.n, 3);
	assert_memory_equal(coco_secret_expose(&s), "two", 3);
	coco_secret_free(&s);
	assert_int_equal(coco_store_dir_read(&d, "a/b/c", 2, &s, NULL), COCO_E_LIMIT_SIZE);
	assert_int_equal(coco_store_dir_read(&d, "a/b", 3, &s, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_read(&d, "a/b/c/d", 3, &s, NULL), COCO_E_IO_KIND);
	assert_null(s.p);
	assert_ok(coco_store_dir_remove(&d, "a/b/c", &found, NULL), NULL);
	assert_true(found);
	assert_ok(coco_store_dir_remove(&d, "a/b/c", &found, NULL), NULL);
	assert_false(found);
	coco_store_dir_unlock(&d);
}

/* A directory that is a link, at any depth, is not entered. */
static void test_links(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	bool found = false;

	assert_ok(coco_store_dir_lock(&d, NULL), NULL);
	assert_ok(coco_store_dir_write(&d, "real/x", "k", 1, NULL), NULL);
	assert_int_equal(symlinkat("real", d.fd, "link"), 0);
	assert_int_equal(symlinkat("x", d.fd, "real/y"), 0);
	assert_int_equal(coco_store_dir_kind(&d, "link"), '?');
	assert_int_equal(coco_store_dir_read(&d, "link/x", 9, &s, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_write(&d, "link/x", "z", 1, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_remove(&d, "link/x", &found, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_read(&d, "real/y", 9, &s, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_write(&d, "real/y", "z", 1, NULL), COCO_E_IO_KIND);
	assert_int_equal(coco_store_dir_remove(&d, "real/y", &found, NULL), COCO_E_IO_KIND);
	assert_ok(coco_store_dir_read(&d, "real/x", 9, &s, NULL), NULL);
	assert_memory_equal(coco_secret_expose(&s), "k", 1);
	coco_secret_free(&s);
	coco_store_dir_unlock(&d);
}

static void test_lock(void **state COCO_UNUSED)
{
	assert_ok(coco_store_dir_lock(&d, NULL), NULL);
	int other = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	coco_store_dir_unlock(&d);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_store_dir e = { .fd = -1 };
	struct coco_diag diag = { 0 };

	assert_true(coco_test_alloc_arm(1));
	assert_false(coco_test_alloc_check(coco_store_dir_open(&e, path, &diag), &diag));
	assert_null(e.path);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_absent), T(test_files), T(test_links), T(test_lock), T(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
