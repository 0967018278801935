/*
 * cmd_policy_test.c - cococtl policy test: an evidence policy tried on samples.
 */
#include <stdio.h>

#include "cli/evidence/result_report.h"
#include "cli/evidence/run_evidence.h"
#include "cli/evidence/verify_args.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"

/* What the rules say; the same words for evidence of anybody. */
static int settle(const struct coco_result *r, struct coco_diag *diag)
{
	switch (coco_result_verdict_of(r, COCO_ASPECT_ACCEPTABLE, COCO_RESULT_NO_SUBJECT)) {
	case COCO_VERDICT_AFFIRMED:
		return 0;
	case COCO_VERDICT_REJECTED:
		return coco_fail(diag, COCO_E_EVIDENCE_REJECTED, "the policy does not accept "
				 "this evidence");
	case COCO_VERDICT_INDETERMINATE:
		break;
	}
	return coco_fail(diag, COCO_E_EVIDENCE_INDETERMINATE, "the policy cannot be decided on "
			 "this evidence");
}

static int try_it(struct coco_cli *cli, const struct coco_policy *policy,
		  struct coco_verify_inputs *in, struct coco_result *result,
		  struct coco_diag *diag)
{
	const struct coco_opts_evidence_verify none = { .nonce = NULL };
	int r = coco_verify_run(&cli->run, &none, in, result, diag);

	if (r == 0)
		coco_policy_try(policy, result);
	return r == 0 ? coco_result_finish(result, diag) : r;
}

int coco_cmd_policy_test(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_policy_test *o = opts;
	const struct coco_opts_evidence_verify read = {
		.inputs = o->evidence, .collateral = o->collateral, .policy = o->policy,
	};
	struct coco_verify_inputs *in = coco_zalloc(1, sizeof(*in));
	struct coco_result result = { .n_inputs = 0 };

	if (in == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the inputs");
	int r = coco_verify_read(&cli->run, in, &read, diag);
	if (r == 0)
		r = try_it(cli, &in->policy, in, &result, diag);
	if (r == 0) {
		coco_result_report_aspect(report, &result, COCO_ASPECT_ACCEPTABLE);
		coco_report_line(report, "This is about the policy only: whether the evidence is "
				 "authentic is not part of the answer.");
		r = settle(&result, diag);
	}
	coco_result_free(&result);
	coco_verify_free(in);
	coco_free(in);
	return r;
}
