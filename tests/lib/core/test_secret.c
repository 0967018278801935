/*
 * test_secret.c - memory for keys.
 */
#include "lib/core/secret.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"

static void test_new(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 0, 1, 32, 4095, 4096, 4097, 100000 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		struct coco_secret s = { 0 };
		struct coco_diag d = { 0 };

		assert_ok(coco_secret_new(&s, sizes[i], &d), &d);
		assert_int_equal(s.n, sizes[i]);
		assert_true(s.room >= s.n && s.room % (size_t)sysconf(_SC_PAGESIZE) == 0);
		for (size_t k = 0; k < s.n; k++)
			assert_int_equal(coco_secret_expose(&s)[k], 0);
		memset(s.p, 0xaa, s.n);
		coco_secret_free(&s);
		assert_null(s.p);
		assert_int_equal(s.n, 0);
		coco_secret_free(&s);
	}
}

static void test_from(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_secret_from(&s, "key", 3, &d), &d);
	assert_memory_equal(coco_secret_expose(&s), "key", 3);
	coco_secret_free(&s);
	assert_ok(coco_secret_from(&s, NULL, 0, &d), &d);
	coco_secret_free(&s);
}

static void test_too_large(void **state COCO_UNUSED)
{
	struct coco_secret s = { .n = 99 };
	struct coco_diag d = { 0 };

	assert_err(coco_secret_new(&s, SIZE_MAX, &d), COCO_E_LIMIT_MEMORY, &d);
	coco_diag_init(&d);
	assert_err(coco_secret_new(&s, SIZE_MAX / 2, &d), COCO_E_LIMIT_MEMORY, &d);
	assert_int_equal(s.n, 99);
}

/* A forked child finds zeros, so that no helper process inherits a key. */
static void test_fork(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	int status = -1;

	assert_int_equal(coco_secret_from(&s, "key", 3, NULL), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(s.p[0] == 0 && s.p[2] == 0 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	coco_secret_free(&s);
}

/* "dd" in VmFlags: the pages are not written to a core dump. */
static void test_not_dumped(void **state COCO_UNUSED)
{
	struct coco_secret s = { 0 };
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	bool here = false;
	bool marked = false;

	if (f == NULL)
		skip();
	assert_int_equal(coco_secret_new(&s, 32, NULL), 0);
	while (fgets(line, sizeof(line), f) != NULL) {
		unsigned long from;
		unsigned long to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = from <= (unsigned long)s.p && (unsigned long)s.p < to;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			marked = strstr(line, " dd") != NULL;
	}
	fclose(f);
	assert_true(marked);
	coco_secret_free(&s);
}

static void test_wipe(void **state COCO_UNUSED)
{
	char text[8] = "secret!";

	coco_wipe(text, 3);
	assert_memory_equal(text, "\0\0\0ret!", 8);
	coco_wipe(NULL, 0);
	coco_wipe(NULL, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),       cmocka_unit_test(test_from),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_fork),
		cmocka_unit_test(test_not_dumped), cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
