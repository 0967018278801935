/*
 * table_core.c - the core commands' part of the command table.
 */
#include "cli/core/opts_core.h"
#include "cli/core/table.h"
#include "formats/core/err.h"

static const struct coco_operand explain_operands[] = {
	{ .name = "code", .kind = COCO_KIND_STRING, .min = 1, .max = 1,
	  .help = "an error identifier, as printed in brackets under an error",
	  COCO_BIND_STR(struct coco_opts_explain, code) },
};

static const struct coco_example explain_examples[] = {
	{ "explain io.secret.mode", "say what the error means and what to do next" },
	{ "explain io.output.exists --json", "the same for a program" },
};

static const struct coco_cmd cmd_explain = {
	.id = COCO_CMD_EXPLAIN,
	.path = "explain",
	.group = "Find out",
	.summary = "Explain an error: cause, likely reasons, next step",
	.text = "Every error that cococtl reports ends with an identifier in brackets. This "
		"command says what it means, what usually leads to it (most frequent first), what "
		"to do next, and which exit code it has. It works offline.",
	COCO_LIST(operands, explain_operands),
	COCO_LIST(examples, explain_examples),
	.exits = COCO_EXIT_BIT(IO),
	.opts_size = sizeof(struct coco_opts_explain),
	.see = "help",
	.since = "0.1.0",
};

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static const struct coco_operand completion_operands[] = {
	{ .name = "shell", .kind = COCO_KIND_SHELL, .min = 1, .max = 1, .values = shells,
	  .help = "bash, zsh or fish",
	  COCO_BIND_STR(struct coco_opts_completion, shell) },
};

static const struct coco_example completion_examples[] = {
	{ "completion bash > ~/.local/share/bash-completion/completions/cococtl",
	  "install completion for one user of bash" },
	{ "completion fish > ~/.config/fish/completions/cococtl.fish",
	  "the same for fish; for zsh write _cococtl into a directory of fpath" },
};

static const struct coco_cmd cmd_completion = {
	.id = COCO_CMD_COMPLETION,
	.path = "completion",
	.group = "Find out",
	.summary = "Print the completion script of a shell",
	.text = "The script completes commands, options, enumerated values and file kinds. It is "
		"static: it never starts cococtl and never opens a network connection.",
	COCO_LIST(operands, completion_operands),
	COCO_LIST(examples, completion_examples),
	.exits = COCO_EXIT_BIT(IO),
	.opts_size = sizeof(struct coco_opts_completion),
	.see = "help",
	.since = "0.1.0",
};

static const struct coco_example version_examples[] = {
	{ "version", "program, libraries, formats" },
	{ "version --json", "the same for a program or a bug report" },
};

static const struct coco_cmd cmd_version = {
	.id = COCO_CMD_VERSION,
	.path = "version",
	.group = "Find out",
	.summary = "Print the version, the build and the formats it knows",
	.text = "A bug report needs this output. cococtl --version prints the first line only.",
	COCO_LIST(examples, version_examples),
	.exits = COCO_EXIT_BIT(IO),
	.since = "0.1.0",
};

static const struct coco_operand help_operands[] = {
	{ .name = "command", .kind = COCO_KIND_COMMAND, .min = 0, .max = COCO_TABLE_WORDS,
	  .help = "the words of a command",
	  COCO_BIND_LIST(struct coco_opts_topic, words) },
};

static const struct coco_example help_examples[] = {
	{ "help", "list the commands" },
	{ "help key generate", "how to use one of them" },
};

static const struct coco_cmd cmd_help = {
	.id = COCO_CMD_HELP,
	.path = "help",
	.group = "Find out",
	.summary = "List the commands, or say how to use one",
	.text = "Prints to standard output through no pager. The manual pages cococtl(1) and "
		"cococtl-COMMAND(1) say the same at more length.",
	COCO_LIST(operands, help_operands),
	COCO_LIST(examples, help_examples),
	.exits = COCO_EXIT_BIT(IO),
	.opts_size = sizeof(struct coco_opts_topic),
	.see = "explain",
	.since = "0.1.0",
};

static const struct coco_operand schema_operands[] = {
	{ .name = "command", .kind = COCO_KIND_COMMAND, .min = 0, .max = COCO_TABLE_WORDS,
	  .help = "the words of a command",
	  COCO_BIND_LIST(struct coco_opts_topic, words) },
};

static const struct coco_example schema_examples[] = {
	{ "schema", "list the schemas" },
	{ "schema key inspect > key-inspect.v1.schema.json",
	  "the JSON schema of what key inspect --json prints" },
};

static const struct coco_cmd cmd_schema = {
	.id = COCO_CMD_SCHEMA,
	.path = "schema",
	.group = "Find out",
	.summary = "Print the JSON schema of a command's --json output",
	.text = "The JSON output is a contract: members may be added within a version, the "
		"version number grows when one changes its meaning or goes away. The schemas are "
		"also in docs/json of the source.",
	COCO_LIST(operands, schema_operands),
	COCO_LIST(examples, schema_examples),
	.exits = COCO_EXIT_BIT(IO),
	.opts_size = sizeof(struct coco_opts_topic),
	.since = "0.1.0",
};

static const struct coco_cmd *const cmds[] = {
	&cmd_help, &cmd_explain, &cmd_schema, &cmd_completion, &cmd_version,
};

const struct coco_wing coco_wing_core = { cmds, COCO_ARRAY_LEN(cmds) };
