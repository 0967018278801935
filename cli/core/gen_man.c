/*
 * gen_man.c - manual pages in mdoc(7), one per command, one for the program,
 * one for the error identifiers. docs/man/parts/<page>.mdoc, when it is
 * there, is included after the description.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/core/gen.h"
#include "cli/core/help.h"
#include "cli/core/schema.h"
#include "cli/core/version.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { MAX_PAGE = 1 << 20 };

/* Text on lines of its own; a line must not start with a control character. */
static void text(struct coco_wr *wr, const char *s)
{
	bool start = true;

	for (; *s != '\0'; s++) {
		if (s[0] == '\n' && s[1] == '\n') {
			coco_wr_str(wr, start ? ".Pp\n" : "\n.Pp\n");
			start = true;
			s++;
			continue;
		}
		if (start && (*s == '.' || *s == '\''))
			coco_wr_str(wr, "\\&");
		/* one sentence a line, as mdoc wants it */
		if (*s == ' ' && !start && s[-1] == '.' && s[1] != '\0') {
			coco_wr_u8(wr, '\n');
			start = true;
			continue;
		}
		if (*s == '\\')
			coco_wr_str(wr, "\\e");
		else
			coco_wr_u8(wr, (uint8_t)*s);
		start = false;
	}
	coco_wr_u8(wr, '\n');
}

/* Words on a macro line; quotes keep blanks and punctuation together. */
static void quoted(struct coco_wr *wr, const char *s)
{
	coco_wr_u8(wr, '"');
	for (; *s != '\0'; s++) {
		if (*s == '\\')
			coco_wr_str(wr, "\\e");
		else if (*s == '"')
			coco_wr_str(wr, "\"\"");
		else
			coco_wr_u8(wr, (uint8_t)*s);
	}
	coco_wr_u8(wr, '"');
}

/* A line of a literal display: minus signs that can be copied. */
static void literal(struct coco_wr *wr, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '-')
			coco_wr_str(wr, "\\-");
		else if (*s == '\\')
			coco_wr_str(wr, "\\e");
		else
			coco_wr_u8(wr, (uint8_t)*s);
	}
}

static void head(struct coco_wr *wr, const char *page, const char *section, const char *summary)
{
	coco_wr_init(wr, MAX_PAGE);
	coco_wr_printf(wr, ".\\\" %s\n.Dd %s\n.Dt ", COCO_GEN_NOTICE, COCO_RELEASE_DATE);
	for (const char *c = page; *c != '\0'; c++)
		coco_wr_u8(wr, (uint8_t)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
	coco_wr_printf(wr, " %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", section, page);
	/* lower case after the dash */
	coco_wr_u8(wr, (uint8_t)(summary[0] >= 'A' && summary[0] <= 'Z' ?
					 summary[0] - 'A' + 'a' : summary[0]));
	coco_wr_printf(wr, "%s\n", summary + 1);
}

/* docs/man/parts/<page>.mdoc as it is, when there is one. */
static int part(struct coco_gen *gen, struct coco_wr *wr, const char *page)
{
	char path[2048];
	uint8_t *p = NULL;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/docs/man/parts/%s.mdoc", gen->src, page);
	if (access(path, F_OK) != 0)
		return 0;
	int r = coco_read_file(path, MAX_PAGE, &p, &n, &gen->diag);
	if (r != 0)
		return r;
	coco_wr_bytes(wr, p, n);
	coco_free(p);
	return 0;
}

static void option(struct coco_wr *wr, const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	const char *arg = coco_gen_option_arg(cmd, opt);
	const char *no = (opt->flags & COCO_OPT_ON) != 0 ? "no-" : "";
	char help[1024];

	coco_wr_str(wr, ".It ");
	if (opt->letter != 0)
		coco_wr_printf(wr, "Fl %c , ", opt->letter);
	coco_wr_printf(wr, "Fl -%s%s", no, opt->name);
	if (arg != NULL) {
		coco_wr_str(wr, " Ar ");
		quoted(wr, arg);
	}
	coco_wr_u8(wr, '\n');
	if (no[0] != '\0')
		coco_wr_str(wr, "switches off: ");
	text(wr, coco_gen_option_help(cmd, opt, help, sizeof(help)));
}

static void synopsis(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	coco_wr_str(wr, ".Sh SYNOPSIS\n.Nm \"cococtl ");
	coco_wr_printf(wr, "%s\"\n", cmd->path);
	for (size_t i = 0; i < cmd->n_opts; i++) {
		const struct coco_opt *opt = &cmd->opts[i];

		if ((opt->flags & COCO_OPT_REQUIRED) == 0)
			continue;
		coco_wr_printf(wr, ".Fl -%s Ar ", opt->name);
		quoted(wr, opt->arg);
		coco_wr_str(wr, (opt->flags & COCO_OPT_REPEAT) != 0 ? " ...\n" : "\n");
	}
	if (cmd->output.required)
		coco_wr_printf(wr, ".Fl o Ar %s\n",
			       cmd->output.kind == COCO_KIND_OUTPUT ? "FILE" : "DIR");
	coco_wr_str(wr, ".Op Ar options\n");
	for (size_t i = 0; i < cmd->n_operands; i++) {
		const struct coco_operand *o = &cmd->operands[i];

		coco_wr_printf(wr, "%s %s%s\n", o->min == 0 ? ".Op Ar" : ".Ar", o->name,
			       o->max > 1 ? " ..." : "");
	}
}

static void options(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_opt *opt;

	coco_wr_str(wr, ".Sh OPTIONS\n");
	for (size_t i = 0; i < cmd->n_operands; i++) {
		coco_wr_str(wr, i == 0 ? "The operands:\n.Bl -tag -width Ds\n" : "");
		coco_wr_printf(wr, ".It Ar %s\n", cmd->operands[i].name);
		text(wr, cmd->operands[i].help);
		coco_wr_str(wr, i + 1 == cmd->n_operands ? ".El\n.Pp\n" : "");
	}
	coco_wr_str(wr, "The options:\n.Bl -tag -width Ds\n");
	for (size_t i = 0; (opt = coco_gen_option(cmd, i)) != NULL; i++)
		option(wr, cmd, opt);
	coco_wr_str(wr, ".El\n");
}

static void environment(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	coco_wr_str(wr, ".Sh ENVIRONMENT\n");
	for (size_t i = 0; cmd->env != NULL && cmd->env[i] != NULL; i++) {
		const struct coco_envvar *env;

		for (size_t k = 0; (env = coco_table_env(k)) != NULL; k++) {
			if (strcmp(env->name, cmd->env[i]) != 0)
				continue;
			coco_wr_printf(wr, "%s.It Ev %s\n", i == 0 ? ".Bl -tag -width Ds\n" : "",
				       env->name);
			text(wr, env->help);
		}
		if (cmd->env[i + 1] == NULL)
			coco_wr_str(wr, ".El\n.Pp\n");
	}
	coco_wr_str(wr, "Variables that all commands read are listed in\n.Xr cococtl 1 .\n");
}

static void exit_item(struct coco_wr *wr, int code)
{
	coco_wr_printf(wr, ".It %d\n", code);
	text(wr, coco_gen_exit_meaning(code));
}

static void exits(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	int code;

	coco_wr_str(wr, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; (code = coco_help_exits(cmd, i)) >= 0; i++)
		exit_item(wr, code);
	coco_wr_str(wr, ".El\n.Pp\nA run that a signal stops cleans up and dies of that signal.\n");
}

static void examples(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	coco_wr_str(wr, ".Sh EXAMPLES\n");
	for (size_t i = 0; i < cmd->n_examples; i++) {
		char sentence[200];

		snprintf(sentence, sizeof(sentence), "%s:", cmd->examples[i].sentence);
		if (sentence[0] >= 'a' && sentence[0] <= 'z')
			sentence[0] = (char)(sentence[0] - 'a' + 'A');
		coco_wr_str(wr, i != 0 ? ".Pp\n" : "");
		text(wr, sentence);
		coco_wr_str(wr, ".Bd -literal -offset indent -compact\ncococtl ");
		literal(wr, cmd->examples[i].command);
		coco_wr_str(wr, "\n.Ed\n");
	}
}

/* Related pages in alphabetical order, cococtl 1 first. */
static void see_also(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	const struct coco_cmd *other;
	char name[COCO_SCHEMA_NAME];
	const char *last = "";

	coco_wr_str(wr, ".Sh SEE ALSO\n.Xr cococtl 1 ,\n");
	for (;;) {
		const struct coco_cmd *next = NULL;

		for (size_t i = 0; (other = coco_table_at(i)) != NULL; i++) {
			const char *at = cmd->see != NULL ? strstr(cmd->see, other->path) : NULL;
			size_t n = strlen(other->path);

			if (at == NULL || (at[n] != ',' && at[n] != '\0') ||
			    (at != cmd->see && at[-2] != ',') ||
			    strcmp(other->path, last) <= 0)
				continue;
			if (next == NULL || strcmp(other->path, next->path) < 0)
				next = other;
		}
		if (next == NULL)
			break;
		last = next->path;
		coco_wr_printf(wr, ".Xr cococtl-%s 1 ,\n", coco_schema_name(name, next->path));
	}
	coco_wr_str(wr, ".Xr cococtl-errors 7\n");
}

static int command_page(struct coco_gen *gen, const struct coco_cmd *cmd)
{
	struct coco_wr wr;
	char dashed[COCO_SCHEMA_NAME];
	char page[COCO_SCHEMA_NAME + 16];
	char file[COCO_SCHEMA_NAME + 20];

	snprintf(page, sizeof(page), "cococtl-%s", coco_schema_name(dashed, cmd->path));
	snprintf(file, sizeof(file), "%s.1", page);
	head(&wr, page, "1", cmd->summary);
	synopsis(&wr, cmd);
	coco_wr_str(&wr, ".Sh DESCRIPTION\n");
	text(&wr, cmd->text);
	int r = part(gen, &wr, page);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	options(&wr, cmd);
	environment(&wr, cmd);
	exits(&wr, cmd);
	examples(&wr, cmd);
	see_also(&wr, cmd);
	return coco_gen_file(gen, "docs/man", file, &wr);
}

static void list_commands(struct coco_wr *wr)
{
	const struct coco_cmd *cmd;
	const char *group = NULL;
	char name[COCO_SCHEMA_NAME];

	coco_wr_str(wr, ".Sh COMMANDS\n");
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		if (group == NULL || strcmp(group, cmd->group) != 0)
			coco_wr_printf(wr, "%s.Ss %s\n.Bl -tag -width Ds\n",
				       group != NULL ? ".El\n" : "", cmd->group);
		group = cmd->group;
		coco_wr_printf(wr, ".It Xr cococtl-%s 1\n", coco_schema_name(name, cmd->path));
		text(wr, cmd->summary);
	}
	coco_wr_str(wr, ".El\n");
}

static int main_page(struct coco_gen *gen)
{
	const struct coco_opt *opt;
	const struct coco_envvar *env;
	struct coco_wr wr;

	head(&wr, "cococtl", "1", "pack AI models for confidential computing");
	coco_wr_str(&wr, ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Op Ar operands\n"
			 ".Nm\n.Fl -help\n.Nm\n.Fl -version\n.Sh DESCRIPTION\n.Nm\n"
			 "packs AI models into encrypted, signed OCI packages, and verifies and "
			 "opens them.\nStandard output carries the answer and nothing else; "
			 "errors, "
			 "warnings and progress go to standard error.\n"
			 "Text output is for people and may change;\n.Fl -json\nis a contract, "
			 "see\n.Xr cococtl-schema 1 .\n.Pp\nAn output that exists is not replaced "
			 "without\n.Fl -force .\nOutputs appear whole or not at all.\n");
	int r = part(gen, &wr, "cococtl");
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	list_commands(&wr);
	coco_wr_str(&wr, ".Sh COMMON OPTIONS\nEach command lists those that it has.\n"
			 "A flag has the opposite\n.Fl -no- Ns Ar flag .\n"
			 "Options may follow operands;\n.Fl -\nends them.\n"
			 ".Bl -tag -width Ds\n");
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++)
		if (coco_table_used(opt))
			option(&wr, NULL, opt);
	coco_wr_str(&wr, ".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
	for (size_t i = 0; (env = coco_table_env(i)) != NULL; i++) {
		coco_wr_printf(&wr, ".It Ev %s\n", env->name);
		text(&wr, env->help);
	}
	coco_wr_str(&wr, ".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (int code = 0; code <= COCO_EXIT_CANCELLED; code++)
		exit_item(&wr, code);
	exit_item(&wr, COCO_EXIT_BUG);
	coco_wr_str(&wr, ".El\n.Pp\nA run that a signal stops cleans up and dies of that signal.\n"
			 ".Sh SEE ALSO\n.Xr cococtl-help 1 ,\n.Xr cococtl-errors 7\n");
	return coco_gen_file(gen, "docs/man", "cococtl.1", &wr);
}

static int errors_page(struct coco_gen *gen)
{
	const struct coco_err_info *info;
	const char *title;
	struct coco_wr wr;

	head(&wr, "cococtl-errors", "7", "error identifiers of cococtl");
	coco_wr_str(&wr, ".Sh DESCRIPTION\nEvery error of\n.Xr cococtl 1\nends with an identifier "
			 "in brackets.\nIdentifiers never change their meaning;\n"
			 ".Xr cococtl-explain 1\nprints the same text.\n");
	for (int class = 1; (title = coco_gen_class_title(class)) != NULL; class++) {
		bool any = false;

		for (size_t i = 0; (info = coco_err_at(i)) != NULL; i++) {
			if ((int)info->class != class)
				continue;
			if (!any)
				coco_wr_printf(&wr, ".Ss %s\n.Bl -tag -width Ds\n", title);
			any = true;
			coco_wr_printf(&wr, ".It Sy %s\n", info->id);
			text(&wr, info->title);
			coco_wr_str(&wr, ".Pp\nLikely: ");
			text(&wr, info->why);
			coco_wr_str(&wr, ".br\nNext: ");
			text(&wr, info->next);
			coco_wr_printf(&wr, ".br\nExit status %d.\n", coco_err_exit(info->code));
		}
		coco_wr_str(&wr, any ? ".El\n" : "");
	}
	coco_wr_str(&wr, ".Sh SEE ALSO\n.Xr cococtl 1 ,\n.Xr cococtl-explain 1\n");
	return coco_gen_file(gen, "docs/man", "cococtl-errors.7", &wr);
}

int coco_gen_man(struct coco_gen *gen)
{
	const struct coco_cmd *cmd;
	int r = main_page(gen);

	for (size_t i = 0; r == 0 && (cmd = coco_table_at(i)) != NULL; i++)
		r = command_page(gen, cmd);
	return r == 0 ? errors_page(gen) : r;
}
