/*
 * cmd_measure_pe.c - cococtl measure pe: the digest of an EFI program.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/measure/bank_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "lib/measure/pe_measure.h"

static void warnings(const struct coco_pe_measure *m, struct coco_report *report)
{
	struct coco_diag w = { 0 };

	if (m->padding != 0) {
		coco_fail(&w, COCO_E_PE_PADDING,
			  "the image has %" PRIu64 " bytes, not a multiple of 8: signing adds %u "
			  "zero bytes and changes its digest", m->pe.file_size, m->padding);
		coco_report_warn(report, &w);
	}
	if (m->certs_elsewhere) {
		w = (struct coco_diag){ 0 };
		coco_fail(&w, COCO_E_PE_CERTIFICATES_PLACE,
			  "the certificate table (offset %" PRIu32 ", %" PRIu32 " bytes) does not "
			  "end the file of %" PRIu64 " bytes", m->pe.certs_at, m->pe.certs_size,
			  m->pe.file_size);
		coco_report_warn(report, &w);
	}
}

static void facts(const struct coco_pe_measure *m, struct coco_report *report)
{
	const struct coco_pe *pe = &m->pe;

	coco_report_heading(report, "image");
	coco_report_size(report, "size", "size", pe->file_size);
	coco_report_format(report, "kind", "kind", "%s for %s", pe->plus ? "PE32+" : "PE32",
			   coco_pe_machine_name(pe->machine));
	coco_report_bool(report, "signed", "signed", pe->certs_size != 0);
	coco_report_count(report, "padding", NULL, m->padding);
	coco_report_format(report, "checksum", NULL, "0x%08" PRIx32, pe->checksum);
	coco_report_format(report, NULL, "CheckSum", "0x%08" PRIx32 "%s", pe->checksum,
			   pe->checksum == 0 ? " (not set)"
			   : pe->checksum == m->computed_checksum ? "" : " (does not hold)");
	coco_report_format(report, "computed_checksum", NULL, "0x%08" PRIx32,
			   m->computed_checksum);
}

static void section_row(const struct coco_pe_section *s, const char *sha256,
			struct coco_report *report)
{
	char cells[4][24];

	snprintf(cells[0], sizeof(cells[0]), "0x%" PRIx32, s->raw_at);
	snprintf(cells[1], sizeof(cells[1]), "%" PRIu32, s->raw_size);
	snprintf(cells[2], sizeof(cells[2]), "0x%" PRIx32, s->address);
	snprintf(cells[3], sizeof(cells[3]), "%" PRIu32, s->virtual_size);
	coco_report_row(report, (const char *[]){ s->name, cells[0], cells[1], cells[2],
						  cells[3], sha256 });
}

static void sections(const struct coco_pe_measure *m, struct coco_report *report)
{
	static const struct coco_column columns[] = {
		{ "section", COCO_ALIGN_LEFT },     { "offset", COCO_ALIGN_RIGHT },
		{ "bytes", COCO_ALIGN_RIGHT },      { "address", COCO_ALIGN_RIGHT },
		{ "in memory", COCO_ALIGN_RIGHT },  { "sha256 of the bytes", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_jw_key(jw, "sections");
	coco_jw_begin(jw, '[');
	coco_report_heading(report, "sections");
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < m->pe.n_sections; i++) {
		const struct coco_pe_section *s = &m->pe.sections[i];
		char sha256[65];

		coco_hex_encode(sha256, m->section_sha256[i], 32);
		section_row(s, sha256, report);
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", s->name);
		coco_jw_kv_u64(jw, "offset", s->raw_at);
		coco_jw_kv_u64(jw, "size", s->raw_size);
		coco_jw_kv_u64(jw, "address", s->address);
		coco_jw_kv_u64(jw, "virtual_size", s->virtual_size);
		coco_jw_kv_string(jw, "sha256", sha256);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

int coco_cmd_measure_pe(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_measure_pe *o = opts;
	struct coco_pe_measure m = { .padding = 0 };
	unsigned banks;

	int r = coco_bank_args(&o->banks,
			       COCO_BANK(COCO_DIGEST_SHA256) | COCO_BANK(COCO_DIGEST_SHA384),
			       &banks, diag);
	if (r == 0)
		r = coco_pe_measure(&cli->run, o->file, banks, &m, diag);
	if (r == 0)
		r = coco_record_answer(cli, &m.record, &o->answer, report, diag);
	if (r == 0) {
		facts(&m, report);
		sections(&m, report);
		warnings(&m, report);
	}
	coco_pe_measure_free(&m);
	return r;
}
