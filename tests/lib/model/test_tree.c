/*
 * test_tree.c - walking and reopening model trees: order, limits, links,
 * special files, names, and every way a file can change between scan and use.
 */
#include "lib/model/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static struct coco_run run = { .jobs = 2, .show_names = true };

static int setup(void **state)
{
	*state = coco_test_dir();
	run = (struct coco_run){ .jobs = 2, .show_names = true };
	return 0;
}

static int teardown(void **state)
{
	coco_test_rmdir(*state);
	return 0;
}

/* Writes dir/path, making the directories on the way. */
static void put(const char *dir, const char *path, const char *text)
{
	char *full = coco_path_join(dir, path);

	for (char *p = full + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(full, 0755);
		*p = '/';
	}
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	coco_free(full);
}

static void link_to(const char *dir, const char *path, const char *target)
{
	char *full = coco_path_join(dir, path);

	assert_int_equal(symlink(target, full), 0);
	coco_free(full);
}

static void expect_paths(const struct coco_tree *t, const char *const *want, size_t n)
{
	for (size_t i = 0; i < t->n && i < n; i++)
		assert_string_equal(t->files[i].path, want[i]);
	assert_int_equal(t->n, n);
}

static void scan_fails(const char *dir, const struct coco_tree_opts *o, int code)
{
	static struct coco_diag d;
	struct coco_tree t = { .root_fd = -77 };

	coco_diag_init(&d);
	assert_err(coco_tree_scan(&run, dir, o, &t, &d), code, &d);
	assert_int_equal(t.root_fd, -77);
}

static void test_order_is_bytes_of_the_whole_path(void **state)
{
	static const char *const want[] = { ".hidden", "a b",	  "a-b", "a.b",
					    "a/b",     "a/c/d.e", "a:0:1", "\xc3\xa9" };
	struct coco_tree t;
	struct coco_diag d = { 0 };

	for (size_t i = COCO_ARRAY_LEN(want); i-- > 0;)
		put(*state, want[i], "12345");
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	expect_paths(&t, want, COCO_ARRAY_LEN(want));
	assert_int_equal(t.total, 40);
	assert_int_equal(t.files[3].size, 5);
	assert_int_equal(t.files[3].mode, 0644);
	assert_false(t.single);
	assert_int_equal(coco_tree_find(&t, "a/c/d.e"), 5);
	assert_int_equal(coco_tree_find(&t, "a/c"), t.n);
	coco_tree_free(&t);
	coco_tree_free(&t);
}

static void test_ignored_directory_takes_its_subtree(void **state)
{
	static const char *const ignore[] = { "b/", "./c/x" };
	static const char *const want[] = { "a", "c/.git", "c/y" };
	struct coco_tree_opts o = { .ignore = ignore, .n_ignore = 2, .ignore_git = true };
	struct coco_tree t;
	struct coco_diag d = { 0 };

	put(*state, "a", "");
	put(*state, "b/deep/er", "");
	put(*state, "c/x", "");
	put(*state, "c/y", "");
	put(*state, "c/.git", "");
	put(*state, ".git/config", "");
	put(*state, ".github/w", "");
	put(*state, ".gitattributes", "");
	put(*state, ".gitignore", "");
	assert_ok(coco_tree_scan(&run, *state, &o, &t, &d), &d);
	expect_paths(&t, want, COCO_ARRAY_LEN(want));
	coco_tree_free(&t);
}

static void test_empty_tree_is_an_error(void **state)
{
	struct coco_tree_opts o = { .allow_empty = true };
	struct coco_tree t;
	struct coco_diag d = { 0 };
	char *sub = coco_path_join(*state, "only-a-directory");

	assert_int_equal(mkdir(sub, 0755), 0);
	coco_free(sub);
	scan_fails(*state, NULL, COCO_E_MODEL_EMPTY);
	assert_ok(coco_tree_scan(&run, *state, &o, &t, &d), &d);
	assert_int_equal(t.n, 0);
	assert_int_equal(coco_tree_find(&t, "x"), 0);
	coco_tree_free(&t);
}

static void test_missing_root_and_unreadable_directory(void **state)
{
	char *sub = coco_path_join(*state, "closed");

	scan_fails("/nonexistent/model", NULL, COCO_E_IO_OPEN);
	scan_fails("/dev/null", NULL, COCO_E_IO_KIND);
	put(*state, "a", "");
	assert_int_equal(mkdir(sub, 0), 0);
	if (geteuid() != 0)
		scan_fails(*state, NULL, COCO_E_IO_OPEN);
	assert_int_equal(chmod(sub, 0755), 0);
	coco_free(sub);
}

static void test_names_must_be_utf8(void **state)
{
	static const char *const ignore[] = { "bad\xff" };
	struct coco_tree_opts o = { .ignore = ignore, .n_ignore = 1 };
	struct coco_tree t;
	struct coco_diag d = { 0 };

	put(*state, "bad\xff", "");
	put(*state, "new\nline:and\ttab", "");
	scan_fails(*state, NULL, COCO_E_MODEL_NAME);
	assert_ok(coco_tree_scan(&run, *state, &o, &t, &d), &d);
	char name[64];
	assert_string_equal(coco_tree_name(&run, &t, 0, name, sizeof(name)),
			    "new\\x0aline:and\\x09tab");
	run.show_names = false;
	assert_string_equal(coco_tree_name(&run, &t, 0, name, sizeof(name)),
			    "file #1 of 1 (--show-names shows the name)");
	coco_tree_free(&t);
}

static void test_special_files_are_refused(void **state)
{
	static const char *const ignore[] = { "fifo" };
	struct coco_tree_opts o = { .ignore = ignore, .n_ignore = 1 };
	struct coco_tree t;
	struct coco_diag d = { 0 };
	char *p = coco_path_join(*state, "fifo");

	put(*state, "a", "");
	assert_int_equal(mkfifo(p, 0644), 0);
	coco_free(p);
	scan_fails(*state, NULL, COCO_E_IO_KIND);
	assert_ok(coco_tree_scan(&run, *state, &o, &t, &d), &d);
	assert_int_equal(t.n, 1);
	coco_tree_free(&t);

	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/s", (const char *)*state);
	assert_int_equal(bind(s, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	scan_fails(*state, &o, COCO_E_IO_KIND);
	close(s);
}

static void check_links(const char *dir, bool no_openat2)
{
	struct coco_tree_opts o = { .links = COCO_TREE_LINKS_BENEATH };
	struct coco_tree t;
	struct coco_diag d = { 0 };
	char text[8] = { 0 };
	int fd;

	assert_ok(coco_tree_scan(&run, dir, &o, &t, &d), &d);
	t.no_openat2 = no_openat2;
	assert_int_equal(t.n, 3);
	assert_true(t.files[0].link);
	assert_false(t.files[1].link);
	for (size_t i = 0; i < t.n; i++) {
		assert_ok(coco_tree_open(&run, &t, i, &fd, &d), &d);
		assert_int_equal(read(fd, text, sizeof(text)), 4);
		assert_string_equal(text, "real");
		close(fd);
	}
	coco_tree_free(&t);
}

/* Every failure of a scan, asked not to tell names, does not tell them. */
static void test_messages_hide_names(void **state)
{
	static const char *const made[] = { "a/canary-link", "b/canary-fifo", "c/canary\xff" };
	static const int codes[] = { COCO_E_TREE_LINK, COCO_E_IO_KIND, COCO_E_MODEL_NAME };
	struct coco_tree t;

	run.show_names = false;
	put(*state, "a/x", "");
	put(*state, "b/x", "");
	put(*state, made[2], "");
	link_to(*state, made[0], "x");
	char *fifo = coco_path_join(*state, made[1]);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	coco_free(fifo);
	for (size_t i = 0; i < COCO_ARRAY_LEN(made); i++) {
		struct coco_diag d = { 0 };
		char *dir = coco_path_join(*state, (const char[]){ made[i][0], '\0' });

		assert_err(coco_tree_scan(&run, dir, NULL, &t, &d), codes[i], &d);
		assert_null(strstr(d.message, "canary"));
		assert_null(strstr(d.source, "canary"));
		coco_free(dir);
	}
}

static void test_links_beneath(void **state)
{
	char *outside = coco_test_dir();
	char *target = coco_path_join(outside, "secret");
	struct coco_tree_opts o = { .links = COCO_TREE_LINKS_BENEATH };
	struct coco_tree t;
	struct coco_diag d = { 0 };

	put(*state, "m/real", "real");
	put(*state, "m/sub/x", "real");
	link_to(*state, "m/link", "sub/../real");
	char *m = coco_path_join(*state, "m");
	scan_fails(m, NULL, COCO_E_TREE_LINK);
	check_links(m, false);
	check_links(m, true);

	put(outside, "secret", "out");
	link_to(*state, "m/out", target);
	scan_fails(m, &o, COCO_E_TREE_LINK);
	o.links = COCO_TREE_LINKS_ANYWHERE;
	assert_ok(coco_tree_scan(&run, m, &o, &t, &d), &d);
	assert_int_equal(t.n, 4);
	assert_int_equal(t.files[1].size, 3);
	int fd;
	assert_ok(coco_tree_open(&run, &t, 1, &fd, &d), &d);
	close(fd);
	/* what was scanned anywhere cannot be opened when the rule gets stricter */
	t.links = COCO_TREE_LINKS_BENEATH;
	assert_err(coco_tree_open(&run, &t, 1, &fd, &d), COCO_E_IO_CHANGED, &d);
	coco_diag_init(&d);
	t.no_openat2 = true;
	assert_err(coco_tree_open(&run, &t, 1, &fd, &d), COCO_E_IO_CHANGED, &d);
	coco_tree_free(&t);

	link_to(*state, "m/zdir", "sub");
	scan_fails(m, &o, COCO_E_TREE_LINK);
	put(*state, "n/a", "");
	link_to(*state, "n/dangling", "nowhere");
	char *n = coco_path_join(*state, "n");
	scan_fails(n, &o, COCO_E_TREE_LINK);
	coco_free(n);
	coco_free(m);
	coco_free(target);
	coco_test_rmdir(outside);
}

static void test_root_may_be_a_link(void **state)
{
	struct coco_tree t;
	struct coco_diag d = { 0 };
	int fd;

	put(*state, "m/a", "x");
	link_to(*state, "l", "m");
	link_to(*state, "f", "m/a");
	char *l = coco_path_join(*state, "l");
	assert_ok(coco_tree_scan(&run, l, NULL, &t, &d), &d);
	assert_int_equal(t.n, 1);
	coco_tree_free(&t);
	char *f = coco_path_join(*state, "f");
	assert_ok(coco_tree_scan(&run, f, NULL, &t, &d), &d);
	assert_true(t.single);
	assert_string_equal(t.files[0].path, "f");
	assert_ok(coco_tree_open(&run, &t, 0, &fd, &d), &d);
	close(fd);
	coco_tree_free(&t);
	coco_free(f);
	coco_free(l);
}

static void test_single_file(void **state)
{
	struct coco_tree t;
	struct coco_diag d = { 0 };
	int fd;

	put(*state, "model.gguf", "GGUF");
	char *f = coco_path_join(*state, "model.gguf");
	assert_ok(coco_tree_scan(&run, f, NULL, &t, &d), &d);
	assert_true(t.single);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.files[0].path, "model.gguf");
	assert_int_equal(t.total, 4);
	assert_ok(coco_tree_open(&run, &t, 0, &fd, &d), &d);
	assert_ok(coco_tree_recheck(&run, &t, 0, fd, &d), &d);
	close(fd);
	coco_tree_free(&t);
	coco_free(f);
}

static void reopen_fails(struct coco_tree *t, int code)
{
	struct coco_diag d = { 0 };
	int fd = -5;

	for (int i = 0; i < 2; i++) {
		t->no_openat2 = i == 1;
		coco_diag_init(&d);
		assert_err(coco_tree_open(&run, t, 0, &fd, &d), code, &d);
		assert_int_equal(fd, -5);
		/* the name is told only when asked for */
		assert_true((strstr(d.message, "d/a") != NULL || strstr(d.source, "d/a") != NULL) ==
			    run.show_names);
	}
	run.show_names = !run.show_names;
}

static void test_changes_between_scan_and_open(void **state)
{
	struct coco_tree t;
	struct coco_diag d = { 0 };
	char *a = coco_path_join(*state, "d/a");
	char *b = coco_path_join(*state, "d/b");
	char *dir = coco_path_join(*state, "d");
	char *gone = coco_path_join(*state, "e");
	struct timespec old[2] = { { .tv_sec = 5 }, { .tv_sec = 6 } };

	put(*state, "d/a", "text");
	put(*state, "d/b", "text");
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	put(*state, "d/a", "longer");
	reopen_fails(&t, COCO_E_IO_CHANGED);
	put(*state, "d/a", "text");
	assert_int_equal(utimensat(-100, a, old, 0), 0);
	reopen_fails(&t, COCO_E_IO_CHANGED);
	assert_int_equal(rename(b, a), 0);
	reopen_fails(&t, COCO_E_IO_CHANGED);
	assert_int_equal(unlink(a), 0);
	reopen_fails(&t, COCO_E_IO_CHANGED);
	link_to(*state, "d/a", "/etc/passwd");
	reopen_fails(&t, COCO_E_IO_CHANGED);
	assert_int_equal(unlink(a), 0);
	assert_int_equal(mkfifo(a, 0644), 0);
	reopen_fails(&t, COCO_E_IO_CHANGED);
	assert_int_equal(rename(dir, gone), 0);
	link_to(*state, "d", "e");
	reopen_fails(&t, COCO_E_IO_CHANGED);
	coco_tree_free(&t);
	coco_free(a);
	coco_free(b);
	coco_free(dir);
	coco_free(gone);
}

static void test_changes_while_reading(void **state)
{
	struct coco_tree t;
	struct coco_diag d = { 0 };
	int fd;

	put(*state, "a", "text");
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	assert_ok(coco_tree_open(&run, &t, 0, &fd, &d), &d);
	assert_ok(coco_tree_recheck(&run, &t, 0, fd, &d), &d);
	put(*state, "a", "te");
	assert_err(coco_tree_recheck(&run, &t, 0, fd, &d), COCO_E_IO_CHANGED, &d);
	close(fd);
	coco_tree_free(&t);
}

static void test_depth_limit(void **state)
{
	struct coco_tree t;
	struct coco_diag d = { 0 };
	char deep[2 * COCO_TREE_MAX_DEPTH + 4];

	for (int i = 0; i < COCO_TREE_MAX_DEPTH; i++)
		memcpy(deep + (size_t)i * 2, "d/", 2);
	memcpy(deep + 2 * COCO_TREE_MAX_DEPTH, "f", 2);
	put(*state, deep, "x");
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	assert_string_equal(t.files[0].path, deep);
	coco_tree_free(&t);
	memcpy(deep + 2 * COCO_TREE_MAX_DEPTH, "d/f", 4);
	deep[2 * COCO_TREE_MAX_DEPTH] = 'e';
	put(*state, deep, "x");
	scan_fails(*state, NULL, COCO_E_TREE_DEPTH);
}

static void test_path_limit(void **state)
{
	char path[201];

	/* made by walking down: the system's own limit for one path is about the same */
	int fd = open(*state, O_RDONLY | O_DIRECTORY);
	memset(path, 'n', 200);
	path[200] = '\0';
	for (int i = 0; i < 21; i++) {
		assert_int_equal(mkdirat(fd, path, 0755), 0);
		int next = openat(fd, path, O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
	}
	close(fd);
	scan_fails(*state, NULL, COCO_E_TREE_PATH);
}

static void test_cancelled(void **state)
{
	static volatile sig_atomic_t stop = 1;

	put(*state, "a", "");
	run.cancel = &stop;
	scan_fails(*state, NULL, COCO_E_CANCELLED);
}

static void test_relative(void **state)
{
	static const struct {
		const char *file;
		const char *want;
	} cases[] = {
		{ "m/model.sig", "model.sig" }, { "m/sub/../x", "x" },
		{ "m/sub/s", "sub/s" },         { "l/model.sig", "model.sig" },
		{ "outside.sig", NULL },        { "mm/x", NULL },
		{ "m/sub/..", NULL },
	};
	struct coco_diag d = { 0 };

	put(*state, "m/sub/a", "");
	put(*state, "mm/a", "");
	link_to(*state, "l", "m");
	char *root = coco_path_join(*state, "m");
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *file = coco_path_join(*state, cases[i].file);
		char *got = root;

		assert_ok(coco_tree_relative(root, file, &got, &d), &d);
		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
		coco_free(got);
		coco_free(file);
	}
	char *got = NULL;
	char *file = coco_path_join(*state, "no/such/dir");
	assert_err(coco_tree_relative(root, file, &got, &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	assert_ok(coco_tree_relative("/", "/x.sig", &got, &d), &d);
	assert_string_equal(got, "x.sig");
	coco_free(got);
	coco_free(file);
	coco_free(root);
}

static void test_outside(void **state)
{
	static const struct {
		const char *output;
		int want;
	} cases[] = {
		{ "m", 0 },
		{ "mm/out", 0 },
		{ "out", 0 },
		{ "m/../out", 0 },
		{ "no/such/dir", 0 },
		{ "m/out", COCO_E_OUTPUT_INSIDE },
		{ "m/out//", COCO_E_OUTPUT_INSIDE },
		{ "m/sub/out", COCO_E_OUTPUT_INSIDE },
		{ "l/out", COCO_E_OUTPUT_INSIDE },
		{ "mm/../m/sub/a", COCO_E_OUTPUT_INSIDE },
	};

	put(*state, "m/sub/a", "");
	put(*state, "mm/a", "");
	link_to(*state, "l", "m");
	char *root = coco_path_join(*state, "m");
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { .code = 0 };
		char *output = coco_path_join(*state, cases[i].output);
		int r = coco_tree_outside(root, output, "-o", &d);

		assert_int_equal(r, cases[i].want);
		assert_int_equal(d.code, cases[i].want);
		coco_free(output);
	}
	coco_free(root);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order_is_bytes_of_the_whole_path),
		T(test_ignored_directory_takes_its_subtree),
		T(test_empty_tree_is_an_error),
		T(test_missing_root_and_unreadable_directory),
		T(test_names_must_be_utf8),
		T(test_special_files_are_refused),
		T(test_messages_hide_names),
		T(test_links_beneath),
		T(test_outside),
		T(test_root_may_be_a_link),
		T(test_single_file),
		T(test_changes_between_scan_and_open),
		T(test_changes_while_reading),
		T(test_depth_limit),
		T(test_path_limit),
		T(test_cancelled),
		T(test_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
