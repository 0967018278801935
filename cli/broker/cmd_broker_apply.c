/*
 * cmd_broker_apply.c - cococtl broker apply: the broker gets what is declared;
 * keys disabled in an emergency, and enabled again.
 */
#include <string.h>

#include "cli/broker/apply_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "lib/broker/broker_apply.h"
#include "lib/broker/broker_disable.h"

/* ---- emergencies ---------------------------------------------------------------- */

static int emergency(struct coco_cli *cli, const struct coco_opts_broker_apply *o,
		     struct coco_arg_apply *a, struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_disable_source src = {
		.declared = &a->declared, .ledger = a->ledger, .backend = a->broker.backend,
		.info = &a->info, .broker = a->identity, .reason = o->reason,
	};
	bool known = true;
	int r;

	if (cli->common.dry_run) {
		coco_report_string(report, "would", "would", o->restore ?
				   "restore the resource policy of before" :
				   "put a resource policy that denies");
		return 0;
	}
	r = o->restore ? coco_restore(&src, &cli->run, diag) :
	    coco_disable(&src, o->disable, &cli->run, &known, diag);
	if (r != 0)
		return r;
	if (o->restore) {
		coco_report_bool(report, "restored", "keys are released again", true);
	} else {
		coco_report_string(report, "disabled", "disabled", o->disable);
		coco_report_bool(report, "previous_kept", "the policy of before is kept", known);
	}
	coco_report_string(report, "head", "ledger", coco_ledger_head(a->ledger));
	return 0;
}

/* ---- the declaration ------------------------------------------------------------ */

static int connect_more(void *ctx, struct coco_backend **ret, struct coco_diag *diag)
{
	return coco_arg_broker_again(ctx, ret, diag);
}

static int refuse(const struct coco_arg_apply *a, struct coco_diag *diag)
{
	struct coco_disabled now;
	int r = coco_disabled_find(a->ledger, a->identity, &now, diag);

	if (r == 0 && now.n != 0)
		r = coco_fail(diag, COCO_E_BROKER_DISABLED, "keys are disabled at this broker: "
			      "%.200s", now.reason);
	if (r == 0 && coco_outcomes_worst(&a->findings) == COCO_OUTCOME_FAIL)
		r = coco_fail(diag, COCO_E_REFVAL_EXPIRED,
			      "the declaration has reference values that do not hold now");
	coco_disabled_free(&now);
	return r;
}

static int carry_out(struct coco_cli *cli, const struct coco_opts_broker_apply *o,
		     struct coco_arg_apply *a, const struct coco_plan *plan,
		     const struct coco_plan_source *src, struct coco_report *report,
		     struct coco_diag *diag)
{
	const struct coco_apply_options options = {
		.prune = o->prune, .ctx = &a->broker,
		.connect = a->broker.directory == NULL ? connect_more : NULL,
	};
	struct coco_apply_result done;
	int r = coco_apply(plan, src, a->ledger, &options, &cli->run, &done, diag);

	if (r != 0)
		coco_log(&cli->run, 0, "%zu registered and %zu removed before it stopped; the "
			 "ledger has them, and broker apply goes on from there", done.registered,
			 done.removed);
	coco_report_count(report, "registered", "registered", done.registered);
	coco_report_count(report, "found", done.found != 0 ? "were there" : NULL, done.found);
	coco_report_count(report, "pruned", done.removed != 0 ? "taken away" : NULL, done.removed);
	coco_report_count(report, "left", done.left != 0 ? "stay" : NULL, done.left);
	coco_report_string(report, "head", "ledger", coco_ledger_head(a->ledger));
	if (r == 0 && o->prune && done.left != 0)
		r = coco_fail(diag, COCO_E_BROKER_RELEASE, "%zu items that are no longer declared "
			      "stay: this broker cannot remove them", done.left);
	return r;
}

static int apply(struct coco_cli *cli, const struct coco_opts_broker_apply *o,
		 struct coco_arg_apply *a, struct coco_report *report, struct coco_diag *diag)
{
	struct coco_plan plan = { .n = 0 };
	struct coco_plan_source src;
	int r = coco_arg_apply_gather(cli, a, report, diag);

	if (r == 0)
		r = refuse(a, diag);
	src = coco_arg_apply_source(cli, a);
	src.prune = o->prune;
	if (r == 0)
		r = coco_plan_make(&plan, &src, &cli->run, diag);
	if (r == 0) {
		coco_plan_report(report, a, &plan, false);
		r = cli->common.dry_run ? 0 : carry_out(cli, o, a, &plan, &src, report, diag);
	}
	coco_plan_free(&plan);
	return r;
}

int coco_cmd_broker_apply(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_broker_apply *o = opts;
	unsigned flags = cli->common.dry_run ? 0 : COCO_LEDGER_WRITE;
	struct coco_arg_apply a;

	if (o->repair_ledger && !cli->common.dry_run)
		flags |= COCO_LEDGER_SET_ASIDE;
	int r = coco_arg_apply_open(cli, &o->broker, &o->ledger, true, flags, &a, report, diag);
	if (r == 0)
		r = coco_arg_apply_probe(cli, &a, diag);
	if (r == 0)
		r = o->disable != NULL || o->restore ? emergency(cli, o, &a, report, diag) :
		    apply(cli, o, &a, report, diag);
	coco_arg_apply_close(&a);
	return r;
}
