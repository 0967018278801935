/*
 * cmd_measure_snp.c - cococtl measure snp: the launch digest of an SEV-SNP guest.
 */
#include "cli/measure/launch_args.h"
#include "cli/measure/run_measure.h"

int coco_cmd_measure_snp(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_measure_snp *o = opts;
	struct coco_launch_args a = { .req = { .platform = COCO_LAUNCH_SNP, .features = 1 } };

	int r = coco_launch_args_boot(&a, &o->boot, diag);
	if (r == 0)
		r = coco_launch_args_vcpus(&a, &o->cpu, diag);
	if (r == 0 && o->features != NULL)
		r = coco_launch_args_number("guest-features", o->features, UINT64_MAX,
					    &a.req.features, diag);
	if (r == 0)
		r = coco_launch_args_digest(&a, o->firmware_digest, diag);
	a.req.svsm = o->svsm;
	a.req.vars_size = o->vars_size;
	if (r == 0)
		r = coco_launch_answer(cli, &a, o->cpu.dump_vmsa, &o->boot.answer, report, diag);
	coco_launch_args_free(&a);
	return r;
}
