/*
 * cmd_evidence_verify.c - cococtl evidence verify: whether evidence is
 * authentic and acceptable.
 */
#include "cli/evidence/result_report.h"
#include "cli/evidence/run_evidence.h"
#include "cli/evidence/verify_args.h"
#include "cli/evidence/verify_reports.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { RESULT_MAX = 256 << 20 };

/* The result alone, the same bytes for the same inputs. */
static int write_result(const struct coco_cli *cli, const struct coco_result *result,
			bool authentic_only, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n = 0;

	if (cli->common.output == NULL)
		return 0;
	coco_wr_init(&wr, RESULT_MAX);
	coco_jw_init(&jw, &wr, true);
	coco_result_write(&jw, result, authentic_only);
	coco_wr_str(&wr, "\n");
	int r = coco_wr_finish(&wr, &p, &n, diag);
	if (r == 0)
		r = coco_write_file(cli->common.output, p, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(p);
	return r;
}

/* --each: a line per file. */
static int verify_each(const struct coco_cli *cli, const struct coco_opts_evidence_verify *o,
		       struct coco_verify_inputs *in, struct coco_report *report,
		       struct coco_diag *diag)
{
	struct coco_each list = { .n = 0 };
	int r = coco_verify_each(&cli->run, o, in, &list, diag);

	for (size_t i = 0; r == 0 && i < in->n_files; i++)
		coco_result_report_file(report, in->files[i].role, in->files[i].sha256,
					in->files[i].n);
	if (r == 0) {
		coco_result_report_each(report, &list);
		r = coco_verify_settle_each(&list, diag);
	}
	coco_each_free(&list);
	return r;
}

static int verify_whole(const struct coco_cli *cli, const struct coco_opts_evidence_verify *o,
			struct coco_verify_inputs *in, struct coco_report *report,
			struct coco_diag *diag)
{
	struct coco_result result = { .n_inputs = 0 };
	int r = coco_verify_run(&cli->run, o, in, &result, diag);

	if (r == 0)
		r = write_result(cli, &result, o->authentic_only, diag);
	if (r == 0)
		r = coco_verify_reports_write(cli, &o->reports, &result, o->authentic_only, diag);
	if (r == 0) {
		if (o->claims)
			coco_result_report_claims(report, &result);
		coco_result_report(report, &result, o->authentic_only);
		r = coco_verify_settle(&result, o->authentic_only, diag);
	}
	coco_result_free(&result);
	return r;
}

int coco_cmd_evidence_verify(struct coco_cli *cli, const void *opts, struct coco_report *report,
			     struct coco_diag *diag)
{
	const struct coco_opts_evidence_verify *o = opts;
	struct coco_verify_inputs *in = coco_zalloc(1, sizeof(*in));

	if (in == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the inputs");
	int r = o->each && cli->common.output != NULL
			? coco_fail(diag, COCO_E_USAGE_VALUE, "--each has no single result for "
				    "-o: use --json")
			: coco_verify_reports_check(cli, &o->reports, diag);
	if (r == 0)
		r = coco_verify_read(&cli->run, in, o, diag);
	if (r == 0)
		r = o->each ? verify_each(cli, o, in, report, diag)
			    : verify_whole(cli, o, in, report, diag);
	coco_verify_free(in);
	coco_free(in);
	return r;
}
