/*
 * test_keyref.c - secrets by reference: every scheme, every refusal.
 */
#include "lib/core/keyref.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static char *dir;

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

/* A file of this mode in the test's directory; the path is given. */
static char *put(const char *name, const void *p, size_t n, mode_t mode)
{
	char *path = coco_path_join(dir, name);

	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, NULL), NULL);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static int load(const char *ref, size_t max, unsigned flags, struct coco_secret *s,
		struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_keyref_load(ref, max, flags, s, d);
}

static void expect(const char *ref, const char *text)
{
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	assert_ok(load(ref, 4096, 0, &s, &d), &d);
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(coco_secret_expose(&s), text, s.n);
	coco_secret_free(&s);
}

static void refuse(const char *ref, int code)
{
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	assert_err(load(ref, 16, 0, &s, &d), code, &d);
	assert_null(s.p);
}

static void test_file(void **state COCO_UNUSED)
{
	char *path = put("key", "secret\n", 7, 0600);
	char ref[1000];

	snprintf(ref, sizeof(ref), "file:%s", path);
	expect(path, "secret\n");
	expect(ref, "secret\n");
	coco_free(path);
	refuse("file:/nonexistent/key", COCO_E_IO_OPEN);
	refuse(dir, COCO_E_IO_KIND);
	refuse("/dev/null", COCO_E_IO_KIND);
	path = put("empty", "", 0, 0600);
	refuse(path, COCO_E_KEY_EMPTY);
	coco_free(path);
	path = put("long", "0123456789abcdefg", 17, 0600);
	refuse(path, COCO_E_LIMIT_SIZE);
	coco_free(path);
}

static void test_mode(void **state COCO_UNUSED)
{
	static const mode_t bad[] = { 0644, 0640, 0604, 0620, 0602, 0666 };
	static const mode_t good[] = { 0600, 0400, 0611, 0700 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		char *path = put("key", "k", 1, bad[i]);
		struct coco_secret s = { 0 };
		static struct coco_diag d;

		refuse(path, COCO_E_IO_MODE);
		assert_ok(load(path, 9, COCO_KEYREF_INSECURE_PERMISSIONS, &s, &d), &d);
		coco_secret_free(&s);
		assert_ok(load(path, 9, COCO_KEYREF_PUBLIC, &s, &d), &d);
		coco_secret_free(&s);
		coco_free(path);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		char *path = put("key", "k", 1, good[i]);

		expect(path, "k");
		coco_free(path);
	}
}

static void test_colon_in_name(void **state COCO_UNUSED)
{
	char *path = put("env:x", "named", 5, 0600);

	expect(path, "named");   /* the slash comes first */
	coco_free(path);
	char ref[1000];
	path = put("-", "dash", 4, 0600);
	snprintf(ref, sizeof(ref), "file:%s", path);
	expect(ref, "dash");
	coco_free(path);
}

/* A pipe that holds the text and is closed at the writing end. */
static int pipe_with(const char *text, size_t n)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, n), (ssize_t)n);
	close(fds[1]);
	return fds[0];
}

static void test_fd(void **state COCO_UNUSED)
{
	int fd = pipe_with("through a pipe", 14);
	char ref[64];

	snprintf(ref, sizeof(ref), "fd:%d", fd);
	expect(ref, "through a pipe");
	close(fd);
	fd = pipe_with("by path", 7);
	snprintf(ref, sizeof(ref), "/proc/self/fd/%d", fd);
	expect(ref, "by path");
	close(fd);
	refuse("fd:987654", COCO_E_USAGE_KEYREF);
	refuse("fd:", COCO_E_USAGE_KEYREF);
	refuse("fd:x", COCO_E_USAGE_KEYREF);
	refuse("fd:-1", COCO_E_USAGE_KEYREF);
	refuse("fd:99999999999999999999", COCO_E_USAGE_KEYREF);
}

static void test_growth(void **state COCO_UNUSED)
{
	size_t n = 300001;
	uint8_t *big = coco_alloc(n, 1);
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	coco_test_random(big, n, 3);
	char *path = put("big", big, n, 0600);
	assert_ok(load(path, n, 0, &s, &d), &d);
	assert_int_equal(s.n, n);
	assert_memory_equal(coco_secret_expose(&s), big, n);
	coco_secret_free(&s);
	assert_err(load(path, n - 1, 0, &s, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(path);
	coco_free(big);
}

static void test_stdin(void **state COCO_UNUSED)
{
	int keep = dup(STDIN_FILENO);
	int fd = pipe_with("typed", 5);

	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	expect("-", "typed");
	refuse("-", COCO_E_KEY_EMPTY);
	assert_int_equal(dup2(keep, STDIN_FILENO), STDIN_FILENO);
	close(keep);
}

static void test_env(void **state COCO_UNUSED)
{
	char *value = NULL;

	assert_int_equal(setenv("COCO_TEST_SECRET", "from env", 1), 0);
	value = getenv("COCO_TEST_SECRET");
	expect("env:COCO_TEST_SECRET", "from env");
	assert_null(getenv("COCO_TEST_SECRET"));
	assert_memory_equal(value, "\0\0\0\0\0\0\0\0", 8);
	refuse("env:COCO_TEST_SECRET", COCO_E_KEY_MISSING);
	assert_int_equal(setenv("COCO_TEST_SECRET", "", 1), 0);
	refuse("env:COCO_TEST_SECRET", COCO_E_KEY_EMPTY);
	assert_int_equal(setenv("COCO_TEST_SECRET", "longer than sixteen", 1), 0);
	refuse("env:COCO_TEST_SECRET", COCO_E_LIMIT_SIZE);
	refuse("env:", COCO_E_USAGE_KEYREF);
	refuse("env:A=B", COCO_E_USAGE_KEYREF);
	refuse("env:1A", COCO_E_USAGE_KEYREF);
}

static void test_cred(void **state COCO_UNUSED)
{
	char *path = put("token", "cred", 4, 0400);

	unsetenv("CREDENTIALS_DIRECTORY");
	refuse("cred:token", COCO_E_KEY_MISSING);
	setenv("CREDENTIALS_DIRECTORY", "relative", 1);
	refuse("cred:token", COCO_E_KEY_MISSING);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	expect("cred:token", "cred");
	refuse("cred:other", COCO_E_KEY_MISSING);
	refuse("cred:../token", COCO_E_USAGE_KEYREF);
	refuse("cred:..", COCO_E_USAGE_KEYREF);
	refuse("cred:", COCO_E_USAGE_KEYREF);
	unsetenv("CREDENTIALS_DIRECTORY");
	coco_free(path);
}

static void test_schemes(void **state COCO_UNUSED)
{
	static const char *const later[] = { "pkcs11:token=x", "prompt:", "prompt:pin" };
	static const char *const unknown[] = { "pass:hunter2", "hex:00ff", "ENV:X", "a b:c",
					       ":x", "http:", "key.pem:2" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(later); i++) {
		static struct coco_diag d;
		char word[32];

		coco_diag_init(&d);
		assert_err(coco_keyref_check(later[i], NULL, &d), COCO_E_USAGE_NOT_BUILT, &d);
		snprintf(word, sizeof(word), "%.*s", (int)(strchr(later[i], ':') - later[i] + 1),
			 later[i]);
		assert_non_null(strstr(d.message, word));
		assert_non_null(strstr(d.message, "file:PATH"));
		refuse(later[i], COCO_E_USAGE_NOT_BUILT);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(unknown); i++) {
		static struct coco_diag d;

		coco_diag_init(&d);
		assert_err(coco_keyref_check(unknown[i], NULL, &d), COCO_E_USAGE_SCHEME, &d);
		assert_null(strstr(d.message, "hunter2"));
		assert_null(strstr(d.message, "00ff"));
		refuse(unknown[i], COCO_E_USAGE_SCHEME);
	}
	refuse("", COCO_E_USAGE_KEYREF);
	refuse("file:", COCO_E_USAGE_KEYREF);
}

static const char *fetched;   /* what the next fetch gives; NULL: it fails */

static int fake_fetch(void *ctx, const struct coco_remote_ref *ref, size_t max COCO_UNUSED,
		      struct coco_secret *ret, struct coco_diag *diag)
{
	assert_ptr_equal(ctx, &fetched);
	assert_string_equal(ref->id.tag, "g");
	if (fetched == NULL)
		return coco_fail(diag, COCO_E_KEY_MISSING, "not there");
	if (fetched[0] == '\0')
		return 0;
	return coco_secret_from(ret, fetched, strlen(fetched), diag);
}

static void test_remote(void **state COCO_UNUSED)
{
	static const char *const refs[] = { "cdh:///r/t/g", "kbs+https://h/r/t/g" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(refs); i++) {
		enum coco_keyref_kind kind = COCO_KEYREF_FILE;
		struct coco_secret s = { 0 };
		struct coco_diag d = { 0 };

		assert_ok(coco_keyref_check(refs[i], &kind, &d), &d);
		assert_int_equal(kind, COCO_KEYREF_REMOTE);
		refuse(refs[i], COCO_E_USAGE_NOT_BUILT);
		coco_keyref_set_fetch(fake_fetch, &fetched);
		fetched = "remote";
		expect(refs[i], "remote");
		fetched = NULL;
		refuse(refs[i], COCO_E_KEY_MISSING);
		fetched = "";
		refuse(refs[i], COCO_E_KEY_EMPTY);
		fetched = "more than four";
		assert_err(coco_keyref_load(refs[i], 4, 0, &s, &d), COCO_E_LIMIT_SIZE, &d);
		assert_null(s.p);
		coco_diag_init(&d);
		assert_ok(coco_secret_from(&s, "x", 1, &d), &d);
		assert_err(coco_keyref_write(refs[i], &s, 0, &d), COCO_E_USAGE_KEYREF, &d);
		coco_secret_free(&s);
		coco_keyref_set_fetch(NULL, NULL);
	}
	refuse("cdh://host/r/t/g", COCO_E_USAGE_KEYREF);
	refuse("kbs+http://example.com/r/t/g", COCO_E_USAGE_KEYREF);
	refuse("kbs:///r/t/g", COCO_E_USAGE_SCHEME);
}

static void test_check_kind(void **state COCO_UNUSED)
{
	static const struct {
		const char *ref;
		enum coco_keyref_kind kind;
	} good[] = {
		{ "k.pem", COCO_KEYREF_FILE },	{ "file:k", COCO_KEYREF_FILE },
		{ "./env:x", COCO_KEYREF_FILE }, { "fd:3", COCO_KEYREF_FD },
		{ "env:A", COCO_KEYREF_ENV },	{ "cred:a", COCO_KEYREF_CRED },
		{ "store:d/r/t/g", COCO_KEYREF_STORE }, { "-", COCO_KEYREF_STDIN },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		enum coco_keyref_kind kind = COCO_KEYREF_FILE;

		assert_ok(coco_keyref_check(good[i].ref, &kind, NULL), NULL);
		assert_int_equal(kind, good[i].kind);
	}
}

static void test_write(void **state COCO_UNUSED)
{
	char *path = coco_path_join(dir, "new");
	struct coco_secret s = { 0 };
	struct coco_secret empty = { 0 };
	static struct coco_diag d;
	struct stat st;
	mode_t mask = umask(0);

	assert_ok(coco_secret_from(&s, "value", 5, NULL), NULL);
	assert_ok(coco_keyref_write(path, &s, 0, &d), &d);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	expect(path, "value");
	assert_err(coco_keyref_write(path, &s, 0, &d), COCO_E_EXISTS, &d);
	assert_ok(coco_keyref_write(path, &s, COCO_KEYREF_FORCE, NULL), NULL);
	assert_int_equal(coco_keyref_write("-", &s, 0, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_write("fd:1", &s, 0, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_write("env:X", &s, 0, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_write("cred:x", &s, 0, NULL), COCO_E_USAGE_KEYREF);
	assert_int_equal(coco_keyref_write("pass:x", &s, 0, NULL), COCO_E_USAGE_SCHEME);
	assert_int_equal(coco_keyref_write(path, &empty, COCO_KEYREF_FORCE, NULL),
			 COCO_E_KEY_EMPTY);
	coco_secret_free(&s);
	coco_free(path);
}

static void test_stage(void **state COCO_UNUSED)
{
	char *path = coco_path_join(dir, "staged");
	struct coco_secret one = { 0 };
	struct coco_secret two = { 0 };
	struct coco_keyref_out out;
	static struct coco_diag d;

	assert_ok(coco_secret_from(&one, "one", 3, NULL), NULL);
	assert_ok(coco_secret_from(&two, "two", 3, NULL), NULL);
	/* a new one: nothing before the commit, nothing after the discard */
	assert_ok(coco_keyref_stage(path, &one, 0, &out, &d), &d);
	assert_false(out.replaces);
	assert_int_not_equal(access(path, F_OK), 0);
	coco_keyref_discard(&out);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_ok(coco_keyref_stage(path, &one, 0, &out, &d), &d);
	assert_ok(coco_keyref_commit(&out, &d), &d);
	expect(path, "one");
	coco_keyref_discard(&out);
	assert_int_not_equal(access(path, F_OK), 0);
	/* one that replaces another, which stays until the commit */
	assert_ok(coco_keyref_write(path, &one, 0, &d), &d);
	assert_err(coco_keyref_stage(path, &two, 0, &out, &d), COCO_E_EXISTS, &d);
	coco_diag_init(&d);
	assert_ok(coco_keyref_stage(path, &two, COCO_KEYREF_FORCE, &out, &d), &d);
	assert_true(out.replaces);
	expect(path, "one");
	coco_keyref_discard(&out);
	expect(path, "one");
	assert_ok(coco_keyref_stage(path, &two, COCO_KEYREF_FORCE, &out, &d), &d);
	assert_ok(coco_keyref_commit(&out, &d), &d);
	coco_keyref_keep(&out);
	expect(path, "two");
	unlink(path);
	coco_secret_free(&one);
	coco_secret_free(&two);
	coco_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),	      cmocka_unit_test(test_mode),
		cmocka_unit_test(test_colon_in_name), cmocka_unit_test(test_fd),
		cmocka_unit_test(test_growth),	      cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_env),	      cmocka_unit_test(test_cred),
		cmocka_unit_test(test_schemes),	      cmocka_unit_test(test_check_kind),
		cmocka_unit_test(test_remote),
		cmocka_unit_test(test_write),	      cmocka_unit_test(test_stage),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
