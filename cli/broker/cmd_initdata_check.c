/*
 * cmd_initdata_check.c - cococtl initdata check: whether a guest could live
 * with a document.
 */
#include "cli/broker/finding_report.h"
#include "cli/broker/initdata_args.h"
#include "cli/broker/opts_broker.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "lib/broker/initdata_check.h"

int coco_cmd_initdata_check(struct coco_cli *cli, const void *opts, struct coco_report *report,
			    struct coco_diag *diag)
{
	const struct coco_opts_initdata_check *o = opts;
	struct coco_outcomes list = { .n = 0 };
	struct coco_initdata_input in;

	int r = coco_initdata_read(&in, o->file, diag);
	if (r == 0)
		r = coco_initdata_check(&in.doc, coco_view_of(in.toml, in.n), cli->run.now, &list,
					diag);
	if (r == 0) {
		coco_outcomes_report(report, &list);
		r = coco_initdata_report(report, coco_view_of(in.toml, in.n), in.doc.alg, false,
					 diag);
	}
	if (r == 0 && coco_outcomes_worst(&list) == COCO_OUTCOME_FAIL)
		r = coco_fail(diag, COCO_E_INITDATA_UNFIT,
			      "a guest cannot work with this document");
	coco_outcomes_free(&list);
	coco_initdata_input_free(&in);
	return r;
}
