/*
 * test_child.c - another program: what it is given, what it says, its end.
 * Covers child.c.
 */
#include "lib/core/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static void start(struct coco_child *c, const char *script, int fd)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct coco_diag d = { 0 };

	assert_ok(coco_child_start(c, argv, fd, &d), &d);
	assert_true(c->pid > 0);
}

static void says(const char *script, const char *want)
{
	struct coco_child c = { .pid = 0 };
	char said[64];

	start(&c, script, -1);
	assert_true(coco_child_ended(&c, 5000));
	coco_child_said(&c, said, sizeof(said));
	assert_string_equal(said, want);
	coco_child_stop(&c);
	assert_int_equal(c.pid, 0);
	coco_child_stop(&c);
}

static void test_said(void **state COCO_UNUSED)
{
	says("exit 3", "");
	says("echo out", "out");
	says("echo; echo err >&2; echo more", "err");
	says("printf 'a\\033b'", "a\\x1bb");
	says("echo 'x: warning: slow'; echo broken", "broken");
	says("echo 'x: warning: slow'; echo 'x: warning: more'", "x: warning: slow");
	says("echo 0123456789012345678901234567890123456789012345678901234567890123456789",
	     "012345678901234567890123456789012345678901234567890123456789...");
}

static void test_given(void **state COCO_UNUSED)
{
	/* an environment of its own, no input, no other descriptors, signals as usual */
	setenv("COCO_SECRET", "x", 1);
	int extra = open("/dev/null", O_RDONLY);   /* not close-on-exec */
	assert_true(extra >= 0);
	signal(SIGPIPE, SIG_IGN);
	says("echo \"$COCO_SECRET.$LC_ALL.$(env | wc -l)\"", ".C.3");   /* and PWD, by sh */
	says("read line; echo \"<$line>\"", "<>");
	says("ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 ");            /* 3: of ls itself */
	says("kill -PIPE $$; echo alive", "");
	signal(SIGPIPE, SIG_DFL);
	close(extra);
}

static void test_descriptor(void **state COCO_UNUSED)
{
	struct coco_child c = { .pid = 0 };
	char text[8] = "";
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	start(&c, "read x <&3; echo \"$x$x\" >&3", pair[1]);
	close(pair[1]);
	assert_int_equal(write(pair[0], "ab\n", 3), 3);
	assert_int_equal(recv(pair[0], text, 5, MSG_WAITALL), 5);
	assert_string_equal(text, "abab\n");
	assert_int_equal(recv(pair[0], text, 1, 0), 0);
	close(pair[0]);
	coco_child_stop(&c);
}

static void test_stop(void **state COCO_UNUSED)
{
	struct coco_child c = { .pid = 0 };
	char said[32] = "";

	/* the program and what it started itself */
	start(&c, "trap '' TERM INT; sleep 1000 & echo $!; wait", -1);
	pid_t pid = c.pid;
	assert_false(coco_child_ended(&c, 0));
	while (said[0] == '\0')
		coco_child_said(&c, said, sizeof(said));
	coco_child_stop(&c);
	assert_int_equal(kill(pid, 0), -1);
	pid_t below = (pid_t)strtol(said, NULL, 10);
	assert_true(below > 1);
	char path[64];
	char state_line[128] = "";
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)below);
	for (int i = 0; i < 200; i++) {
		FILE *f = fopen(path, "r");

		if (f == NULL)
			return;
		if (fgets(state_line, sizeof(state_line), f) == NULL)
			state_line[0] = '\0';
		fclose(f);
		if (strstr(state_line, ") Z ") != NULL || strstr(state_line, ") X ") != NULL)
			return;   /* ended, not yet waited for by the init process */
		usleep(10000);
	}
	fail_msg("the program below is still there: %s", state_line);
}

static void test_loud(void **state COCO_UNUSED)
{
	/* nobody reads, and it ends nevertheless */
	says("i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789 "
	     "2>/dev/null; i=$((i+1)); done; exit 0",
	     "0123456789012345678901234567890123456789");
}

static void test_bad(void **state COCO_UNUSED)
{
	const char *const argv[] = { "/nowhere/program", NULL };
	struct coco_child c = { .pid = 0 };
	struct coco_diag d = { 0 };

	assert_err(coco_child_start(&c, argv, -1, &d), COCO_E_IO_OPEN, &d);
	assert_int_equal(c.pid, 0);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		const char *const ok[] = { "/bin/true", "a", "b", NULL };

		d = (struct coco_diag){ 0 };
		int r = coco_child_start(&c, ok, -1, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_child_stop(&c);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_loud),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
