/*
 * cmd_measure_eif.c - cococtl measure eif: the registers of a Nitro enclave.
 */
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "lib/measure/eif_measure.h"

int coco_cmd_measure_eif(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_measure_eif *o = opts;
	const struct coco_eif_request req = {
		.file = o->file, .ignore_signature = o->ignore_signature,
	};
	struct coco_eif_measured m = { .is_signed = false };

	int r = coco_eif_measure(&cli->run, &req, &m, diag);
	if (r == 0)
		r = coco_record_answer(cli, &m.record, &o->answer, report, diag);
	if (r == 0) {
		coco_report_bool(report, "signed", "signed", m.is_signed);
		if (m.is_signed) {
			coco_report_bool(report, "signature_holds", "signature holds",
					 m.signature_holds);
			coco_report_string(report, "signer", "signer", m.subject);
		}
	}
	coco_eif_measured_free(&m);
	return r;
}
