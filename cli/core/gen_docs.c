/*
 * gen_docs.c - the reference pages docs/cli.md, exit-codes.md, errors.md and
 * env.md.
 */
#include <stdio.h>
#include <string.h>

#include "cli/core/gen.h"
#include "cli/core/help.h"
#include "cli/core/schema.h"

#define NOTICE "<!-- " COCO_GEN_NOTICE " -->\n"

enum { MAX_PAGE = 1 << 20 };

const char *coco_gen_exit_meaning(int exit_code)
{
	static const char *const meanings[] = {
		"done; for verify: affirmed",
		"completed, the answer is no: a signature, measurement or comparison failed",
		"bad option or operand, or an impossible combination",
		"an input is not valid for its format",
		"cannot read or write a file, device or stream",
		"name, connection, TLS or timeout",
		"the peer understood and refused",
		"key missing or unusable, or ciphertext not authentic for this key",
		"cannot decide: no root, no reference value, stale or absent collateral",
		"a documented limit or memory was exceeded",
		"the output exists and --force was not given",
		"cancelled, or a question was needed under --no-input",
	};

	if (exit_code >= 0 && (size_t)exit_code < COCO_ARRAY_LEN(meanings))
		return meanings[exit_code];
	return "internal error; please report it";
}

const char *coco_gen_class_title(int class)
{
	static const char *const titles[] = {
		[COCO_CLASS_USAGE] = "Usage",
		[COCO_CLASS_IO] = "Files and streams",
		[COCO_CLASS_FORMAT] = "Formats",
		[COCO_CLASS_CRYPTO] = "Keys and encryption",
		[COCO_CLASS_VERIFY] = "Verification",
		[COCO_CLASS_TRUST] = "Trust",
		[COCO_CLASS_NET] = "Network",
		[COCO_CLASS_REMOTE] = "Answers of a peer",
		[COCO_CLASS_LIMIT] = "Limits",
		[COCO_CLASS_INTERNAL] = "Bugs",
	};

	return class > 0 && (size_t)class < COCO_ARRAY_LEN(titles) ? titles[class] : NULL;
}

/* Text in a table cell or a paragraph. */
static void cell(struct coco_wr *wr, const char *s)
{
	for (; *s != '\0'; s++) {
		if (strchr("|<>*_`\\", *s) != NULL)
			coco_wr_u8(wr, '\\');
		coco_wr_u8(wr, *s == '\n' ? ' ' : (uint8_t)*s);
	}
}

/* Code in a table cell: a bar would end the cell even in backquotes. */
static void code_cell(struct coco_wr *wr, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '|')
			coco_wr_u8(wr, '\\');
		coco_wr_u8(wr, (uint8_t)*s);
	}
}

static void option_row(struct coco_wr *wr, const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	const char *arg = coco_gen_option_arg(cmd, opt);
	char help[1024];

	coco_wr_str(wr, "| `");
	if (opt->letter != 0)
		coco_wr_printf(wr, "-%c`, `", opt->letter);
	coco_wr_printf(wr, "--%s%s", (opt->flags & COCO_OPT_ON) != 0 ? "[no-]" : "", opt->name);
	if (arg != NULL) {
		coco_wr_u8(wr, ' ');
		code_cell(wr, arg);
	}
	coco_wr_str(wr, "` | ");
	cell(wr, coco_gen_option_help(cmd, opt, help, sizeof(help)));
	coco_wr_str(wr, " |\n");
}

static bool is_common(const struct coco_opt *opt)
{
	const struct coco_opt *c;

	for (size_t i = 0; (c = coco_table_common(i)) != NULL; i++)
		if (c == opt)
			return true;
	return false;
}

static void command_section(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;
	char name[COCO_SCHEMA_NAME];
	bool rest = false;
	int code;

	coco_wr_printf(wr, "\n### cococtl %s\n\n%s.\n\n```\n", cmd->path, cmd->summary);
	coco_help_usage(wr, cmd);
	coco_wr_str(wr, "\n```\n\n");
	cell(wr, cmd->text);
	coco_wr_str(wr, "\n\n```sh\n");
	for (size_t i = 0; i < cmd->n_examples; i++)
		coco_wr_printf(wr, "# %s\ncococtl %s\n", cmd->examples[i].sentence,
			       cmd->examples[i].command);
	coco_wr_str(wr, "```\n\n");
	for (size_t i = 0; i < cmd->n_operands; i++) {
		coco_wr_str(wr, i == 0 ? "| operand | meaning |\n|---|---|\n" : "");
		coco_wr_printf(wr, "| `%s%s` | ", cmd->operands[i].name,
			       cmd->operands[i].max > 1 ? "..." : "");
		cell(wr, cmd->operands[i].help);
		coco_wr_printf(wr, " |\n%s", i + 1 == cmd->n_operands ? "\n" : "");
	}
	for (size_t i = 0; (opt = coco_gen_option(cmd, i)) != NULL; i++) {
		if (is_common(opt) && strcmp(opt->name, "output") != 0 &&
		    strcmp(opt->name, "force") != 0)
			continue;
		coco_wr_str(wr, rest ? "" : "| option | meaning |\n|---|---|\n");
		rest = true;
		option_row(wr, cmd, opt);
	}
	coco_wr_str(wr, rest ? "\nCommon options: " : "Common options: ");
	rest = false;
	for (size_t i = 0; (opt = coco_gen_option(cmd, i)) != NULL; i++) {
		if (!is_common(opt) || strcmp(opt->name, "output") == 0 ||
		    strcmp(opt->name, "force") == 0)
			continue;
		coco_wr_printf(wr, "%s`--%s`", rest ? ", " : "", opt->name);
		rest = true;
	}
	coco_wr_str(wr, ".\n\nExit codes: ");
	for (size_t i = 0; (code = coco_help_exits(cmd, i)) >= 0; i++)
		coco_wr_printf(wr, "%s%d %s", i != 0 ? ", " : "", code, coco_exit_name(code));
	coco_wr_printf(wr, ". JSON: [schema](json/%s.v1.schema.json).\n",
		       coco_schema_name(name, cmd->path));
}

static int cli_page(struct coco_gen *gen)
{
	const struct coco_cmd *cmd;
	const struct coco_opt *opt;
	const char *group = NULL;
	struct coco_wr wr;

	coco_wr_init(&wr, MAX_PAGE);
	coco_wr_str(&wr, NOTICE "# Commands\n\nStandard output carries the answer, standard error "
			 "everything else. Text may change; `--json` is a contract (docs/json).\n");
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		if (group == NULL || strcmp(group, cmd->group) != 0)
			coco_wr_printf(&wr, "\n## %s\n", cmd->group);
		group = cmd->group;
		command_section(&wr, cmd);
	}
	coco_wr_str(&wr, "\n## Common options\n\nEach command lists those that it has. A flag has "
			 "the opposite `--no-flag`.\n\n| option | meaning |\n|---|---|\n");
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++)
		if (coco_table_used(opt))
			option_row(&wr, NULL, opt);
	return coco_gen_file(gen, "docs", "cli.md", &wr);
}

static void exit_row(struct coco_wr *wr, int code)
{
	static const char *const classes[] = {
		"", "verify", "usage", "format", "io", "net", "remote", "crypto", "trust",
		"limit", "io", "usage",
	};
	bool known = code >= 0 && (size_t)code < COCO_ARRAY_LEN(classes);
	const char *retry = code == COCO_EXIT_IO ? "maybe" :
			    code == COCO_EXIT_NETWORK ? "yes" :
			    code == COCO_EXIT_INDETERMINATE ? "after supplying it" :
			    code == COCO_EXIT_OK ? "" : "no";

	coco_wr_printf(wr, "| %d | %s | ", code, coco_exit_name(code));
	cell(wr, coco_gen_exit_meaning(code));
	coco_wr_printf(wr, " | %s | %s |\n", known ? classes[code] : "internal", retry);
}

static int exits_page(struct coco_gen *gen)
{
	struct coco_wr wr;

	coco_wr_init(&wr, MAX_PAGE);
	coco_wr_str(&wr, NOTICE "# Exit codes\n\nNumbers and names never change. Warnings do not "
			 "change the code.\n\n| code | name | meaning | error class | retry |\n"
			 "|---|---|---|---|---|\n");
	for (int code = 0; code <= COCO_EXIT_CANCELLED; code++)
		exit_row(&wr, code);
	exit_row(&wr, COCO_EXIT_BUG);
	coco_wr_str(&wr, "\nA run that a signal stops cleans up and then dies of that signal "
			 "(shells show 130 for\nINT, 143 for TERM). A closed reader of standard "
			 "output ends it with SIGPIPE, as other filters.\n");
	return coco_gen_file(gen, "docs", "exit-codes.md", &wr);
}

static int errors_page(struct coco_gen *gen)
{
	const struct coco_err_info *info;
	const char *title;
	struct coco_wr wr;

	coco_wr_init(&wr, MAX_PAGE);
	coco_wr_str(&wr, NOTICE "# Errors\n\nEvery error ends with an identifier in brackets; "
			 "`cococtl explain IDENTIFIER` prints\nwhat is here. Identifiers never "
			 "change their meaning.\n");
	for (int class = 1; (title = coco_gen_class_title(class)) != NULL; class++) {
		bool any = false;

		for (size_t i = 0; (info = coco_err_at(i)) != NULL; i++) {
			if ((int)info->class != class)
				continue;
			if (!any)
				coco_wr_printf(&wr, "\n## %s\n\n| identifier | meaning | likely | "
					       "next | exit |\n|---|---|---|---|---|\n", title);
			any = true;
			coco_wr_printf(&wr, "| `%s` | ", info->id);
			cell(&wr, info->title);
			coco_wr_str(&wr, " | ");
			cell(&wr, info->why);
			coco_wr_str(&wr, " | ");
			cell(&wr, info->next);
			coco_wr_printf(&wr, " | %d |\n", coco_err_exit(info->code));
		}
	}
	return coco_gen_file(gen, "docs", "errors.md", &wr);
}

static int env_page(struct coco_gen *gen)
{
	const struct coco_envvar *env;
	struct coco_wr wr;

	coco_wr_init(&wr, MAX_PAGE);
	coco_wr_str(&wr, NOTICE "# Environment\n\nAn option wins over its variable. There is no "
			 "variable that weakens a check.\n\n| variable | meaning |\n|---|---|\n");
	for (size_t i = 0; (env = coco_table_env(i)) != NULL; i++) {
		coco_wr_printf(&wr, "| `%s` | ", env->name);
		cell(&wr, env->help);
		coco_wr_str(&wr, " |\n");
	}
	return coco_gen_file(gen, "docs", "env.md", &wr);
}

int coco_gen_docs(struct coco_gen *gen)
{
	int r = cli_page(gen);

	if (r == 0)
		r = exits_page(gen);
	if (r == 0)
		r = errors_page(gen);
	return r == 0 ? env_page(gen) : r;
}
