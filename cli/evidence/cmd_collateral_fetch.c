/*
 * cmd_collateral_fetch.c - cococtl collateral fetch: from AMD's and Intel's
 * services into a bundle.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "cli/evidence/opts_evidence.h"
#include "cli/evidence/run_evidence.h"
#include "formats/core/err_evidence.h"
#include "lib/evidence/collateral_bundle.h"
#include "lib/evidence/fetch_collateral.h"
#include "lib/evidence/inputs.h"

static void line(struct coco_report *report, const struct coco_need *need,
		 const struct coco_fetch_item *item)
{
	struct coco_check check = { .id = "collateral.fetch", .title = need->what };

	switch (item->outcome) {
	case COCO_FETCH_GOT:
		check.status = item->dated ? COCO_STATUS_WARN : COCO_STATUS_PASS;
		check.detail = item->dated ? "fetched; it is not valid at --at" : "fetched";
		break;
	case COCO_FETCH_HELD:
		check.status = COCO_STATUS_PASS;
		check.detail = "is there already";
		break;
	case COCO_FETCH_NOWHERE:
		check.status = COCO_STATUS_WARN;
		check.detail = "add it with collateral add, or give it with the evidence";
		break;
	case COCO_FETCH_FAILED:
		check.status = COCO_STATUS_ERROR;
		check.detail = item->why;
		break;
	case COCO_FETCH_LEFT:
		check.status = COCO_STATUS_SKIP;
		check.detail = "its server did not answer before";
		break;
	}
	coco_report_check(report, &check);
}

static void tell(struct coco_report *report, const struct coco_needs *needs,
		 const struct coco_fetch_list *list)
{
	uint64_t n[COCO_FETCH_LEFT + 1] = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		line(report, &needs->v[i], &list->v[i]);
		n[list->v[i].outcome]++;
	}
	coco_report_count(report, "fetched", "fetched", n[COCO_FETCH_GOT]);
	coco_report_count(report, "held", "there before", n[COCO_FETCH_HELD]);
	coco_report_count(report, "failed", "failed", n[COCO_FETCH_FAILED] + n[COCO_FETCH_LEFT]);
}

/* After a failure text output has no report: what did not come is told as warnings. */
static void warn(const struct coco_run *run, const struct coco_needs *needs,
		 const struct coco_fetch_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct coco_fetch_item *item = &list->v[i];

		if (item->outcome == COCO_FETCH_FAILED || item->outcome == COCO_FETCH_LEFT)
			coco_log(run, 0, "%s: %s", needs->v[i].what,
				 item->outcome == COCO_FETCH_LEFT
				 ? "its server did not answer before" : item->why);
	}
}

/* The bundle before the network: a directory that cannot be one is told first. */
static int open_bundle(const char *path, struct coco_collateral *c, struct coco_diag *diag)
{
	struct stat st;
	int r = stat(path, &st) == 0 ? coco_bundle_load(c, path, diag) : 0;

	return r == 0 ? coco_bundle_store(c, path, NULL, diag) : r;
}

int coco_cmd_collateral_fetch(struct coco_cli *cli, const void *opts, struct coco_report *report,
			      struct coco_diag *diag)
{
	const struct coco_opts_collateral_fetch *o = opts;
	const struct coco_fetch_collateral config = {
		.kds = o->kds, .pcs = o->pcs, .bundle = o->bundle,
		.http = { .ca = o->ca, .idle_seconds = o->timeout },
	};
	struct coco_pieces pieces = { .n = 0 };
	struct coco_needs needs = { .n = 0 };
	struct coco_fetch_list list = { .n = 0 };
	struct coco_collateral c;
	int r = 0;

	coco_collateral_init(&c);
	r = open_bundle(o->bundle, &c, diag);
	for (size_t i = 0; r == 0 && i < o->evidence.n; i++)
		r = coco_inputs_load(&pieces, &c, o->evidence.v[i], diag);
	if (r == 0)
		r = coco_needs_of(&needs, &pieces, &c, diag);
	if (r == 0 && needs.n == 0)
		r = coco_fail(diag, COCO_E_EVIDENCE_UNKNOWN, "no SEV-SNP report and no Intel "
			      "quote is in this evidence");
	if (r == 0)
		r = coco_fetch_collateral(&cli->run, &config, &needs, &c, &list, diag);
	if (r == 0) {
		tell(report, &needs, &list);
		if (list.first.code != 0) {
			warn(&cli->run, &needs, &list);
			*diag = list.first;
			r = list.first.code;
		}
	}
	coco_fetch_list_free(&list);
	coco_needs_free(&needs);
	coco_pieces_free(&pieces);
	coco_collateral_free(&c);
	return r;
}
