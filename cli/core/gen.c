/*
 * gen.c - writes everything that is generated from the command table and the
 * error lists: manual pages, completions, reference pages, JSON schemas.
 *
 *	gen all DIR [SRC]
 *
 * writes below DIR; prose parts of manual pages come from SRC (or DIR).
 */
#include "cli/core/gen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/core/completion.h"
#include "cli/core/out.h"
#include "cli/core/schema.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

int coco_gen_file(struct coco_gen *gen, const char *folder, const char *name,
		  struct coco_wr *wr)
{
	char path[2048];
	int r = wr->code;

	snprintf(path, sizeof(path), "%s/%s/%s", gen->dir, folder, name);
	if (r != 0)
		coco_fail(&gen->diag, r, "cannot build %s", name);
	else
		r = coco_write_file(path, wr->p, wr->n, COCO_OUT_FORCE, &gen->diag);
	coco_wr_free(wr);
	gen->written += r == 0;
	return r;
}

static int make_folder(struct coco_gen *gen, const char *folder)
{
	char path[2048];

	snprintf(path, sizeof(path), "%s/%s", gen->dir, folder);
	for (char *c = path + strlen(gen->dir) + 1;; c++) {
		char was = *c;

		if (was != '/' && was != '\0')
			continue;
		*c = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return coco_fail_errno(&gen->diag, COCO_E_IO_WRITE, errno,
					       "make the directory", path);
		*c = was;
		if (was == '\0')
			return 0;
	}
}

static int gen_completions(struct coco_gen *gen)
{
	static const struct {
		const char *shell;
		const char *name;
	} files[] = { { "bash", "cococtl.bash" }, { "zsh", "_cococtl" },
		      { "fish", "cococtl.fish" } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(files); i++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 1 << 20);
		if (!coco_completion_write(&wr, files[i].shell))
			wr.code = COCO_E_INTERNAL;
		int r = coco_gen_file(gen, "completions", files[i].name, &wr);
		if (r != 0)
			return r;
	}
	return 0;
}

static int gen_schemas(struct coco_gen *gen)
{
	const struct coco_cmd *cmd;

	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		struct coco_wr wr;
		char dashed[COCO_SCHEMA_NAME];
		char name[COCO_SCHEMA_NAME + 16];

		coco_wr_init(&wr, 1 << 20);
		coco_schema_write(&wr, cmd);
		snprintf(name, sizeof(name), "%s.v1.schema.json",
			 coco_schema_name(dashed, cmd->path));
		int r = coco_gen_file(gen, "docs/json", name, &wr);
		if (r != 0)
			return r;
	}
	return 0;
}

static int gen_all(struct coco_gen *gen)
{
	static const char *const folders[] = { "completions", "docs/man", "docs/json" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(folders); i++)
		r = make_folder(gen, folders[i]);
	if (r == 0)
		r = gen_completions(gen);
	if (r == 0)
		r = gen_schemas(gen);
	if (r == 0)
		r = coco_gen_man(gen);
	if (r == 0)
		r = coco_gen_docs(gen);
	return r;
}

static bool applies_first(const struct coco_opt *opt)
{
	return strcmp(opt->name, "output") == 0 || strcmp(opt->name, "force") == 0;
}

const struct coco_opt *coco_gen_option(const struct coco_cmd *cmd, size_t i)
{
	const struct coco_opt *opt;

	for (size_t k = 0; (opt = coco_table_common(k)) != NULL; k++)
		if (coco_table_applies(cmd, opt) && applies_first(opt) && i-- == 0)
			return opt;
	if (i < cmd->n_opts)
		return &cmd->opts[i];
	i -= cmd->n_opts;
	for (size_t k = 0; (opt = coco_table_common(k)) != NULL; k++)
		if (coco_table_applies(cmd, opt) && !applies_first(opt) && i-- == 0)
			return opt;
	return NULL;
}

const char *coco_gen_option_arg(const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	if (cmd != NULL && strcmp(opt->name, "output") == 0)
		return cmd->output.kind == COCO_KIND_OUTPUT ? "FILE" : "DIR";
	return opt->arg;
}

const char *coco_gen_option_help(const struct coco_cmd *cmd, const struct coco_opt *opt,
				 char *ret, size_t cap)
{
	bool output = cmd != NULL && strcmp(opt->name, "output") == 0;
	const char *def = output ? cmd->output.def : opt->def;
	bool required = (opt->flags & COCO_OPT_REQUIRED) != 0 || (output && cmd->output.required);
	struct coco_wr wr;

	coco_wr_init(&wr, cap);
	coco_wr_str(&wr, output ? cmd->output.help : opt->help);
	for (size_t i = 0; opt->values != NULL && opt->values[i] != NULL; i++)
		coco_wr_printf(&wr, "%s%s", i == 0 ? "; one of " : ", ", opt->values[i]);
	if (def != NULL)
		coco_wr_printf(&wr, "; default: %s", def);
	if (opt->env != NULL)
		coco_wr_printf(&wr, "; also %s", opt->env);
	coco_wr_str(&wr, required ? "; required" : "");
	coco_wr_str(&wr, (opt->flags & COCO_OPT_REPEAT) != 0 ? "; may be repeated" : "");
	snprintf(ret, cap, "%.*s", (int)wr.n, wr.code == 0 ? (const char *)wr.p : "");
	coco_wr_free(&wr);
	return ret;
}

int main(int argc, char **argv)
{
	static struct coco_gen gen;

	if (argc < 3 || argc > 4 || strcmp(argv[1], "all") != 0) {
		fputs("usage: gen all DIR [SRC]\n", stderr);
		return COCO_EXIT_USAGE;
	}
	gen.dir = argv[2];
	gen.src = argc == 4 ? argv[3] : argv[2];
	if (gen_all(&gen) != 0) {
		fprintf(stderr, "gen: %s: %s\n", gen.diag.source, gen.diag.message);
		return coco_err_exit(gen.diag.code);
	}
	return COCO_EXIT_OK;
}
