/*
 * child.c - another program, started and ended (see child.h).
 */
#include "lib/core/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

enum {
	HIGH_FD = 16,   /* above every descriptor that the program is given */
	SAID_MAX = 2048,
	STEP_MS = 5,
};

/* Descriptors 0 to COCO_CHILD_FD of the program; both sources lie above them. */
static int plan_descriptors(posix_spawn_file_actions_t *actions, int said, int fd)
{
	int e = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);

	if (e == 0)
		e = posix_spawn_file_actions_adddup2(actions, said, 1);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(actions, said, 2);
	if (e == 0 && fd >= 0)
		e = posix_spawn_file_actions_adddup2(actions, fd, COCO_CHILD_FD);
	if (e == 0)
		e = posix_spawn_file_actions_addclosefrom_np(
			actions, fd >= 0 ? COCO_CHILD_FD + 1 : COCO_CHILD_FD);
	return e;
}

static int plan_signals(posix_spawnattr_t *attr)
{
	sigset_t none;
	sigset_t all;

	sigemptyset(&none);
	sigfillset(&all);
	int e = posix_spawnattr_setsigmask(attr, &none);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(attr, &all);
	if (e == 0)
		e = posix_spawnattr_setpgroup(attr, 0);
	if (e == 0)
		e = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							   POSIX_SPAWN_SETPGROUP);
	return e;
}

/* argv and its texts as posix_spawn wants them: copies, given; NULL on exhaustion. */
static char **copy_words(const char *const *argv)
{
	size_t n = 0;

	while (argv[n] != NULL)
		n++;
	char **ret = coco_zalloc(n + 1, sizeof(*ret));
	for (size_t i = 0; ret != NULL && i < n; i++) {
		ret[i] = coco_strdup(argv[i]);
		if (ret[i] != NULL)
			continue;
		while (i > 0)
			coco_free(ret[--i]);
		coco_free(ret);
		return NULL;
	}
	return ret;
}

static void free_words(char **words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		coco_free(words[i]);
	coco_free(words);
}

/* 0 or an errno value. */
static int spawn(pid_t *ret, char *const *argv, int said, int fd)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	static char locale[] = "LC_ALL=C";
	char *env[] = { path, locale, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;

	int e = posix_spawn_file_actions_init(&actions);
	if (e != 0)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e == 0) {
		e = plan_descriptors(&actions, said, fd);
		if (e == 0)
			e = plan_signals(&attr);
		if (e == 0)
			e = posix_spawnp(ret, argv[0], &actions, &attr, argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return e;
}

/* A copy of fd that no descriptor of the program collides with. */
static int lift(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
}

int coco_child_start(struct coco_child *ret, const char *const *argv, int fd,
		     struct coco_diag *diag)
{
	struct coco_child c = { .pid = 0 };
	int pipes[2];
	int e = 0;

	char **words = copy_words(argv);
	if (words == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to start %s", argv[0]);
	/* what does not fit into the pipe is lost: a talkative program does not wait for us */
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) != 0) {
		free_words(words);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "make a pipe for", argv[0]);
	}
	int said = lift(pipes[1]);
	int given = lift(fd);
	if (said < 0 || (fd >= 0 && given < 0))
		e = errno;
	else
		e = spawn(&c.pid, words, said, given);
	close(pipes[1]);
	if (said >= 0)
		close(said);
	if (given >= 0)
		close(given);
	free_words(words);
	if (e != 0) {
		close(pipes[0]);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, e, "start", argv[0]);
	}
	c.said_fd = pipes[0];
	*ret = c;
	return 0;
}

bool coco_child_ended(struct coco_child *c, unsigned milliseconds)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid != 0)
			return true;
		if (milliseconds == 0)
			return false;
		poll(NULL, 0, STEP_MS);
		milliseconds = milliseconds > STEP_MS ? milliseconds - STEP_MS : 0;
	}
}

/* Whether the line says that the program goes on nevertheless. */
static bool is_warning(const char *line, size_t n)
{
	static const char mark[] = "warning: ";

	return memmem(line, n, mark, sizeof(mark) - 1) != NULL;
}

void coco_child_said(struct coco_child *c, char *ret, size_t cap)
{
	char text[SAID_MAX];
	ssize_t got;

	do
		got = read(c->said_fd, text, sizeof(text));
	while (got < 0 && errno == EINTR);
	ret[0] = '\0';
	for (size_t at = 0, n; got > 0 && at < (size_t)got; at += n + 1) {
		const char *end = memchr(text + at, '\n', (size_t)got - at);

		n = end != NULL ? (size_t)(end - text) - at : (size_t)got - at;
		if (n == 0 || (ret[0] != '\0' && is_warning(text + at, n)))
			continue;
		coco_escape(ret, cap, text + at, n);
		if (!is_warning(text + at, n))
			return;
	}
}

void coco_child_stop(struct coco_child *c)
{
	if (c->pid == 0)
		return;
	/* not yet waited for, so its number and its group are still its own */
	kill(-c->pid, SIGKILL);
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(c->said_fd);
	*c = (struct coco_child){ .pid = 0 };
}
