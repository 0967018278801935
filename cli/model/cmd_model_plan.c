/*
 * cmd_model_plan.c - cococtl model plan: one layout for several machines.
 */
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

int coco_cmd_model_plan(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_model_plan *o = opts;
	const struct coco_tree_opts tree = coco_arg_tree(&o->ignore, o->ignore_git_paths, false);
	struct coco_plan_info info = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_tree_outside(o->dir, cli->common.output, "-o", diag);

	if (r == 0)
		r = coco_pack_plan(&cli->run, o->dir, &tree, o->segment_size, &text, &n, &info,
				   diag);

	if (r == 0 && cli->common.dry_run)
		r = coco_out_check(cli->common.output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0)
		r = coco_write_file(cli->common.output, text, n,
				    coco_cli_out_flags(cli, COCO_OUT_SECRET), diag);
	if (r == 0) {
		coco_report_count(report, "files", "files", info.files);
		coco_report_size(report, "bytes", "model", info.bytes);
		coco_report_count(report, "segments", "segments", info.segments);
		coco_report_size(report, "segment_size", "segment size", info.segment_size);
		coco_report_string(report, NULL, coco_arg_written(cli), cli->common.output);
	}
	coco_free(text);
	return r;
}
