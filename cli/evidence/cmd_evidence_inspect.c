/*
 * cmd_evidence_inspect.c - cococtl evidence inspect: what evidence says.
 */
#include <stdio.h>

#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/result_report.h"
#include "cli/evidence/run_evidence.h"
#include "lib/evidence/appraise.h"
#include "lib/evidence/inputs.h"

static void pieces_table(struct coco_report *report, const struct coco_pieces *pieces)
{
	static const struct coco_column columns[] = {
		{ "input", COCO_ALIGN_LEFT }, { "form", COCO_ALIGN_LEFT },
		{ "kind", COCO_ALIGN_LEFT }, { "bytes", COCO_ALIGN_RIGHT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	coco_jw_key(jw, "pieces");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < pieces->n; i++) {
		const struct coco_piece *p = &pieces->v[i];
		char size[24];

		snprintf(size, sizeof(size), "%zu", p->n);
		coco_report_row(report, (const char *[]){ p->source,
				p->form != NULL ? p->form : "-",
				coco_piece_kind_name(p->kind), size });
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "kind", coco_piece_kind_name(p->kind));
		if (p->form != NULL)
			coco_jw_kv_string(jw, "form", p->form);
		coco_jw_kv_u64(jw, "size", p->n);
		coco_jw_kv_hex(jw, "sha256", p->sha256, sizeof(p->sha256));
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void collateral_table(struct coco_report *report, const struct coco_collateral *c)
{
	static const struct coco_column columns[] = {
		{ "collateral", COCO_ALIGN_LEFT }, { "of", COCO_ALIGN_LEFT },
		{ "from", COCO_ALIGN_LEFT },
	};

	if (c->n == 0)
		return;
	coco_report_heading(report, "collateral that came with it");
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < c->n; i++) {
		const struct coco_collateral_item *it = &c->v[i];

		coco_report_row(report, (const char *[]){ coco_collateral_kind_name(it->kind),
				it->cert != NULL ? coco_cert_subject_text(it->cert)
				: it->crl != NULL ? coco_crl_issuer_text(it->crl) : "-",
				it->source });
	}
}

/* The parts that could not be read, in the words of their format. */
static void unread(struct coco_report *report, const struct coco_result *r)
{
	for (size_t i = 0; i < r->n_checks; i++)
		coco_report_line(report, "%s: %s%s%s", r->checks[i].id, r->checks[i].actual,
				 r->checks[i].detail[0] != '\0' ? ", " : "",
				 r->checks[i].detail);
}

int coco_cmd_evidence_inspect(struct coco_cli *cli COCO_UNUSED, const void *opts,
			      struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_evidence_inspect *o = opts;
	struct coco_collateral collateral;
	struct coco_pieces pieces = { .n = 0 };
	struct coco_result result = { .n_inputs = 0 };
	int r = 0;

	coco_collateral_init(&collateral);
	for (size_t i = 0; r == 0 && i < o->files.n; i++)
		r = coco_inputs_load(&pieces, &collateral, o->files.v[i], diag);
	if (r == 0)
		r = coco_appraise_inspect(&pieces, &result, diag);
	if (r == 0) {
		pieces_table(report, &pieces);
		coco_result_report_claims(report, &result);
		collateral_table(report, &collateral);
		unread(report, &result);
		coco_jw_key(coco_report_json(report), "evidence");
		coco_result_write_claims(coco_report_json(report), &result);
	}
	coco_result_free(&result);
	coco_pieces_free(&pieces);
	coco_collateral_free(&collateral);
	return r;
}
