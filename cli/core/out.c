/*
 * out.c - the console: the only file that writes to standard output and
 * standard error (see out.h). Text is made in out_text.c and out_json.c.
 */
#include "cli/core/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/core/rfc3339.h"
#include "lib/core/io.h"

enum { MAX_OUTPUT = 1 << 30, MAX_WARNINGS = 1 << 20 };

static bool env_set(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0';
}

static unsigned stream_width(int fd)
{
	struct winsize ws;

	if (fd >= 0 && ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20)
		return ws.ws_col;
	return 80;
}

void coco_console_init(struct coco_console *con, int out, int err)
{
	const char *force = getenv("COCOCTL_FORCE_TTY");
	unsigned long cols = force != NULL ? strtoul(force, NULL, 10) : 0;

	*con = (struct coco_console){ .out = out, .err = err, .log = -1 };
	pthread_mutex_init(&con->lock, NULL);
	coco_wr_init(&con->warnings, MAX_WARNINGS);
	con->out_tty = cols != 0 || (out >= 0 && isatty(out) == 1);
	con->err_tty = cols != 0 || (err >= 0 && isatty(err) == 1);
	con->width = stream_width(err);
	con->width_out = stream_width(out);
	if (cols >= 20 && cols <= 10000)
		con->width = con->width_out = (unsigned)cols;
}

void coco_console_free(struct coco_console *con)
{
	if (con->log >= 0)
		close(con->log);
	con->log = -1;
	coco_wr_free(&con->warnings);
	pthread_mutex_destroy(&con->lock);
}

/* cli-ux 7: the option, then NO_COLOR, then force, then the stream. */
static bool want_color(int when, bool tty)
{
	const char *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (when != COCO_WHEN_AUTO)
		return when == COCO_WHEN_ALWAYS;
	if (env_set("NO_COLOR"))
		return false;
	if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0)
		return true;
	return tty && !env_set("CI") && (term == NULL || strcmp(term, "dumb") != 0);
}

static int open_log(const char *path, int *ret_fd, struct coco_diag *diag)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
		      0600);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "open the log file", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		coco_diag_source(diag, "%s", path);
		return coco_fail(diag, COCO_E_IO_KIND, "the log file must be a regular file");
	}
	*ret_fd = fd;
	return 0;
}

int coco_console_setup(struct coco_console *con, const struct coco_cmd *cmd,
		       const struct coco_common *common, struct coco_diag *diag)
{
	con->json = common->format == COCO_FORMAT_JSON;
	con->pretty = common->pretty == COCO_WHEN_ALWAYS ||
		      (common->pretty == COCO_WHEN_AUTO && con->out_tty);
	con->color_out = want_color(common->color, con->out_tty);
	con->color_err = want_color(common->color, con->err_tty);
	con->level = common->verbose >= 2 ? 2 : (int)common->verbose;
	if (common->quiet != 0)
		con->level = common->quiet >= 2 ? -2 : -1;
	con->answer_in_file = common->output != NULL;
	con->streamed = common->output != NULL && strcmp(common->output, "-") == 0;
	snprintf(con->command, sizeof(con->command), "%s", cmd->path);
	if (common->log_file != NULL)
		return open_log(common->log_file, &con->log, diag);
	return 0;
}

/* Writes all of it; 0 or an errno value. */
static int write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EAGAIN) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			(void)poll(&pfd, 1, -1);
			continue;
		}
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Standard error, the bar cleared first. The caller holds the lock. */
static void put_err(struct coco_console *con, const void *p, size_t n)
{
	if (con->err < 0)
		return;
	if (con->bar_shown)
		(void)write_all(con->err, "\r\033[K", 4);
	con->bar_shown = false;
	/* nobody is left to tell that this one is closed or full */
	(void)write_all(con->err, p, n);
}

static int put_out(struct coco_console *con, const void *p, size_t n, struct coco_diag *diag)
{
	int err = con->out < 0 ? EBADF : write_all(con->out, p, n);

	if (err == 0)
		return 0;
	con->sigpipe = con->sigpipe || err == EPIPE;
	return coco_fail_errno(diag, COCO_E_IO_WRITE, err, "write", "standard output");
}

int coco_console_raw(struct coco_console *con, bool to_err, const char *text, size_t n,
		     struct coco_diag *diag)
{
	int r = 0;

	pthread_mutex_lock(&con->lock);
	if (to_err)
		put_err(con, text, n);
	else
		r = put_out(con, text, n, diag);
	pthread_mutex_unlock(&con->lock);
	return r;
}

/* A line of the log file. The caller holds the lock. */
static void put_log(struct coco_console *con, const char *level, const char *code,
		    const char *text)
{
	struct coco_wr wr;
	struct coco_jw jw;
	struct timespec now;
	char when[32];

	if (con->log < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	coco_rfc3339_print(when, now.tv_sec);
	coco_wr_init(&wr, 1 << 16);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "time", when);
	coco_jw_kv_string(&jw, "level", level);
	coco_jw_kv_string(&jw, "command", con->command);
	if (code != NULL)
		coco_jw_kv_string(&jw, "code", code);
	coco_jw_kv_string(&jw, "message", text);
	coco_jw_end(&jw, '}');
	coco_wr_u8(&wr, '\n');
	if (wr.code == 0)
		(void)write_all(con->log, wr.p, wr.n);
	coco_wr_free(&wr);
}

/* "cococtl: <word><text>". The caller holds the lock. */
static void put_message(struct coco_console *con, const char *color, const char *word,
			const char *text)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	coco_wr_str(&wr, "cococtl: ");
	if (con->color_err && word[0] != '\0')
		coco_wr_printf(&wr, "\033[%sm%s\033[0m", color, word);
	else
		coco_wr_str(&wr, word);
	coco_wr_printf(&wr, "%s%s\n", word[0] != '\0' ? " " : "", text);
	if (wr.code == 0)
		put_err(con, wr.p, wr.n);
	coco_wr_free(&wr);
}

/* The library's warnings have no code: {"message": ...}. The caller holds the lock. */
static void keep_warning(struct coco_console *con, const char *text)
{
	struct coco_jw jw;

	if (con->warnings.n > MAX_WARNINGS - 8192)
		return;
	if (con->warnings.n != 0)
		coco_wr_u8(&con->warnings, ',');
	coco_jw_init(&jw, &con->warnings, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "message", text);
	coco_jw_end(&jw, '}');
}

void coco_console_log(void *ctx, int level, const char *text)
{
	static const char *const names[] = { "warning", "info", "debug" };
	struct coco_console *con = ctx;
	int at = level < 0 ? 0 : level > 2 ? 2 : level;

	pthread_mutex_lock(&con->lock);
	if (at == 0)
		keep_warning(con, text);
	if (con->level >= at)
		put_message(con, "33", at == 0 ? "warning:" : "", text);
	put_log(con, names[at], NULL, text);
	pthread_mutex_unlock(&con->lock);
}

void coco_console_note(struct coco_console *con, const char *text)
{
	pthread_mutex_lock(&con->lock);
	if (con->level >= 0)
		put_message(con, "", "", text);
	pthread_mutex_unlock(&con->lock);
}

void coco_console_bar(struct coco_console *con, const char *text)
{
	struct coco_wr wr;

	pthread_mutex_lock(&con->lock);
	if (text == NULL) {
		put_err(con, "", 0);
	} else if (!con->bar_shown || strcmp(con->bar, text) != 0) {
		snprintf(con->bar, sizeof(con->bar), "%s", text);
		coco_wr_init(&wr, 1 << 16);
		coco_wr_printf(&wr, "\r%s\033[K", con->bar);
		if (wr.code == 0 && con->err >= 0)
			(void)write_all(con->err, wr.p, wr.n);
		con->bar_shown = true;
		coco_wr_free(&wr);
	}
	pthread_mutex_unlock(&con->lock);
}

void coco_console_event(struct coco_console *con, const char *json, size_t n)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	coco_wr_bytes(&wr, json, n);
	coco_wr_u8(&wr, '\n');
	pthread_mutex_lock(&con->lock);
	if (wr.code == 0)
		put_err(con, wr.p, wr.n);
	pthread_mutex_unlock(&con->lock);
	coco_wr_free(&wr);
}

/* ---- the end of a run --------------------------------------------------------- */

static void show_warnings(struct coco_console *con, const struct coco_report *report)
{
	for (size_t i = 0; i < report->n_warned; i++) {
		const struct coco_diag *d = &report->warned[i];
		const struct coco_err_info *info = coco_err_info(d->code);
		char text[1024];

		snprintf(text, sizeof(text), "%s%s%s [%s]", d->source,
			 d->source[0] != '\0' ? ": " : "",
			 d->message[0] != '\0' ? d->message : info->title, info->id);
		if (con->level >= 0)
			put_message(con, "33", "warning:", text);
		put_log(con, "warning", info->id, text);
	}
}

static void show_error(struct coco_console *con, const struct coco_diag *diag)
{
	const struct coco_err_info *info = coco_err_info(diag->code);
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	coco_out_render_error(&wr, diag, con->err_tty ? con->width : 0, con->level >= 1,
			      con->color_err);
	if (wr.code == 0 && con->level >= -1)
		put_err(con, wr.p, wr.n);
	coco_wr_free(&wr);
	put_log(con, "error", info->id, diag->message[0] != '\0' ? diag->message : info->title);
}

static void render_verdict(struct coco_wr *wr, const char *verdict, bool color)
{
	const char *code = strcmp(verdict, "affirmed") == 0 ? "32" :
			   strcmp(verdict, "rejected") == 0 ? "31" : "33";

	if (color)
		coco_wr_printf(wr, "\033[%sm%s\033[0m\n", code, verdict);
	else
		coco_wr_printf(wr, "%s\n", verdict);
}

/* The report as text: after a failure only a verdict with its checks is an answer. */
static int show_text(struct coco_console *con, const struct coco_cmd *cmd,
		     const struct coco_report *report, int exit_code, struct coco_diag *diag)
{
	bool to_err = con->answer_in_file || con->streamed;
	const char *verdict = coco_out_verdict(cmd, exit_code);
	struct coco_wr wr;
	int r = 0;

	/* what could be found out is shown when the rest could not */
	bool part = verdict == NULL && exit_code == COCO_EXIT_INDETERMINATE;
	if (exit_code != 0 && !part && (verdict == NULL || report->n_checks == 0))
		return 0;
	coco_wr_init(&wr, MAX_OUTPUT);
	coco_out_render_report(&wr, report, to_err ? con->color_err : con->color_out);
	if (verdict != NULL)
		render_verdict(&wr, verdict, to_err ? con->color_err : con->color_out);
	if (wr.code != 0)
		r = coco_fail(diag, wr.code, "the report is too large to show");
	else if (!to_err)
		r = put_out(con, wr.p, wr.n, diag);
	else if (con->level >= 0)
		put_err(con, wr.p, wr.n);
	coco_wr_free(&wr);
	return r;
}

static int show_json(struct coco_console *con, const struct coco_cmd *cmd,
		     const struct coco_report *report, const struct coco_diag *diag,
		     int exit_code, struct coco_diag *ret)
{
	struct coco_envelope e = {
		.cmd = cmd,
		.report = report,
		.warnings = coco_wr_view(&con->warnings),
		.diag = diag,
		.exit_code = exit_code,
		.pretty = con->pretty,
	};
	struct coco_wr wr;
	int r;

	coco_wr_init(&wr, MAX_OUTPUT);
	coco_out_render_json(&wr, &e);
	if (wr.code != 0)
		r = coco_fail(ret, wr.code, "the report is too large to show");
	else
		r = put_out(con, wr.p, wr.n, ret);
	coco_wr_free(&wr);
	return r;
}

int coco_console_finish(struct coco_console *con, const struct coco_cmd *cmd,
			const struct coco_report *report, struct coco_diag *diag, int signal)
{
	int exit_code = signal != 0 ? 128 + signal : coco_err_exit(diag->code);
	bool gone = con->sigpipe; /* the reader of a streamed answer */

	if (signal != 0) {
		/* the library only knows that it was asked to stop */
		snprintf(diag->message, sizeof(diag->message), "stopped by %s",
			 signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP");
		snprintf(diag->hint, sizeof(diag->hint), "run it again");
	}
	if (diag->code == 0 && report->code != 0) {
		coco_fail(diag, report->code, "no memory for the report");
		exit_code = coco_err_exit(diag->code);
	}
	pthread_mutex_lock(&con->lock);
	show_warnings(con, report);
	int r = con->json ? show_json(con, cmd, report, diag, exit_code, &con->late) :
			    show_text(con, cmd, report, exit_code, &con->late);
	/* a reader that went away is no error worth a message */
	if (diag->code != 0 && !gone)
		show_error(con, diag);
	else if (r != 0 && !con->sigpipe)
		show_error(con, &con->late);
	if (con->bar_shown)
		put_err(con, "", 0);
	pthread_mutex_unlock(&con->lock);
	if (exit_code == 0 && r != 0)
		exit_code = coco_err_exit(r);
	return exit_code;
}
