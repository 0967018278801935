/*
 * sub.c - a command that uses another one (see sub.h).
 */
#include "cli/core/sub.h"

#include "cli/core/opt.h"
#include "cli/core/table.h"
#include "formats/core/mem.h"

int coco_cli_sub(const struct coco_cli *cli, const char *const *words, size_t n,
		 struct coco_report *report, struct coco_diag *diag)
{
	struct coco_given *given = coco_zalloc(1, sizeof(*given));
	const struct coco_cmd *cmd = NULL;
	struct coco_args args = { .n = 0 };
	struct coco_cli inner = *cli;
	coco_cmd_fn *fn = NULL;
	void *opts = NULL;
	size_t first = 0;
	int r = given == NULL ? coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a command")
			      : coco_args_copy(&args, (int)n, (char *const *)(uintptr_t)words,
					       diag);

	if (r == 0)
		r = coco_opt_command(&args, &cmd, &first, diag);
	if (r == 0 && cmd != NULL)
		fn = coco_run_find(cmd->id);
	if (r == 0 && fn == NULL)
		r = coco_fail(diag, COCO_E_INTERNAL, "no such command inside another one");
	if (r == 0) {
		opts = coco_zalloc(1, cmd->opts_size != 0 ? cmd->opts_size : 1);
		if (opts == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the options");
	}
	if (r == 0)
		r = coco_opt_parse(cmd, &args, first + 1, NULL, opts, &inner.common, given, diag);
	if (r == 0) {
		inner.cmd = cmd;
		inner.given = given;
		r = fn(&inner, opts, report, diag);
	}
	if (given != NULL)
		coco_given_free(given);
	coco_free(given);
	coco_free(opts);
	coco_args_free(&args);
	return r;
}
