/*
 * cmd_refval_show.c - cococtl refval show: what a set allows, and what each
 * value becomes at a release of Trustee.
 */
#include <stdio.h>

#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/hex.h"

static void origin_text(const struct coco_refvalue *v, char *ret, size_t cap)
{
	char hex[17];

	coco_hex_encode(hex, v->sha256, 8);
	if (v->origin == COCO_ORIGIN_HAND)
		snprintf(ret, cap, "%s", coco_refset_origin_name(v->origin));
	else
		snprintf(ret, cap, "%s %s", coco_refset_origin_name(v->origin), hex);
}

static void row(struct coco_report *report, const struct coco_refvalue *v, int64_t now,
		enum coco_ref_tee tee, unsigned release)
{
	struct coco_refval_cells c;
	struct coco_refmap map = { .name = "" };
	char origin[32];

	coco_refval_cells(v, &c);
	origin_text(v, origin, sizeof(origin));
	bool named = coco_refmap_out(v, tee, release, &map);
	coco_report_row(report, (const char *[]){ c.name, c.value, v->label,
						  coco_refset_holds(v, now) ? c.until
									    : "not valid now",
						  origin, named ? map.name : "none" });
}

int coco_cmd_refval_show(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	static const struct coco_column columns[] = {
		{ "name", COCO_ALIGN_LEFT }, { "value", COCO_ALIGN_LEFT },
		{ "label", COCO_ALIGN_LEFT }, { "until", COCO_ALIGN_LEFT },
		{ "origin", COCO_ALIGN_LEFT }, { "Trustee's name", COCO_ALIGN_LEFT },
	};
	const struct coco_opts_refval_show *o = opts;
	const struct coco_refval_source src = { .tee = (enum coco_ref_tee)o->verifier };
	struct coco_refset s = { .n = 0 };
	unsigned release = 0;

	int r = coco_refval_release(o->trustee, &release, diag);
	if (r == 0)
		r = coco_refval_load(cli, o->set, &src, &s, report, diag);
	if (r == 0) {
		if (s.id[0] != '\0')
			coco_report_string(report, NULL, "id", s.id);
		coco_report_count(report, NULL, "values", s.n);
		coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
		for (size_t i = 0; i < s.n; i++)
			row(report, &s.v[i], cli->run.now, src.tee, release);
		coco_jw_key(coco_report_json(report), "set");
		coco_refset_write(coco_report_json(report), &s);
	}
	coco_refset_free(&s);
	return r;
}
