/*
 * cmd_initdata_inspect.c - cococtl initdata inspect: what a document holds and
 * what it is bound to; also from one form into another.
 */
#include <stdio.h>

#include "cli/broker/initdata_args.h"
#include "cli/broker/opts_broker.h"
#include "cli/broker/run_broker.h"

static void entries(struct coco_report *report, const struct coco_initdata *doc)
{
	static const struct coco_column columns[] = {
		{ "line", COCO_ALIGN_RIGHT }, { "bytes", COCO_ALIGN_RIGHT },
		{ "entry", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	coco_jw_key(jw, "entries");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < doc->n; i++) {
		const struct coco_initdata_entry *e = &doc->entry[i];
		char line[16];
		char n[24];

		snprintf(line, sizeof(line), "%u", e->line);
		snprintf(n, sizeof(n), "%zu", e->n);
		coco_report_row(report, (const char *[]){ line, n, e->name });
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", e->name);
		coco_jw_kv_u64(jw, "line", e->line);
		coco_jw_kv_u64(jw, "bytes", e->n);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

int coco_cmd_initdata_inspect(struct coco_cli *cli, const void *opts, struct coco_report *report,
			      struct coco_diag *diag)
{
	const struct coco_opts_initdata_inspect *o = opts;
	struct coco_initdata_input in;

	int r = coco_initdata_read(&in, o->file, diag);
	if (r == 0) {
		struct coco_view toml = coco_view_of(in.toml, in.n);

		coco_report_string(report, "form", "form", coco_initdata_form_name(in.form));
		coco_report_size(report, "size", "size", in.n);
		r = coco_initdata_report(report, toml, in.doc.alg, true, diag);
		if (r == 0)
			entries(report, &in.doc);
		if (r == 0 && cli->common.output != NULL)
			r = coco_initdata_write(cli, toml, (enum coco_initdata_form)o->form,
						report, diag);
	}
	coco_initdata_input_free(&in);
	return r;
}
