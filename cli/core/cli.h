/*
 * cli.h - what a command function gets, and its contract.
 *
 *	int coco_cmd_model_pack(struct coco_cli *cli, const void *opts,
 *				struct coco_report *report, struct coco_diag *diag);
 *
 * opts is the command's own option struct (cast it: `const struct
 * coco_opts_model_pack *o = opts;`). The function turns options into a
 * request, makes one library call and fills the report. It returns 0 or a
 * negative code with diag filled; that code decides the exit code
 * (coco_err_exit). It prints nothing, reads no environment, starts no thread,
 * sets no signal handler and never calls exit.
 *
 * It passes &cli->run to the library: jobs, time (--at or the clock),
 * show_names, cancel flag, progress and log are set. When the library stops
 * with COCO_E_CANCELLED after a signal, the function cleans up and returns
 * that code; main re-raises the signal.
 *
 * Output: the file of -o is written by the command (cli->common.output; flags
 * for coco_out_open, coco_write_file from coco_cli_out_flags()). Bytes for
 * standard output are written to the descriptor of coco_cli_stdout(), nothing
 * else ever is. A "-" among inputs was checked to be there at most once.
 * With --dry-run (cli->common.dry_run) all reading and checking is done,
 * the report says what would be written, and nothing is written.
 */
#ifndef COCO_CLI_H
#define COCO_CLI_H

#include "cli/core/report.h"
#include "cli/core/table.h"
#include "lib/core/run.h"

enum coco_format { COCO_FORMAT_TEXT, COCO_FORMAT_JSON };
enum coco_when { COCO_WHEN_AUTO, COCO_WHEN_ALWAYS, COCO_WHEN_NEVER };
enum coco_progress_mode {
	COCO_PROGRESS_AUTO,
	COCO_PROGRESS_BAR,
	COCO_PROGRESS_PLAIN,
	COCO_PROGRESS_JSON,
	COCO_PROGRESS_NONE,
};

/* The options that commands share; those a command does not have stay zero. */
struct coco_common {
	bool help;
	bool version;
	unsigned quiet;        /* -q 1: errors only, -qq 2: nothing */
	unsigned verbose;      /* -v 1: decisions, -vv 2: details */
	bool json;
	int format;            /* enum coco_format */
	int pretty;            /* enum coco_when */
	int color;             /* enum coco_when */
	int progress;          /* enum coco_progress_mode */
	int64_t at;            /* --at, valid when coco_cli_given(cli, "at") */
	uint32_t jobs;         /* 0 when not given: cli->run.jobs holds the number to use */
	bool force;
	const char *output;    /* NULL when not given, "-" for standard output */
	bool dry_run;
	bool show_names;
	bool no_input;
	const char *log_file;
	bool insecure_permissions;
};

struct coco_given;     /* which options were given (opt.c) */
struct coco_console;   /* standard output and error (out.h) */

struct coco_cli {
	const struct coco_cmd *cmd;
	struct coco_common common;
	struct coco_run run;             /* for the library */
	struct coco_progress progress;   /* run.progress points here */
	const struct coco_given *given;
	struct coco_console *console;
};

typedef int coco_cmd_fn(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag);

/*
 * coco_cli_given - true when the option was given on the command line (or by
 * its variable): tells "--version 0" from no --version.
 */
bool coco_cli_given(const struct coco_cli *cli, const char *name);

/* coco_cli_from_profile - true when the option has its value from the launch profile. */
bool coco_cli_from_profile(const struct coco_cli *cli, const char *name);

/* coco_cli_out_flags - COCO_OUT_FORCE under --force, ORed with more. */
unsigned coco_cli_out_flags(const struct coco_cli *cli, unsigned more);

/*
 * coco_cli_stdout - the descriptor for a command that streams its answer
 * (model cat, key public). binary: refused with USAGE_TERMINAL when standard
 * output is a terminal and "-o -" was not given. Refused with USAGE_CONFLICT
 * under --json. After success the report's text goes to standard error.
 */
int coco_cli_stdout(struct coco_cli *cli, bool binary, int *ret_fd, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * The launch profile of a run (cli/measure/profile_use.c): where a command has
 * the option --profile, a value of the profile stands in for each of its other
 * options that was not given.
 */
struct coco_profile_use;

/*
 * coco_profile_use_load - reads the profile for this command. Gives *ret
 * (coco_profile_use_free). Errors: those of coco_profile_load,
 * PROFILE_PLATFORM.
 */
int coco_profile_use_load(struct coco_profile_use **ret, const struct coco_cmd *cmd,
			  const char *path, struct coco_diag *diag) COCO_MUSTUSE;
void coco_profile_use_free(struct coco_profile_use *use);   /* NULL is fine */

/*
 * coco_profile_use_texts - what the profile says for an option: n texts
 * (borrowed; 0: nothing). *ret_soft: leave it out where the option needs
 * another one that is not there.
 */
const char *const *coco_profile_use_texts(const struct coco_profile_use *use, const char *option,
					  size_t *ret_n, bool *ret_soft);

/* coco_cli_profile - the profile that --profile named, or NULL; borrowed. */
const struct coco_profile_use *coco_cli_profile(const struct coco_cli *cli);

/*
 * coco_cli_fetch_keys - key references of the kinds kbs+https: and cdh: work in
 * this run from now on (cli/broker/remote_keys.c); getenv_fn reads how they are
 * fetched.
 */
void coco_cli_fetch_keys(const struct coco_cli *cli, char *(*getenv_fn)(const char *name));

/* coco_run_find - the run function of a command, or NULL; coco_run_<wing> of one of the wing. */
coco_cmd_fn *coco_run_find(enum coco_cmd_id id);
coco_cmd_fn *coco_run_core(enum coco_cmd_id id);
coco_cmd_fn *coco_run_model(enum coco_cmd_id id);
coco_cmd_fn *coco_run_measure(enum coco_cmd_id id);
coco_cmd_fn *coco_run_evidence(enum coco_cmd_id id);
coco_cmd_fn *coco_run_broker(enum coco_cmd_id id);

#endif
