/*
 * cmd_refval_export.c - cococtl refval export: a set as a release of Trustee
 * takes it, or in a form of others.
 */
#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "lib/core/io.h"

static int deliver(struct coco_cli *cli, const uint8_t *text, size_t n, struct coco_report *report,
		   struct coco_diag *diag)
{
	const char *output = cli->common.output;
	int fd = -1;
	int r;

	if (output == NULL) {
		r = coco_cli_stdout(cli, false, &fd, diag);
		if (r == 0)
			r = coco_write_full(fd, text, n, "standard output", diag);
		return r;
	}
	if (cli->common.dry_run)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0)
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written", output);
	return r;
}

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
		r = deliver(cli, text, n, report, diag);
	if (r == 0) {
		coco_report_string(report, "form", NULL, coco_refval_form_name(target.form));
		coco_report_format(report, "trustee", NULL, "v0.%u", target.release);
	}
	coco_free(text);
	coco_refset_free(&s);
	return r;
}
