/*
 * cmd_refval_export.c - cococtl refval export: a set as a release of Trustee
 * takes it, or in a form of others.
 */
#include "cli/broker/answer_file.h"
#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"

int coco_cmd_refval_export(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_refval_export *o = opts;
	struct coco_refval_target target = { .form = (enum coco_refval_form)o->form,
					     .tee = (enum coco_ref_tee)o->verifier };
	const struct coco_refval_source src = { .tee = target.tee };
	struct coco_refset s = { .n = 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_refval_release(o->trustee, &target.release, diag);
	if (r == 0)
		r = coco_refval_load(cli, o->set, &src, &s, report, diag);
	if (r == 0)
		r = coco_refval_export(&cli->run, &s, &target, &text, &n, diag);
	if (r == 0)
		r = coco_answer_file(cli, text, n, report, diag);
	if (r == 0) {
		coco_report_string(report, "form", NULL, coco_refval_form_name(target.form));
		coco_report_format(report, "trustee", NULL, "v0.%u", target.release);
	}
	coco_free(text);
	coco_refset_free(&s);
	return r;
}
