/*
 * cmd_collateral_add.c - cococtl collateral add: into a bundle.
 */
#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/run_evidence.h"
#include "formats/core/err_evidence.h"
#include "lib/evidence/collateral_bundle.h"
#include "lib/evidence/inputs.h"

/* Something that is no collateral and brought none along is a mistake. */
static int judge(const struct coco_pieces *pieces, struct coco_diag *diag)
{
	for (size_t i = 0; i < pieces->n; i++) {
		int r;

		if (pieces->v[i].kind != COCO_PIECE_UNKNOWN)
			continue;
		r = coco_fail(diag, COCO_E_EVIDENCE_UNKNOWN, "this is no collateral of a known "
			      "kind (%zu bytes)", pieces->v[i].n);
		coco_diag_source(diag, "%s", pieces->v[i].source);
		return r;
	}
	return 0;
}

int coco_cmd_collateral_add(struct coco_cli *cli COCO_UNUSED, const void *opts,
			    struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_collateral_add *o = opts;
	struct coco_pieces pieces = { .n = 0 };
	struct coco_collateral c;
	size_t new = 0;
	int r = 0;

	coco_collateral_init(&c);
	for (size_t i = 0; r == 0 && i < o->files.n; i++)
		r = coco_inputs_load(&pieces, &c, o->files.v[i], diag);
	if (r == 0)
		r = judge(&pieces, diag);
	if (r == 0 && c.n == 0)
		r = coco_fail(diag, COCO_E_EVIDENCE_UNKNOWN, "no collateral in these files");
	if (r == 0)
		r = coco_bundle_store(&c, o->bundle, &new, diag);
	if (r == 0) {
		coco_report_count(report, "found", "items found", c.n);
		coco_report_count(report, "new", "new in the bundle", new);
	}
	coco_pieces_free(&pieces);
	coco_collateral_free(&c);
	return r;
}
