/*
 * out.h - the console: the only owner of standard output and standard error
 * (cli-ux 1, 5, 6, 7). Everything that is not our own text is escaped.
 */
#ifndef COCO_OUT_H
#define COCO_OUT_H

#include <pthread.h>

#include "cli/core/cli.h"

struct coco_console {
	pthread_mutex_t lock;      /* standard error, the log file, warnings */
	int out;                   /* descriptors; -1 in tests that look at no stream */
	int err;
	int log;                   /* --log-file, -1 for none */
	bool out_tty;
	bool err_tty;
	bool color_out;
	bool color_err;
	bool json;
	bool pretty;
	int level;                 /* -2 silent, -1 errors, 0 warnings, 1 -v, 2 -vv */
	unsigned width;            /* of standard error */
	unsigned width_out;
	bool bar_shown;            /* the last line of standard error is a bar: */
	char bar[512];
	bool sigpipe;              /* standard output was closed by its reader */
	bool streamed;             /* a command wrote its answer to standard output itself */
	bool answer_in_file;       /* -o FILE: the report's text goes to standard error */
	char command[64];          /* "model pack" */
	struct coco_diag late;     /* why the answer could not be written */
	struct coco_wr warnings;   /* JSON items of warnings that came through the log */
};

/* coco_console_init - terminal, colour and width of descriptors out and err. */
void coco_console_init(struct coco_console *con, int out, int err);

/* coco_console_setup - applies the common options; opens the log file. */
int coco_console_setup(struct coco_console *con, const struct coco_cmd *cmd,
		       const struct coco_common *common, struct coco_diag *diag) COCO_MUSTUSE;
void coco_console_free(struct coco_console *con);

/* coco_console_log - for coco_run.log with the console as context. */
void coco_console_log(void *con, int level, const char *text);

/* coco_console_bar - draws text as the last line; NULL clears it. */
void coco_console_bar(struct coco_console *con, const char *text);

/* coco_console_note - a line on standard error unless -q. */
void coco_console_note(struct coco_console *con, const char *text);

/* coco_console_event - a line of JSON progress on standard error. */
void coco_console_event(struct coco_console *con, const char *json, size_t n);

/*
 * coco_console_finish - renders report and, when diag->code is not 0, the
 * error; the envelope with --json. Returns the exit code: that of diag, or
 * that of the failed write to standard output. cmd may be NULL; signal is
 * the one that stopped the command, or 0.
 */
int coco_console_finish(struct coco_console *con, const struct coco_cmd *cmd,
			const struct coco_report *report, struct coco_diag *diag, int signal);

/* coco_console_raw - our own text to standard output or error; 0 or an io code. */
int coco_console_raw(struct coco_console *con, bool to_err, const char *text, size_t n,
		     struct coco_diag *diag);

/* Rendering without a stream, also for tests; ret is to be freed by the caller. */
void coco_out_render_error(struct coco_wr *ret, const struct coco_diag *diag, unsigned width,
			   bool verbose, bool color);
void coco_out_render_report(struct coco_wr *ret, const struct coco_report *report, bool color);

/* What the envelope is made of. */
struct coco_envelope {
	const struct coco_cmd *cmd;          /* NULL: no command was recognised */
	const struct coco_report *report;
	struct coco_view warnings;           /* more items, text without brackets */
	const struct coco_diag *diag;        /* code 0: success */
	int exit_code;
	bool pretty;
};

void coco_out_render_json(struct coco_wr *ret, const struct coco_envelope *envelope);

/* coco_out_verdict - "affirmed", "rejected", "indeterminate"; NULL: no verdict. */
const char *coco_out_verdict(const struct coco_cmd *cmd, int exit_code);

/* coco_out_error_item - the object of "errors" and "warnings" for diag. */
void coco_out_error_item(struct coco_jw *jw, const struct coco_diag *diag);

/* coco_out_pretty - the compact JSON text with one member per line. */
void coco_out_pretty(struct coco_wr *ret, const char *json, size_t n);

/* "1.50 GiB"; exact below 1 KiB. cap >= 32. */
void coco_human_bytes(char *ret, size_t cap, uint64_t bytes);

/* "0:07", "12:34", "3:04:05". cap >= 32. */
void coco_human_span(char *ret, size_t cap, uint64_t seconds);

#endif
