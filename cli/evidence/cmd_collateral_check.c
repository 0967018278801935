/*
 * cmd_collateral_check.c - cococtl collateral check: what expires, and what is
 * missing for evidence.
 */
#include <stdio.h>
#include <string.h>

#include "cli/evidence/collateral_report.h"
#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/run_evidence.h"
#include "formats/core/err_evidence.h"
#include "formats/core/rfc3339.h"
#include "lib/evidence/appraise.h"
#include "lib/evidence/inputs.h"

enum { DAY = 24 * 60 * 60 };

struct counts {
	size_t expired;
	size_t missing;
};

static void check_item(struct coco_report *report, const struct coco_collateral_item *item,
		       int64_t at, uint32_t within, struct counts *n)
{
	char from[COCO_RFC3339_TEXT];
	char until[COCO_RFC3339_TEXT];
	struct coco_collateral_facts f;
	char title[600];
	char detail[120];
	enum coco_status status = COCO_STATUS_PASS;

	coco_collateral_facts(item, &f);
	if (!f.has_after && !f.has_before)
		return;
	if ((f.has_after && at >= f.not_after) || (f.has_before && at < f.not_before)) {
		status = COCO_STATUS_FAIL;
		n->expired++;
	} else if (f.has_after && f.not_after - at < (int64_t)within * DAY) {
		status = COCO_STATUS_WARN;
	}
	snprintf(title, sizeof(title), "%s of %s is valid",
		 coco_collateral_kind_name(item->kind), f.of[0] != '\0' &&
		 item->kind != COCO_COLL_CRL ? f.of : f.by);
	snprintf(detail, sizeof(detail), "from %s until %s", f.has_before
		 ? coco_rfc3339_print(from, f.not_before) : "ever", f.has_after
		 ? coco_rfc3339_print(until, f.not_after) : "ever");
	coco_report_check(report, &(struct coco_check){ .id = "collateral.valid",
			  .status = status, .title = title, .detail = detail });
}

/* What a verification would miss; what is wrong with the evidence itself is not asked here. */
static void missing(struct coco_report *report, const struct coco_result *r, struct counts *n)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct coco_result_check *c = &r->checks[i];

		if (c->outcome != COCO_CHECKED_MISSING || c->aspect != COCO_ASPECT_AUTHENTIC)
			continue;
		n->missing++;
		coco_report_check(report, &(struct coco_check){ .id = c->id,
				  .status = COCO_STATUS_ERROR, .title = c->title,
				  .actual = c->actual, .detail = c->next });
	}
	for (size_t i = 0; i < r->n_gaps; i++) {
		const struct coco_result_gap *g = &r->gaps[i];

		if (strcmp(g->category, "fresh") == 0)   /* needs a nonce, not collateral */
			continue;
		n->missing++;
		coco_report_check(report, &(struct coco_check){ .id = g->category,
				  .status = COCO_STATUS_ERROR, .title = g->what,
				  .actual = g->why, .detail = g->next });
	}
}

static int for_evidence(struct coco_cli *cli, const struct coco_strlist *files,
			struct coco_collateral *c, struct coco_report *report, struct counts *n,
			struct coco_diag *diag)
{
	const struct coco_appraise_opts opts = { .at = cli->run.now };
	struct coco_pieces pieces = { .n = 0 };
	struct coco_result result = { .n_inputs = 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = coco_inputs_load(&pieces, c, files->v[i], diag);
	if (r == 0)
		r = coco_appraise(&cli->run, &pieces, c, &opts, &result, diag);
	if (r == 0)
		missing(report, &result, n);
	coco_result_free(&result);
	coco_pieces_free(&pieces);
	return r;
}

int coco_cmd_collateral_check(struct coco_cli *cli, const void *opts, struct coco_report *report,
			      struct coco_diag *diag)
{
	const struct coco_opts_collateral_check *o = opts;
	struct counts n = { .expired = 0 };
	struct coco_collateral c;

	coco_collateral_init(&c);
	int r = coco_bundle_load(&c, o->bundle, diag);
	for (size_t i = 0; r == 0 && i < c.n; i++)
		check_item(report, &c.v[i], cli->run.now, o->within, &n);
	if (r == 0 && o->evidence.n > 0)
		r = for_evidence(cli, &o->evidence, &c, report, &n, diag);
	if (r == 0) {
		coco_report_count(report, "items", "items", c.n);
		coco_report_count(report, "expired", "not valid now", n.expired);
		coco_report_count(report, "missing", o->evidence.n > 0 ? "missing" : NULL,
				  n.missing);
	}
	coco_collateral_free(&c);
	if (r == 0 && n.missing > 0)
		return coco_fail(diag, COCO_E_COLLATERAL_MISSING, "%zu thing%s missing to verify "
				 "this evidence", n.missing, n.missing == 1 ? " is" : "s are");
	if (r == 0 && n.expired > 0)
		return coco_fail(diag, COCO_E_COLLATERAL_EXPIRED, "%zu item%s not valid now",
				 n.expired, n.expired == 1 ? " is" : "s are");
	return r;
}
