/*
 * cmd_measure_sev_es.c - cococtl measure sev-es: the launch digest of an SEV-ES guest.
 */
#include "cli/measure/launch_args.h"
#include "cli/measure/run_measure.h"

int coco_cmd_measure_sev_es(struct coco_cli *cli, const void *opts, struct coco_report *report,
			    struct coco_diag *diag)
{
	const struct coco_opts_measure_sev_es *o = opts;
	struct coco_launch_args a = { .req = { .platform = COCO_LAUNCH_SEV_ES } };

	int r = coco_launch_args_boot(&a, &o->boot, diag);
	if (r == 0)
		r = coco_launch_args_vcpus(&a, &o->cpu, diag);
	if (r == 0)
		r = coco_launch_answer(cli, &a, o->cpu.dump_vmsa, &o->boot.answer, report, diag);
	coco_launch_args_free(&a);
	return r;
}
