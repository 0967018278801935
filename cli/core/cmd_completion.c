/*
 * cmd_completion.c - cococtl completion SHELL.
 */
#include "cli/core/completion.h"
#include "cli/core/opts_core.h"
#include "cli/core/run_core.h"

int coco_cmd_completion(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_completion *o = opts;
	struct coco_wr wr;
	int r;

	(void)cli;
	coco_wr_init(&wr, 1 << 20);
	if (!coco_completion_write(&wr, o->shell))
		r = coco_fail(diag, COCO_E_USAGE_TOPIC, "no completion for \"%s\"", o->shell);
	else if (wr.code != 0)
		r = coco_fail(diag, wr.code, "cannot build the script");
	else
		r = 0;
	if (r == 0)
		coco_report_text(report, "script", (const char *)wr.p, wr.n);
	coco_wr_free(&wr);
	return r;
}
