/*
 * cmd_broker_plan.c - cococtl broker plan: what apply would do.
 */
#include "cli/broker/apply_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"

static int judge(const struct coco_plan *plan, bool prune, struct coco_report *report,
		 struct coco_diag *diag)
{
	size_t n = coco_plan_pending(plan, prune);
	const struct coco_check check = {
		.id = "broker.declared",
		.status = n == 0 ? COCO_STATUS_PASS : COCO_STATUS_FAIL,
		.title = n == 0 ? "the broker holds what is declared" :
				  "the broker does not hold what is declared",
	};

	coco_report_check(report, &check);
	if (plan->count[COCO_PLAN_HELD] != 0)
		return coco_fail(diag, COCO_E_BROKER_DISABLED, "keys are disabled at this broker");
	if (n != 0)
		return coco_fail(diag, COCO_E_BROKER_DRIFT, "%zu of %zu items differ", n, plan->n);
	return 0;
}

int coco_cmd_broker_plan(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_broker_plan *o = opts;
	struct coco_plan plan = { .n = 0 };
	struct coco_arg_apply a;

	int r = coco_arg_apply_open(cli, &o->broker, &o->ledger, true, 0, &a, report, diag);
	if (r == 0)
		r = coco_arg_apply_probe(cli, &a, diag);
	if (r == 0)
		r = coco_arg_apply_gather(cli, &a, report, diag);
	if (r == 0) {
		struct coco_plan_source src = coco_arg_apply_source(cli, &a);

		src.prune = o->prune;
		r = coco_plan_make(&plan, &src, &cli->run, diag);
	}
	if (r == 0) {
		coco_plan_report(report, &a, &plan, o->all);
		r = coco_outcomes_worst(&a.findings) == COCO_OUTCOME_FAIL ?
		    coco_fail(diag, COCO_E_REFVAL_EXPIRED,
			      "the declaration has reference values that do not hold now") :
		    judge(&plan, o->prune, report, diag);
	}
	coco_plan_free(&plan);
	coco_arg_apply_close(&a);
	return r;
}
