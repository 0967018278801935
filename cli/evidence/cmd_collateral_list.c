/*
 * cmd_collateral_list.c - cococtl collateral list: what a bundle holds.
 */
#include "cli/evidence/collateral_report.h"
#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/run_evidence.h"

int coco_cmd_collateral_list(struct coco_cli *cli, const void *opts, struct coco_report *report,
			     struct coco_diag *diag)
{
	const struct coco_opts_collateral_list *o = opts;
	struct coco_collateral c;

	coco_collateral_init(&c);
	int r = coco_bundle_load(&c, o->bundle, diag);
	if (r == 0)
		coco_collateral_report(report, &c, cli->run.now);
	coco_collateral_free(&c);
	return r;
}
