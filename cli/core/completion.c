/*
 * completion.c - completion scripts for three shells (see completion.h). They
 * are static: commands, options, enumerated values, kinds of files.
 */
#include "cli/core/completion.h"

#include <stdio.h>
#include <string.h>

#include "cli/core/help.h"

#define NOTICE "# Generated from the command table by \"make docs\"; do not edit.\n"

/* What completes a value. */
enum source { SRC_NONE, SRC_FILES, SRC_DIRS, SRC_VALUES, SRC_COMMANDS };

static enum source source_of(enum coco_kind kind, const char *const *values)
{
	switch (kind) {
	case COCO_KIND_ENUM:
	case COCO_KIND_SHELL:
		return values != NULL ? SRC_VALUES : SRC_NONE;
	case COCO_KIND_KEYREF:
	case COCO_KIND_INPUT:
	case COCO_KIND_OUTPUT:
		return SRC_FILES;
	case COCO_KIND_DIR:
	case COCO_KIND_PACKAGE:
		return SRC_DIRS;
	case COCO_KIND_COMMAND:
		return SRC_COMMANDS;
	case COCO_KIND_FLAG:
	case COCO_KIND_COUNT:
	case COCO_KIND_STRING:
	case COCO_KIND_SIZE:
	case COCO_KIND_U64:
	case COCO_KIND_U32:
	case COCO_KIND_TIME:
	case COCO_KIND_DIGEST:
		break;
	}
	return SRC_NONE;
}

static enum source opt_source(const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	if (strcmp(opt->name, "output") == 0)
		return source_of(cmd->output.kind, NULL);
	return source_of(opt->kind, opt->values);
}

static const char *opt_help(const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	return strcmp(opt->name, "output") == 0 ? cmd->output.help : opt->help;
}

static bool takes_value(const struct coco_opt *opt)
{
	return opt->kind != COCO_KIND_FLAG && opt->kind != COCO_KIND_COUNT;
}

/* Option i of the command, its own first; NULL past the end. */
static const struct coco_opt *option(const struct coco_cmd *cmd, size_t i)
{
	const struct coco_opt *opt;

	if (i < cmd->n_opts)
		return &cmd->opts[i];
	i -= cmd->n_opts;
	for (size_t k = 0; (opt = coco_table_common(k)) != NULL; k++)
		if (coco_table_applies(cmd, opt) && i-- == 0)
			return opt;
	return NULL;
}

static void words(struct coco_wr *wr, const char *const *values)
{
	for (size_t i = 0; values != NULL && values[i] != NULL; i++)
		coco_wr_printf(wr, "%s%s", i != 0 ? " " : "", values[i]);
}

/* The command itself is the first n words of its path. */
static bool is_whole(const struct coco_cmd *cmd, size_t n)
{
	return cmd->path[coco_table_words(cmd->path, n)] == '\0';
}

/* The last of the first n words of a path. */
static void put_word(struct coco_wr *wr, const struct coco_cmd *cmd, size_t n)
{
	size_t from = n > 1 ? coco_table_words(cmd->path, n - 1) + 1 : 0;

	coco_wr_bytes(wr, cmd->path + from, coco_table_words(cmd->path, n) - from);
}

/* The words that can follow the first n of command i, each once, blanks between. */
static void next_words(struct coco_wr *wr, size_t i, size_t n)
{
	const struct coco_cmd *cmd = coco_table_at(i);
	size_t len = n != 0 ? coco_table_words(cmd->path, n) : 0;
	const struct coco_cmd *next;
	bool first = true;

	for (size_t k = 0; (next = coco_table_at(k)) != NULL; k++) {
		if (n != 0 && (coco_table_words(next->path, n) != len ||
			       strncmp(next->path, cmd->path, len) != 0))
			continue;
		if (coco_table_words(next->path, n + 1) == 0 || !coco_table_starts(k, n + 1))
			continue;
		coco_wr_str(wr, first ? "" : " ");
		put_word(wr, next, n + 1);
		first = false;
	}
}

/* Command i is the first of a group of n words. */
static bool starts_group(size_t i, size_t n)
{
	const struct coco_cmd *cmd = coco_table_at(i);

	return coco_table_words(cmd->path, n) != 0 && !is_whole(cmd, n) &&
	       coco_table_starts(i, n);
}

/* ---- bash --------------------------------------------------------------------- */

static void bash_source(struct coco_wr *wr, enum source src, const char *const *values)
{
	switch (src) {
	case SRC_FILES:
		coco_wr_str(wr, "_cococtl_paths -f");
		break;
	case SRC_DIRS:
		coco_wr_str(wr, "_cococtl_paths -d");
		break;
	case SRC_COMMANDS:
		coco_wr_str(wr, "_cococtl_words \"$(_cococtl_commands \"${w[@]:2}\")\"");
		break;
	case SRC_VALUES:
		coco_wr_str(wr, "_cococtl_words \"");
		words(wr, values);
		coco_wr_str(wr, "\"");
		break;
	case SRC_NONE:
		coco_wr_str(wr, ":");
		break;
	}
}

static void bash_command(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;

	coco_wr_printf(wr, "\t'%s')\n\t\tcase $prev in\n", cmd->path);
	for (size_t i = 0; (opt = option(cmd, i)) != NULL; i++) {
		if (!takes_value(opt))
			continue;
		coco_wr_str(wr, "\t\t");
		if (opt->letter != 0)
			coco_wr_printf(wr, "-%c | ", opt->letter);
		coco_wr_printf(wr, "--%s) ", opt->name);
		bash_source(wr, opt_source(cmd, opt), opt->values);
		coco_wr_str(wr, "; return ;;\n");
	}
	coco_wr_str(wr, "\t\tesac\n\t\tif [[ $cur == -* ]]; then\n\t\t\t_cococtl_words \"");
	for (size_t i = 0; (opt = option(cmd, i)) != NULL; i++)
		coco_wr_printf(wr, "%s--%s%s", i != 0 ? " " : "",
			       (opt->flags & COCO_OPT_ON) != 0 ? "no-" : "", opt->name);
	coco_wr_str(wr, "\"\n\t\telse\n\t\t\t");
	if (cmd->n_operands != 0)
		bash_source(wr, source_of(cmd->operands[0].kind, cmd->operands[0].values),
			    cmd->operands[0].values);
	else
		coco_wr_str(wr, ":");
	coco_wr_str(wr, "\n\t\tfi\n\t\t;;\n");
}

static void bash_script(struct coco_wr *wr)
{
	const struct coco_cmd *cmd;

	coco_wr_str(wr, "# bash completion for cococtl\n" NOTICE "\n"
			"_cococtl_words()\n{\n"
			"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
			"_cococtl_paths()\n{\n\tcompopt -o filenames\n"
			"\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n}\n\n"
			"# What can follow the words of a command so far.\n"
			"_cococtl_commands()\n{\n\tcase $* in\n\t'') echo '");
	next_words(wr, 0, 0);
	coco_wr_str(wr, "' ;;\n");
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		for (size_t n = 1; n < COCO_TABLE_WORDS; n++) {
			if (!starts_group(i, n))
				continue;
			coco_wr_printf(wr, "\t'%.*s') echo '",
				       (int)coco_table_words(cmd->path, n), cmd->path);
			next_words(wr, i, n);
			coco_wr_str(wr, "' ;;\n");
		}
	coco_wr_str(wr, "\tesac\n}\n\n"
			"_cococtl()\n{\n"
			"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
			"\tlocal cmd n\n"
			"\tlocal -a w=(\"${COMP_WORDS[@]:0:COMP_CWORD}\")\n\n"
			"\tCOMPREPLY=()\n"
			"\t# readline splits --option=value at the sign\n"
			"\tif [[ $cur == = ]]; then\n\t\tcur=\n"
			"\telif [[ $prev == = ]]; then\n"
			"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
			"\tif ((COMP_CWORD == 1)); then\n"
			"\t\t_cococtl_words \"$(_cococtl_commands) --help --version\"\n"
			"\t\treturn\n\tfi\n"
			"\tcmd=${w[1]}\n\tn=2\n"
			"\twhile [[ -n $(_cococtl_commands \"$cmd\") ]]; do\n"
			"\t\tif ((COMP_CWORD == n)); then\n"
			"\t\t\t_cococtl_words \"$(_cococtl_commands \"$cmd\")\"\n"
			"\t\t\treturn\n\t\tfi\n\t\tcmd+=\" ${w[n]}\"\n\t\tn=$((n + 1))\n\tdone\n"
			"\tcase $cmd in\n");
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		bash_command(wr, cmd);
	coco_wr_str(wr, "\tesac\n}\n\ncomplete -F _cococtl cococtl\n");
}

/* ---- zsh ---------------------------------------------------------------------- */

/* Text within single quotes where [ ] and : mean something. */
static void zsh_text(struct coco_wr *wr, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			coco_wr_str(wr, "'\\''");
		else if (strchr("[]:\\", *text) != NULL)
			coco_wr_printf(wr, "\\%c", *text);
		else
			coco_wr_u8(wr, (uint8_t)*text);
	}
}

static void zsh_action(struct coco_wr *wr, enum source src, const char *const *values)
{
	switch (src) {
	case SRC_FILES:
		coco_wr_str(wr, "_files");
		break;
	case SRC_DIRS:
		coco_wr_str(wr, "_files -/");
		break;
	case SRC_VALUES:
		coco_wr_u8(wr, '(');
		words(wr, values);
		coco_wr_u8(wr, ')');
		break;
	case SRC_COMMANDS:
		coco_wr_str(wr, "_cococtl_topics");
		break;
	case SRC_NONE:
		coco_wr_u8(wr, ' ');
		break;
	}
}

static void zsh_option(struct coco_wr *wr, const struct coco_cmd *cmd,
		       const struct coco_opt *opt)
{
	bool again = (opt->flags & COCO_OPT_REPEAT) != 0 || opt->kind == COCO_KIND_COUNT;
	const char *no = (opt->flags & COCO_OPT_ON) != 0 ? "no-" : "";

	coco_wr_str(wr, " \\\n\t\t\t'");
	if (again)
		coco_wr_u8(wr, '*');
	else if (opt->letter != 0)
		coco_wr_printf(wr, "(-%c --%s)", opt->letter, opt->name);
	if (opt->letter != 0)
		coco_wr_printf(wr, "'{-%c,--%s%s}'", opt->letter, opt->name,
			       takes_value(opt) ? "=" : "");
	else
		coco_wr_printf(wr, "--%s%s%s", no, opt->name, takes_value(opt) ? "=" : "");
	coco_wr_u8(wr, '[');
	zsh_text(wr, opt_help(cmd, opt));
	coco_wr_u8(wr, ']');
	if (takes_value(opt)) {
		coco_wr_printf(wr, ":%s:", opt->arg);
		zsh_action(wr, opt_source(cmd, opt), opt->values);
	}
	coco_wr_u8(wr, '\'');
}

static void zsh_command(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;

	coco_wr_printf(wr, "\t('%s')\n\t\t_arguments -s -S", cmd->path);
	for (size_t i = 0; (opt = option(cmd, i)) != NULL; i++)
		zsh_option(wr, cmd, opt);
	for (size_t i = 0; i < cmd->n_operands; i++) {
		const struct coco_operand *o = &cmd->operands[i];

		if (o->max > 1)
			coco_wr_printf(wr, " \\\n\t\t\t'*:%s:", o->name);
		else
			coco_wr_printf(wr, " \\\n\t\t\t'%zu:%s:", i + 1, o->name);
		zsh_action(wr, source_of(o->kind, o->values), o->values);
		coco_wr_u8(wr, '\'');
	}
	coco_wr_str(wr, "\n\t\t;;\n");
}

/* 'word:summary' items for _describe: what can follow the first n words of command i. */
static void zsh_describe(struct coco_wr *wr, const char *name, size_t i, size_t n)
{
	const struct coco_cmd *cmd = coco_table_at(i);
	size_t len = n != 0 ? coco_table_words(cmd->path, n) : 0;
	const struct coco_cmd *next;

	coco_wr_printf(wr, "\tlocal -a %s=(\n", name);
	for (size_t k = 0; (next = coco_table_at(k)) != NULL; k++) {
		if (n != 0 && (coco_table_words(next->path, n) != len ||
			       strncmp(next->path, cmd->path, len) != 0))
			continue;
		if (coco_table_words(next->path, n + 1) == 0 || !coco_table_starts(k, n + 1))
			continue;
		coco_wr_str(wr, "\t\t'");
		put_word(wr, next, n + 1);
		coco_wr_u8(wr, ':');
		zsh_text(wr, is_whole(next, n + 1) ? next->summary : next->group);
		coco_wr_str(wr, "'\n");
	}
	coco_wr_str(wr, "\t)\n");
}

static void zsh_group(struct coco_wr *wr, size_t i, size_t n)
{
	const char *path = coco_table_at(i)->path;
	int len = (int)coco_table_words(path, n);
	char name[64];

	snprintf(name, sizeof(name), "%.*s", len, path);
	for (char *c = name; *c != '\0'; c++)
		if (*c == ' ' || *c == '-')
			*c = '_';
	zsh_describe(wr, name, i, n);
	coco_wr_printf(wr, "\tif [[ $cmd == '%.*s' ]]; then\n\t\tif (( CURRENT == 3 )); then\n"
			   "\t\t\t_describe -t commands command %s\n\t\t\treturn\n\t\tfi\n"
			   "\t\tcmd+=\" $words[3]\"\n\t\tshift words\n"
			   "\t\t(( CURRENT-- ))\n\tfi\n", len, path, name);
}

static void zsh_script(struct coco_wr *wr)
{
	const struct coco_cmd *cmd;

	coco_wr_str(wr, "#compdef cococtl\n" NOTICE "\n_cococtl_topics() {\n\t_values command ");
	next_words(wr, 0, 0);
	coco_wr_str(wr, "\n}\n\n_cococtl() {\n\tlocal cmd=\"$words[2]\"\n");
	zsh_describe(wr, "first", 0, 0);
	coco_wr_str(wr, "\tif (( CURRENT == 2 )); then\n\t\t_describe -t commands command first\n"
			"\t\treturn\n\tfi\n");
	for (size_t i = 0; coco_table_at(i) != NULL; i++)
		for (size_t n = 1; n < COCO_TABLE_WORDS; n++)
			if (starts_group(i, n))
				zsh_group(wr, i, n);
	coco_wr_str(wr, "\tshift words\n\t(( CURRENT-- ))\n\tcase \"$cmd\" in\n");
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		zsh_command(wr, cmd);
	coco_wr_str(wr, "\tesac\n}\n\n_cococtl \"$@\"\n");
}

/* ---- fish --------------------------------------------------------------------- */

/* Text within single quotes. */
static void fish_text(struct coco_wr *wr, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			coco_wr_u8(wr, '\\');
		coco_wr_u8(wr, (uint8_t)*text);
	}
}

static void fish_source(struct coco_wr *wr, enum source src, const char *const *values)
{
	switch (src) {
	case SRC_FILES:
		coco_wr_str(wr, " -r -F");
		break;
	case SRC_DIRS:
		coco_wr_str(wr, " -x -a '(__fish_complete_directories)'");
		break;
	case SRC_VALUES:
		coco_wr_str(wr, " -x -a '");
		words(wr, values);
		coco_wr_u8(wr, '\'');
		break;
	case SRC_COMMANDS:
		coco_wr_str(wr, " -x -a '");
		next_words(wr, 0, 0);
		coco_wr_u8(wr, '\'');
		break;
	case SRC_NONE:
		coco_wr_str(wr, " -x");
		break;
	}
}

static void fish_command(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;
	enum source src = SRC_NONE;

	if (cmd->n_operands != 0)
		src = source_of(cmd->operands[0].kind, cmd->operands[0].values);
	if (src == SRC_FILES)
		coco_wr_printf(wr, "complete -c cococtl -n '__cococtl_at %s' -F\n", cmd->path);
	else if (src != SRC_NONE) {
		coco_wr_printf(wr, "complete -c cococtl -n '__cococtl_at %s'", cmd->path);
		fish_source(wr, src, cmd->operands[0].values);
		coco_wr_u8(wr, '\n');
	}
	for (size_t i = 0; (opt = option(cmd, i)) != NULL; i++) {
		coco_wr_printf(wr, "complete -c cococtl -n '__cococtl_at %s'", cmd->path);
		if (opt->letter != 0)
			coco_wr_printf(wr, " -s %c", opt->letter);
		coco_wr_printf(wr, " -l %s%s", (opt->flags & COCO_OPT_ON) != 0 ? "no-" : "",
			       opt->name);
		if (takes_value(opt))
			fish_source(wr, opt_source(cmd, opt), opt->values);
		coco_wr_str(wr, " -d '");
		fish_text(wr, opt_help(cmd, opt));
		coco_wr_str(wr, "'\n");
	}
}

/* Word n of a path, offered where the words before it are there. */
static void fish_word(struct coco_wr *wr, size_t i, size_t n)
{
	const struct coco_cmd *cmd = coco_table_at(i);
	size_t before = n > 1 ? coco_table_words(cmd->path, n - 1) : 0;

	if (coco_table_words(cmd->path, n) == 0 || !coco_table_starts(i, n))
		return;
	coco_wr_str(wr, "complete -c cococtl -n '__cococtl_next");
	if (before != 0)
		coco_wr_printf(wr, " %.*s", (int)before, cmd->path);
	coco_wr_str(wr, "' -a ");
	put_word(wr, cmd, n);
	coco_wr_str(wr, " -d '");
	fish_text(wr, is_whole(cmd, n) ? cmd->summary : cmd->group);
	coco_wr_str(wr, "'\n");
}

static void fish_script(struct coco_wr *wr)
{
	const struct coco_cmd *cmd;

	coco_wr_str(wr, "# fish completion for cococtl\n" NOTICE "\n"
			"# The words after cococtl start with these.\n"
			"function __cococtl_at\n"
			"\tset -l given (commandline -opc)\n"
			"\tset -l n (math 1 + (count $argv))\n"
			"\ttest (count $given) -ge $n\n"
			"\tand test \"$given[2..$n]\" = \"$argv\"\nend\n\n"
			"# Exactly these words are there.\n"
			"function __cococtl_next\n"
			"\tset -l given (commandline -opc)\n"
			"\ttest (count $given) -eq (math 1 + (count $argv))\n"
			"\tand test \"$given[2..-1]\" = \"$argv\"\nend\n\n"
			"complete -c cococtl -f\n");
	for (size_t i = 0; coco_table_at(i) != NULL; i++)
		for (size_t n = 1; n <= COCO_TABLE_WORDS; n++)
			fish_word(wr, i, n);
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		fish_command(wr, cmd);
}

bool coco_completion_write(struct coco_wr *wr, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		bash_script(wr);
	else if (strcmp(shell, "zsh") == 0)
		zsh_script(wr);
	else if (strcmp(shell, "fish") == 0)
		fish_script(wr);
	else
		return false;
	return true;
}
