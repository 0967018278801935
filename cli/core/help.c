/*
 * help.c - help texts (see help.h).
 */
#include "cli/core/help.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err.h"

enum { WIDTH = 79, COLUMN = 30 };

/* Words of text from column `at` on, folded at WIDTH, later lines at indent. */
static void fold(struct coco_wr *wr, const char *text, size_t at, size_t indent)
{
	bool first = true;

	while (*text != '\0') {
		size_t n = strcspn(text, " \n");

		if (!first && at + n + 1 > WIDTH) {
			coco_wr_printf(wr, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		if (!first) {
			coco_wr_u8(wr, ' ');
			at++;
		}
		coco_wr_bytes(wr, text, n);
		at += n;
		first = false;
		text += n;
		if (text[0] == '\n' && text[1] == '\n') {
			coco_wr_printf(wr, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		text += strspn(text, " \n");
	}
	coco_wr_u8(wr, '\n');
}

const char *coco_help_output(const struct coco_cmd *cmd)
{
	return (cmd->flags & COCO_CMD_WRITES_OUTPUT) != 0 ? cmd->output.help : NULL;
}

int coco_help_exits(const struct coco_cmd *cmd, size_t i)
{
	unsigned bits = cmd->exits | COCO_EXIT_BIT(OK) | COCO_EXIT_BIT(USAGE);

	if (coco_table_reads_keys(cmd))
		bits |= COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(NETWORK) | COCO_EXIT_BIT(REFUSED);
	for (int code = 0; code <= COCO_EXIT_CANCELLED; code++)
		if ((bits & (1U << code)) != 0 && i-- == 0)
			return code;
	return i == 0 ? COCO_EXIT_BUG : -1;
}

static const char *output_arg(const struct coco_cmd *cmd)
{
	return cmd->output.kind == COCO_KIND_OUTPUT ? "FILE" : "DIR";
}

/* {--key REF|--new-key FILE} for each group of which one is required. */
static void usage_one_of(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const char *sep = " {";

	for (const char *c = cmd->one_of; c != NULL && *c != '\0';) {
		size_t n = strcspn(c, "| ");

		for (size_t i = 0; i < cmd->n_opts; i++)
			if (strncmp(cmd->opts[i].name, c, n) == 0 && cmd->opts[i].name[n] == '\0')
				coco_wr_printf(wr, "%s--%s %s", sep, cmd->opts[i].name,
					       cmd->opts[i].arg);
		sep = c[n] == '|' ? "|" : " {";
		coco_wr_str(wr, c[n] == '|' ? "" : "}");
		c += n + (c[n] != '\0');
	}
}

void coco_help_usage(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	coco_wr_printf(wr, "cococtl %s", cmd->path);
	for (size_t i = 0; i < cmd->n_opts; i++)
		if ((cmd->opts[i].flags & COCO_OPT_REQUIRED) != 0)
			coco_wr_printf(wr, " --%s %s%s", cmd->opts[i].name, cmd->opts[i].arg,
				       (cmd->opts[i].flags & COCO_OPT_REPEAT) != 0 ? "..." : "");
	usage_one_of(wr, cmd);
	if (cmd->output.required)
		coco_wr_printf(wr, " -o %s", output_arg(cmd));
	coco_wr_str(wr, " [options]");
	for (size_t i = 0; i < cmd->n_operands; i++) {
		const struct coco_operand *o = &cmd->operands[i];

		coco_wr_printf(wr, " %s<%s>%s%s", o->min == 0 ? "[" : "", o->name,
			       o->max > 1 ? "..." : "", o->min == 0 ? "]" : "");
	}
}

/* "  -o, --output FILE   help (default ...)" */
static void help_option(struct coco_wr *wr, const struct coco_cmd *cmd,
			const struct coco_opt *opt)
{
	bool output = strcmp(opt->name, "output") == 0 && cmd != NULL;
	const char *def = output ? cmd->output.def : opt->def;
	const char *arg = output ? output_arg(cmd) : opt->arg;
	char left[80];
	char letter[8] = "    ";
	char right[512];
	char values[200] = "";
	size_t n = 0;

	if (opt->letter != 0)
		snprintf(letter, sizeof(letter), "-%c, ", opt->letter);
	snprintf(left, sizeof(left), "  %s--%s%s%s%s%s", letter,
		 (opt->flags & COCO_OPT_ON) != 0 ? "[no-]" : "", opt->name,
		 arg != NULL ? " " : "", arg != NULL ? arg : "",
		 (opt->flags & COCO_OPT_REPEAT) != 0 ? "..." : "");
	for (size_t i = 0; opt->values != NULL && opt->values[i] != NULL && n < sizeof(values);
	     i++)
		n += (size_t)snprintf(values + n, sizeof(values) - n, "%s%s", i == 0 ? "" : ", ",
				      opt->values[i]);
	snprintf(right, sizeof(right), "%s%s%s%s%s%s%s%s",
		 output ? cmd->output.help : opt->help,
		 values[0] != '\0' || def != NULL ? " (" : "", values,
		 values[0] != '\0' && def != NULL ? "; " : "", def != NULL ? "default: " : "",
		 def != NULL ? def : "", values[0] != '\0' || def != NULL ? ")" : "",
		 (opt->flags & COCO_OPT_REQUIRED) != 0 || (output && cmd->output.required) ?
			 " (required)" : "");
	coco_wr_str(wr, left);
	if (strlen(left) + 2 > COLUMN)
		coco_wr_printf(wr, "\n%*s", COLUMN, "");
	else
		coco_wr_printf(wr, "%*s", (int)(COLUMN - strlen(left)), "");
	fold(wr, right, COLUMN, COLUMN);
}

/* Common options that a command's own list shows in full. */
static bool prominent(const struct coco_opt *opt)
{
	return strcmp(opt->name, "output") == 0 || strcmp(opt->name, "jobs") == 0 ||
	       strcmp(opt->name, "show-names") == 0;
}

static size_t add_name(char *text, size_t cap, size_t n, const struct coco_opt *opt)
{
	char letter[8] = "";

	if (n >= cap)
		return n;
	if (opt->letter != 0)
		snprintf(letter, sizeof(letter), "-%c/", opt->letter);
	return n + (size_t)snprintf(text + n, cap - n, "%s%s--%s", n != 0 ? ", " : "", letter,
				    opt->name);
}

static void list_common(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;
	char text[512] = "";
	size_t n = 0;

	for (size_t i = 0; i < cmd->n_opts; i++)
		if ((cmd->opts[i].flags & COCO_OPT_SHARED) != 0)
			n = add_name(text, sizeof(text), n, &cmd->opts[i]);
	bool shared = n != 0;
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++)
		if (coco_table_applies(cmd, opt) && !prominent(opt))
			n = add_name(text, sizeof(text), n, opt);
	coco_wr_printf(wr, "\ncommon options (see cococtl help%s):\n  ",
		       shared ? " and the manual page" : "");
	fold(wr, text, 2, 2);
}

static void list_exits(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	char text[256] = "";
	size_t n = 0;
	int code;

	for (size_t i = 0; (code = coco_help_exits(cmd, i)) >= 0 && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d %s", i != 0 ? ", " : "",
				      code, coco_exit_name(code));
	coco_wr_str(wr, "\nexit codes:\n  ");
	fold(wr, text, 2, 2);
}

/* A long command goes on in further lines, as a shell would take it. */
static void help_example(struct coco_wr *wr, const struct coco_example *example)
{
	const char *c = example->command;
	size_t at = 10;

	coco_wr_printf(wr, "  # %s\n  cococtl ", example->sentence);
	while (*c != '\0') {
		size_t n = strcspn(c, " ");

		/* an option and its value stay together */
		if (c[0] == '-' && c[n] == ' ' && c[n + 1] != '-')
			n += 1 + strcspn(c + n + 1, " ");
		if (at + n + 2 > WIDTH) {
			coco_wr_str(wr, "\\\n      ");
			at = 6;
		}
		coco_wr_bytes(wr, c, n);
		c += n;
		at += n + 1;
		if (*c == ' ') {
			coco_wr_u8(wr, ' ');
			c++;
		}
	}
	coco_wr_u8(wr, '\n');
}

void coco_help_command(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;
	bool heading = false;

	coco_wr_printf(wr, "%s.\n\nusage: ", cmd->summary);
	struct coco_wr usage;
	coco_wr_init(&usage, 4096);
	coco_help_usage(&usage, cmd);
	coco_wr_u8(&usage, 0);
	fold(wr, usage.code == 0 ? (const char *)usage.p : cmd->path, 7, 11);
	coco_wr_free(&usage);
	coco_wr_str(wr, "\nexamples:\n");
	for (size_t i = 0; i < cmd->n_examples; i++)
		help_example(wr, &cmd->examples[i]);
	coco_wr_u8(wr, '\n');
	fold(wr, cmd->text, 0, 0);
	for (size_t i = 0; i < cmd->n_operands; i++) {
		coco_wr_printf(wr, "%s  <%s>%*s", i == 0 ? "\noperands:\n" : "",
			       cmd->operands[i].name,
			       (int)(COLUMN - 4 - coco_min_size(COLUMN - 5,
								strlen(cmd->operands[i].name))),
			       "");
		fold(wr, cmd->operands[i].help, COLUMN, COLUMN);
	}
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++) {
		if (!coco_table_applies(cmd, opt) || !prominent(opt))
			continue;
		coco_wr_str(wr, heading ? "" : "\noptions:\n");
		heading = true;
		help_option(wr, cmd, opt);
	}
	for (size_t i = 0; i < cmd->n_opts; i++) {
		if ((cmd->opts[i].flags & COCO_OPT_SHARED) != 0)
			continue;
		coco_wr_str(wr, heading ? "" : "\noptions:\n");
		heading = true;
		help_option(wr, cmd, &cmd->opts[i]);
	}
	list_common(wr, cmd);
	list_exits(wr, cmd);
	if (cmd->see != NULL)
		coco_wr_printf(wr, "\nsee also: cococtl help %s\n", cmd->see);
}

/* The commands for which want(cmd, arg) holds, headed by their groups. */
static void list_commands(struct coco_wr *wr, const char *first)
{
	const struct coco_cmd *cmd;
	const char *group = NULL;
	size_t n = first != NULL ? strlen(first) : 0;

	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		if (first != NULL && (strncmp(cmd->path, first, n) != 0 || cmd->path[n] != ' '))
			continue;
		if (group == NULL || strcmp(group, cmd->group) != 0)
			coco_wr_printf(wr, "%s%s:\n", group != NULL ? "\n" : "", cmd->group);
		group = cmd->group;
		/* a long name has the line for itself */
		if (strlen(cmd->path) > 16)
			coco_wr_printf(wr, "  %s\n  %16s %s\n", cmd->path, "", cmd->summary);
		else
			coco_wr_printf(wr, "  %-16s %s\n", cmd->path, cmd->summary);
	}
}

void coco_help_short(struct coco_wr *wr)
{
	coco_wr_str(wr, "cococtl packs AI models into encrypted, signed OCI packages.\n\n"
			"usage: cococtl <command> [options] [operands]\n\n");
	list_commands(wr, NULL);
	coco_wr_str(wr, "\ncococtl help COMMAND says how to use one of them; "
			"cococtl explain CODE explains\nan error.\n");
}

void coco_help_overview(struct coco_wr *wr)
{
	const struct coco_opt *opt;

	coco_help_short(wr);
	coco_wr_str(wr, "\nCommon options (each command lists those that it has):\n");
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++)
		if (coco_table_used(opt))
			help_option(wr, NULL, opt);
	coco_wr_str(wr, "\nEnvironment: see cococtl(1) or docs/env.md. Text output may change; "
			"--json is a\ncontract (cococtl schema COMMAND).\n");
}

void coco_help_group(struct coco_wr *wr, const char *words)
{
	coco_wr_printf(wr, "usage: cococtl %s <command> [options] [operands]\n\n", words);
	list_commands(wr, words);
	coco_wr_printf(wr, "\ncococtl help %s COMMAND says how to use one of them.\n", words);
}

void coco_help_path(char *ret, size_t cap, const struct coco_strlist *words)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < words->n && at < cap; i++) {
		int n = snprintf(ret + at, cap - at, "%s%.40s", i != 0 ? " " : "", words->v[i]);

		at += n > 0 ? (size_t)n : 0;
	}
}

bool coco_help_topic(struct coco_wr *wr, const struct coco_strlist *words)
{
	char path[128];
	const struct coco_cmd *cmd;

	if (words->n == 0) {
		coco_help_overview(wr);
		return true;
	}
	coco_help_path(path, sizeof(path), words);
	cmd = coco_table_find(path);
	if (cmd != NULL)
		coco_help_command(wr, cmd);
	else if (coco_table_has_group(path))
		coco_help_group(wr, path);
	else
		return false;
	return true;
}
