/*
 * table.c - joins the wings' parts of the command table, and holds what all
 * commands share: common options, environment (see table.h).
 */
#include "cli/core/table.h"

#include <string.h>

#include "cli/core/cli.h"

static const struct coco_wing *const wings[] = {
	&coco_wing_model,
	&coco_wing_measure,
	&coco_wing_evidence,
	&coco_wing_broker,
	&coco_wing_core,
};

const struct coco_cmd *coco_table_at(size_t i)
{
	for (size_t w = 0; w < COCO_ARRAY_LEN(wings); w++) {
		if (i < wings[w]->n)
			return wings[w]->cmds[i];
		i -= wings[w]->n;
	}
	return NULL;
}

const struct coco_cmd *coco_table_find(const char *path)
{
	const struct coco_cmd *cmd;

	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		if (strcmp(cmd->path, path) == 0)
			return cmd;
	return NULL;
}

bool coco_table_has_group(const char *words)
{
	const struct coco_cmd *cmd;
	size_t n = strlen(words);

	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		if (strncmp(cmd->path, words, n) == 0 && cmd->path[n] == ' ')
			return true;
	return false;
}

size_t coco_table_words(const char *path, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (i != 0 && path[at] == '\0')
			return 0;
		at += i != 0;
		at += strcspn(path + at, " ");
	}
	return at;
}

bool coco_table_starts(size_t i, size_t n)
{
	const struct coco_cmd *cmd = coco_table_at(i);
	const struct coco_cmd *other;
	size_t len = cmd != NULL ? coco_table_words(cmd->path, n) : 0;

	for (size_t k = 0; cmd != NULL && k < i && (other = coco_table_at(k)) != NULL; k++)
		if (coco_table_words(other->path, n) == len &&
		    strncmp(other->path, cmd->path, len) == 0)
			return false;
	return true;
}

static const char *const values_format[] = { "text", "json", NULL };
static const char *const values_when[] = { "auto", "always", "never", NULL };
static const char *const values_progress[] = { "auto", "bar", "plain", "json", "none", NULL };

static const struct coco_opt common[] = {
	{ .name = "output", .letter = 'o', .kind = COCO_KIND_OUTPUT, .arg = "FILE",
	  .flags = COCO_OPT_NAMES, .help = "where to write the answer",
	  COCO_BIND_STR(struct coco_common, output) },
	{ .name = "force", .letter = 'f', .kind = COCO_KIND_FLAG,
	  .help = "replace an output that exists already",
	  COCO_BIND_FLAG(struct coco_common, force) },
	{ .name = "dry-run", .letter = 'n', .kind = COCO_KIND_FLAG,
	  .help = "read and check everything, write nothing",
	  COCO_BIND_FLAG(struct coco_common, dry_run) },
	{ .name = "jobs", .kind = COCO_KIND_U32, .arg = "N", .def = "all online processors",
	  .help = "threads to use", .env = "COCOCTL_JOBS", .min = 1, .max = 1024,
	  COCO_BIND_U32(struct coco_common, jobs) },
	{ .name = "show-names", .kind = COCO_KIND_FLAG,
	  .help = "let names of the model's files appear in messages",
	  COCO_BIND_FLAG(struct coco_common, show_names) },
	{ .name = "insecure-permissions", .kind = COCO_KIND_FLAG,
	  .help = "accept private keys that others can read",
	  COCO_BIND_FLAG(struct coco_common, insecure_permissions) },
	{ .name = "at", .kind = COCO_KIND_TIME, .arg = "TIME", .def = "now",
	  .help = "the time to work at, as 2026-11-21T12:00:00Z",
	  COCO_BIND_TIME(struct coco_common, at) },
	{ .name = "json", .kind = COCO_KIND_FLAG, .help = "the same as --format=json",
	  .conflicts = "format", COCO_BIND_FLAG(struct coco_common, json) },
	{ .name = "format", .kind = COCO_KIND_ENUM, .arg = "FORMAT", .values = values_format,
	  .def = "text", .help = "form of the answer on standard output",
	  COCO_BIND_ENUM(struct coco_common, format) },
	{ .name = "pretty", .kind = COCO_KIND_ENUM, .arg = "WHEN", .values = values_when,
	  .def = "auto", .help = "indent JSON; auto: on a terminal",
	  COCO_BIND_ENUM(struct coco_common, pretty) },
	{ .name = "color", .kind = COCO_KIND_ENUM, .arg = "WHEN", .values = values_when,
	  .def = "auto", .help = "colour status words; auto: on a terminal",
	  .env = "COCOCTL_COLOR", COCO_BIND_ENUM(struct coco_common, color) },
	{ .name = "progress", .kind = COCO_KIND_ENUM, .arg = "FORM", .values = values_progress,
	  .def = "auto", .help = "progress on standard error; auto: a bar on a terminal",
	  .env = "COCOCTL_PROGRESS", COCO_BIND_ENUM(struct coco_common, progress) },
	{ .name = "no-input", .kind = COCO_KIND_FLAG, .env = "COCOCTL_NO_INPUT",
	  .help = "never ask; a question that is needed ends with exit code 11",
	  COCO_BIND_FLAG(struct coco_common, no_input) },
	{ .name = "log-file", .kind = COCO_KIND_OUTPUT, .arg = "FILE", .env = "COCOCTL_LOG_FILE",
	  .help = "append a detailed log in JSON lines, mode 0600",
	  COCO_BIND_STR(struct coco_common, log_file) },
	{ .name = "quiet", .letter = 'q', .kind = COCO_KIND_COUNT,
	  .help = "errors only; twice: nothing but the exit code", .conflicts = "verbose",
	  COCO_BIND_COUNT(struct coco_common, quiet) },
	{ .name = "verbose", .letter = 'v', .kind = COCO_KIND_COUNT,
	  .help = "steps and decisions; twice: details",
	  COCO_BIND_COUNT(struct coco_common, verbose) },
	{ .name = "help", .letter = 'h', .kind = COCO_KIND_FLAG, .help = "show this help",
	  COCO_BIND_FLAG(struct coco_common, help) },
};

const struct coco_opt *coco_table_common(size_t i)
{
	return i < COCO_ARRAY_LEN(common) ? &common[i] : NULL;
}

bool coco_table_reads_keys(const struct coco_cmd *cmd)
{
	for (size_t i = 0; i < cmd->n_opts; i++)
		if (cmd->opts[i].kind == COCO_KIND_KEYREF)
			return true;
	for (size_t i = 0; i < cmd->n_operands; i++)
		if (cmd->operands[i].kind == COCO_KIND_KEYREF)
			return true;
	return false;
}

bool coco_table_applies(const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	static const struct {
		const char *name;
		unsigned flag;
	} marked[] = {
		{ "output", COCO_CMD_WRITES_OUTPUT },
		{ "force", COCO_CMD_WRITES_OUTPUT },
		{ "dry-run", COCO_CMD_DRY_RUN },
		{ "jobs", COCO_CMD_JOBS },
		{ "show-names", COCO_CMD_SHOW_NAMES },
		{ "progress", COCO_CMD_PROGRESS },
	};

	if (strcmp(opt->name, "insecure-permissions") == 0)
		return coco_table_reads_keys(cmd);
	for (size_t i = 0; i < COCO_ARRAY_LEN(marked); i++)
		if (strcmp(opt->name, marked[i].name) == 0)
			return (cmd->flags & marked[i].flag) != 0;
	return true;
}

bool coco_table_used(const struct coco_opt *opt)
{
	const struct coco_cmd *cmd;

	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		if (coco_table_applies(cmd, opt))
			return true;
	return false;
}

static const struct coco_envvar env[] = {
	{ "COCOCTL_JOBS", "stands in for --jobs" },
	{ "COCOCTL_COLOR", "stands in for --color" },
	{ "COCOCTL_PROGRESS", "stands in for --progress" },
	{ "COCOCTL_NO_INPUT", "stands in for --no-input: 1 or 0" },
	{ "COCOCTL_LOG_FILE", "stands in for --log-file" },
	{ "COCOCTL_FORCE_TTY", "for tests: standard output and error count as a terminal with "
			       "this many columns" },
	{ "NO_COLOR", "not empty: no colour, unless --color=always" },
	{ "CLICOLOR_FORCE", "not empty and not 0: colour as with --color=always" },
	{ "TERM", "\"dumb\": no colour and no progress bar" },
	{ "CI", "not empty: no colour and no questions" },
	{ "COCOCTL_ATTESTER", "where a guest's evidence comes from, as --attester of broker get; "
			      "also for kbs+https: references" },
	{ "COCOCTL_ATTESTER_PATH", "the same for --attester-path" },
	{ "COCOCTL_INITDATA", "the same for --initdata" },
	{ "COCOCTL_TEE_KEY", "the same for --tee-key" },
	{ "COCOCTL_CDH", "address of this guest's Confidential Data Hub for cdh: references; "
			 "default http://127.0.0.1:8006, another host is refused" },
	{ "COCOCTL_BROKER_CA", "roots of a key broker's certificate, as --ca; also for kbs+https: "
			       "references" },
	{ "COCOCTL_BROKER_PIN", "the same for --pin" },
	{ "COCOCTL_BROKER_CLIENT_CERT", "the same for --client-cert" },
	{ "COCOCTL_BROKER_CLIENT_KEY", "the same for --client-key: a reference" },
	{ "COCOCTL_BROKER_TIMEOUT", "the same for --timeout: seconds" },
	{ "CREDENTIALS_DIRECTORY", "directory of cred:NAME references" },
};

const struct coco_envvar *coco_table_env(size_t i)
{
	return i < COCO_ARRAY_LEN(env) ? &env[i] : NULL;
}
