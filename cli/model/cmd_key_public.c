/*
 * cmd_key_public.c - cococtl key public: the half that others may have.
 */
#include <string.h>

#include "cli/model/key_any.h"
#include "cli/model/opts_model.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

int coco_cmd_key_public(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_key_public *o = opts;
	const char *output = cli->common.output;
	struct coco_key_any any = { 0 };
	char *pem = NULL;
	size_t n = 0;
	int r = coco_key_any_load(cli, o->key, false, &any, diag);

	if (r == 0)
		r = coco_key_public_pem(any.key, &pem, &n, diag);
	if (r == 0 && output != NULL && strcmp(output, "-") != 0 && cli->common.dry_run)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0 && output != NULL)
		r = coco_write_file(output, pem, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0) {
		if (output == NULL)
			coco_report_text(report, "public_key", pem, n);
		coco_report_string(report, "type", output != NULL ? "type" : NULL,
				   coco_key_name(any.key));
		coco_report_string(report, "fingerprint", output != NULL ? "fingerprint" : NULL,
				   coco_key_fingerprint_text(any.key));
		if (output != NULL)
			coco_report_string(report, "output",
					   cli->common.dry_run ? "would be written" : "written",
					   output);
	}
	coco_free(pem);
	coco_key_any_free(&any);
	return r;
}
