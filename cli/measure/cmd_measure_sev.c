/*
 * cmd_measure_sev.c - cococtl measure sev: the launch digest of an SEV guest.
 */
#include "cli/measure/launch_args.h"
#include "cli/measure/run_measure.h"

int coco_cmd_measure_sev(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_measure_sev *o = opts;
	struct coco_launch_args a = { .req = { .platform = COCO_LAUNCH_SEV } };

	int r = coco_launch_args_boot(&a, &o->boot, diag);
	if (r == 0)
		r = coco_launch_answer(cli, &a, NULL, &o->boot.answer, report, diag);
	coco_launch_args_free(&a);
	return r;
}
