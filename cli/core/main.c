/*
 * main.c - the shell of the program: streams, signals, dispatch, exit code.
 * What commands do is in cli/<wing>/cmd_*.c, what they say in out.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cli/core/help.h"
#include "cli/core/opt.h"
#include "cli/core/out.h"
#include "cli/core/progress.h"
#include "cli/core/version.h"
#include "formats/core/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define COCO_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COCO_LEAK_CHECK 1
#endif
#endif

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
static volatile sig_atomic_t stopped_by;

/*
 * The first signal asks the work to stop, the second one does not ask. What
 * follows at once is the same request: timeout(1) and shells signal both the
 * process and its group.
 */
static void on_signal(int sig)
{
	enum { SAME_REQUEST_NS = 100000000 };
	static struct timespec first;
	struct timespec now = { 0, 0 };
	int saved = errno;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (stopped_by == 0) {
		first = now;
		stopped_by = sig;
	} else if ((now.tv_sec - first.tv_sec) * 1000000000 + now.tv_nsec - first.tv_nsec >
		   SAME_REQUEST_NS) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	errno = saved;
}

/* Returns whether SIGPIPE had its default action: then a closed reader kills us. */
static bool set_signals(void)
{
	struct sigaction old;
	struct sigaction act = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < COCO_ARRAY_LEN(stop_signals); i++) {
		/* what the parent ignores (nohup) stays ignored */
		if (sigaction(stop_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(stop_signals[i], &act, NULL);
	}
	if (sigaction(SIGPIPE, &ignore, &old) != 0)
		return false;
	return old.sa_handler == SIG_DFL;
}

static void die_of(int sig)
{
	signal(sig, SIG_DFL);
	raise(sig);
}

/* A closed 0, 1 or 2 would be given to the next file that is opened. */
static int fix_streams(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* reading from 0 or writing to 1 and 2 must fail as a closed one does */
		int got = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);

		if (got != fd)
			return -1;
	}
	return 0;
}

static unsigned online_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

/* Keys must not end up in a core file or another process of the same user. */
static int harden(struct coco_diag *diag)
{
	struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
		return coco_fail(diag, COCO_E_INTERNAL, "cannot forbid core dumps");
	return 0;
}

/* The names in argv are readable by every user while we run. */
static void hide_words(int argc, char **argv, size_t keep)
{
	for (size_t i = keep; i < (size_t)argc; i++)
		memset(argv[i], 0, strlen(argv[i]));
}

/* What a run has. */
struct session {
	struct coco_args args;
	struct coco_console con;
	struct coco_report report;
	struct coco_diag diag;
	struct coco_given given;
	struct coco_display display;
	struct coco_cli cli;
	void *opts;
};

static void prepare_run(struct session *s)
{
	struct coco_cli *cli = &s->cli;

	cli->run = (struct coco_run){
		.jobs = cli->common.jobs != 0 ? cli->common.jobs : online_cores(),
		.now = coco_cli_given(cli, "at") ? cli->common.at : (int64_t)time(NULL),
		.show_names = cli->common.show_names,
		.cancel = &stopped_by,
		.progress = &cli->progress,
		.log = coco_console_log,
		.log_ctx = &s->con,
	};
}

/* Somebody who sits there should know what is waited for. */
static void tell_stdin(struct session *s)
{
	char text[160];

	if (s->given.stdin_name == NULL || isatty(STDIN_FILENO) != 1)
		return;
	snprintf(text, sizeof(text), "reading %s from the terminal; Ctrl-D ends it",
		 s->given.stdin_name);
	coco_console_note(&s->con, text);
}

static int run_command(struct session *s, coco_cmd_fn *fn)
{
	struct coco_cli *cli = &s->cli;
	bool shows = (cli->cmd->flags & COCO_CMD_PROGRESS) != 0;

	if (shows)
		coco_display_start(&s->display, &s->con, &cli->progress, cli->common.progress);
	int r = fn(cli, s->opts, &s->report, &s->diag);
	if (shows)
		coco_display_stop(&s->display);
	/* a code without a report is a bug of the command, but not a success */
	if (r != 0 && s->diag.code == 0)
		s->diag.code = r;
	return r;
}

/* The descriptor of a command that streamed: did its reader go away? */
static bool reader_gone(const struct session *s)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return s->con.streamed && s->diag.code == COCO_E_IO_WRITE &&
	       poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLERR) != 0;
}

static int command(struct session *s, const struct coco_cmd *cmd, size_t words)
{
	struct coco_cli *cli = &s->cli;
	coco_cmd_fn *fn = coco_run_find(cmd->id);
	int r;

	cli->cmd = cmd;
	cli->console = &s->con;
	cli->given = &s->given;
	if (fn == NULL)
		return coco_fail(&s->diag, COCO_E_INTERNAL, "no function for %s", cmd->path);
	s->opts = coco_zalloc(1, cmd->opts_size != 0 ? cmd->opts_size : 1);
	if (s->opts == NULL)
		return coco_fail(&s->diag, COCO_E_LIMIT_MEMORY, "no memory for the options");
	r = coco_opt_parse(cmd, &s->args, words + 1, getenv, s->opts, &cli->common, &s->given,
			   &s->diag);
	if (r == 0 && cli->common.help) {
		struct coco_wr wr;

		coco_wr_init(&wr, 1 << 20);
		coco_help_command(&wr, cmd);
		r = wr.code != 0 ? coco_fail(&s->diag, wr.code, "cannot build the help text") :
				   coco_console_raw(&s->con, false, (const char *)wr.p, wr.n,
						    &s->diag);
		coco_wr_free(&wr);
		s->con.json = false;
		return r;
	}
	if (r == 0)
		r = coco_opt_check_same(&s->given, &s->diag);
	if (r == 0)
		r = coco_console_setup(&s->con, cmd, &cli->common, &s->diag);
	if (r == 0 && ((cmd->flags & COCO_CMD_TOUCHES_KEYS) != 0 || coco_table_reads_keys(cmd)))
		r = harden(&s->diag);
	if (r != 0)
		return r;
	prepare_run(s);
	coco_cli_fetch_keys(cli, getenv);
	tell_stdin(s);
	r = run_command(s, fn);
	s->con.sigpipe = reader_gone(s);
	return r;
}

/* No command: --version, --help, words of a group, or nothing. */
static int no_command(struct session *s, size_t words)
{
	const char *first = s->args.n > 1 ? s->args.v[1] : NULL;
	const char *next = s->args.n > words + 1 ? s->args.v[words + 1] : "";
	bool asked = words == 0 && first != NULL;
	char group[96] = "";
	struct coco_wr wr;
	int r;

	for (size_t i = 1; i <= words; i++)
		snprintf(group + strlen(group), sizeof(group) - strlen(group), "%s%.30s",
			 i > 1 ? " " : "", s->args.v[i]);
	coco_wr_init(&wr, 1 << 20);
	if (asked && strcmp(first, "--version") == 0)
		coco_wr_printf(&wr, "cococtl %s\n", coco_version());
	else if (asked)
		coco_help_overview(&wr);
	else if (words != 0)
		coco_help_group(&wr, group);
	else
		coco_help_short(&wr);
	if (words != 0)
		asked = strcmp(next, "--help") == 0 || strcmp(next, "-h") == 0;
	r = wr.code != 0 ? coco_fail(&s->diag, wr.code, "cannot build the help text") :
			   coco_console_raw(&s->con, !asked, (const char *)wr.p, wr.n, &s->diag);
	coco_wr_free(&wr);
	if (r != 0)
		return coco_console_finish(&s->con, NULL, &s->report, &s->diag, 0);
	return asked ? COCO_EXIT_OK : COCO_EXIT_USAGE;
}

static int session(struct session *s, int argc, char **argv)
{
	const struct coco_cmd *cmd = NULL;
	size_t words = 0;
	int r = coco_args_copy(&s->args, argc, argv, &s->diag);

	s->con.json = r == 0 && coco_opt_wants_json(&s->args);
	if (r == 0)
		r = coco_opt_command(&s->args, &cmd, &words, &s->diag);
	if (r == 0 && cmd == NULL)
		return no_command(s, words);
	if (r == 0) {
		if ((cmd->flags & COCO_CMD_HIDES_OPERANDS) != 0)
			hide_words(argc, argv, words + 1);
		(void)command(s, cmd, words);
		if (s->diag.code == 0 && s->cli.common.help)
			return COCO_EXIT_OK;
	}
	int sig = s->diag.code == COCO_E_CANCELLED ? (int)stopped_by : 0;
	return coco_console_finish(&s->con, cmd, &s->report, &s->diag, sig);
}

int main(int argc, char **argv)
{
	static struct session s;

	if (fix_streams() != 0)
		return COCO_EXIT_IO;
	bool mortal = set_signals();
	coco_console_init(&s.con, STDOUT_FILENO, STDERR_FILENO);
	coco_report_init(&s.report);
	int exit_code = session(&s, argc, argv);
	bool sigpipe = s.con.sigpipe;
	bool cancelled = s.diag.code == COCO_E_CANCELLED;

	coco_given_free(&s.given);
	coco_free(s.opts);
	coco_report_free(&s.report);
	coco_console_free(&s.con);
	coco_args_free(&s.args);
#ifdef COCO_LEAK_CHECK
	/* the leak checker attaches to us as a debugger does */
	prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
#endif
	if (sigpipe && mortal)
		die_of(SIGPIPE);
	if (cancelled && stopped_by != 0)
		die_of((int)stopped_by);
	return exit_code;
}
