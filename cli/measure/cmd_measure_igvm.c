/*
 * cmd_measure_igvm.c - cococtl measure igvm: what a guest that starts from an
 * IGVM file will report.
 */
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "lib/measure/igvm_measure.h"

static void id_block(const struct coco_igvm_measured *m, struct coco_report *report)
{
	coco_report_bool(report, "id_block", NULL, m->has_id_block);
	if (!m->has_id_block)
		return;
	coco_report_heading(report, "ID block");
	coco_report_hex(report, "id_digest", "demands", m->id_digest, sizeof(m->id_digest));
	coco_report_bool(report, "id_matches", "is the computed digest", m->id_matches);
	coco_report_bool(report, "id_signed", "signatures hold", m->id_signed);
	coco_report_hex(report, "id_key_digest", "id key digest", m->id_key_digest,
			sizeof(m->id_key_digest));
	if (m->has_author)
		coco_report_hex(report, "author_key_digest", "author key digest",
				m->author_key_digest, sizeof(m->author_key_digest));
}

int coco_cmd_measure_igvm(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	static const enum coco_igvm_platform platforms[] = {
		COCO_IGVM_NATIVE, COCO_IGVM_SNP, COCO_IGVM_TDX, COCO_IGVM_SEV, COCO_IGVM_SEV_ES,
	};
	const struct coco_opts_measure_igvm *o = opts;
	struct coco_igvm_request req = {
		.file = o->file,
		.has_platform = o->platform != 0,
		.platform = platforms[o->platform],
		.rules = (enum coco_igvm_rules)o->rules,
		.native_zero = o->native_zero,
		.ignore_id_block = o->ignore_id_block,
	};
	struct coco_igvm_measured m = { .has_id_block = false };

	int r = coco_profile_operand(cli, COCO_PROFILE_FIRMWARE_IGVM, "FILE", &req.file, diag);
	if (r == 0)
		r = coco_igvm_measure(&cli->run, &req, &m, diag);
	if (r == 0)
		r = coco_record_answer(cli, &m.record, &o->answer, report, diag);
	if (r == 0)
		id_block(&m, report);
	coco_igvm_measured_free(&m);
	return r;
}
