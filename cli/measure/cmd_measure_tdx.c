/*
 * cmd_measure_tdx.c - cococtl measure tdx: MRTD and RTMRs of an Intel TDX guest.
 */
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "cli/measure/tdx_args.h"
#include "formats/core/mem.h"

int coco_cmd_measure_tdx(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_measure_tdx *o = opts;
	struct coco_tdx_args *a = coco_zalloc(1, sizeof(*a));
	struct coco_mrecord rec;

	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a measurement");
	int r = coco_tdx_args(cli, o, a, diag);
	if (r == 0)
		r = coco_tdx_measure(&cli->run, &a->req, &rec, diag);
	if (r == 0) {
		r = coco_record_answer(cli, &rec, &o->answer, report, diag);
		coco_mrecord_free(&rec);
	}
	coco_tdx_args_free(a);
	coco_free(a);
	return r;
}
