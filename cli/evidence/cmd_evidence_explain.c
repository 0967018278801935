/*
 * cmd_evidence_explain.c - cococtl evidence explain: why evidence is refused.
 */
#include <stdio.h>
#include <string.h>

#include "cli/core/sub.h"
#include "cli/evidence/result_report.h"
#include "cli/evidence/run_evidence.h"
#include "cli/evidence/verify_args.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"

enum { WORDS = 64, HEX_MAX = 2 * 48 + 1 };

/* ---- the refusals ------------------------------------------------------------------------- */

static const char *or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

static void refusal(struct coco_report *report, const struct coco_result *r,
		    const struct coco_result_check *c)
{
	bool whole = c->subject < 0 || (size_t)c->subject >= r->n_subjects;
	char title[COCO_RESULT_TEXT + 48];

	snprintf(title, sizeof(title), "%s%s%s", whole ? "" : r->subjects[c->subject].name,
		 whole ? "" : ": ", c->title);
	coco_report_heading(report, c->reason[0] != '\0' ? c->reason : c->id);
	coco_report_check(report, &(struct coco_check){
		.id = c->id,
		.status = c->outcome == COCO_CHECKED_FAIL ? COCO_STATUS_FAIL : COCO_STATUS_ERROR,
		.title = title, .expected = or_null(c->expected), .actual = or_null(c->actual),
		.detail = or_null(c->detail), .source = or_null(c->source) });
	if (c->has_offset)
		coco_report_format(report, NULL, "where", "offset 0x%llx of input %d",
				   (unsigned long long)c->offset, c->input);
	coco_report_string(report, NULL, "who acts", coco_role_name(c->role));
	coco_report_string(report, NULL, "next", c->next);
}

static size_t refusals(struct coco_report *report, const struct coco_result *r,
		       enum coco_checked outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_checks; i++) {
		if (r->checks[i].outcome != outcome)
			continue;
		refusal(report, r, &r->checks[i]);
		n++;
	}
	return n;
}

/* ---- which input: the search of measure ----------------------------------------------------- */

/* One register of a subject, searched over the profile. */
__attribute__((noinline)) static void search(const struct coco_cli *cli,
					     const struct coco_opts_evidence_explain *o,
					     const char *reg, const struct coco_claim *claim,
					     struct coco_report *report)
{
	const char *words[WORDS] = { "cococtl", "measure", "search", "--profile", o->profile };
	struct coco_diag d;
	char hex[HEX_MAX];
	char heading[80];
	size_t n = 5;

	if (claim == NULL || claim->n > 48)
		return;
	coco_hex_encode(hex, claim->p, claim->n);
	words[n++] = "--actual";
	words[n++] = hex;
	if (reg != NULL) {
		words[n++] = "--register";
		words[n++] = reg;
	}
	for (size_t i = 0; i < o->vary.n && n + 2 <= WORDS; i++) {
		words[n++] = "--vary";
		words[n++] = o->vary.v[i];
	}
	snprintf(heading, sizeof(heading), "which input: %.50s", claim->name);
	coco_report_heading(report, heading);
	coco_diag_init(&d);
	if (coco_cli_sub(cli, words, n, report, &d) != 0)
		coco_report_line(report, "%s", d.message);
}

static void searches(const struct coco_cli *cli, const struct coco_opts_evidence_explain *o,
		     const struct coco_result *r, struct coco_report *report)
{
	static const struct {
		const char *reg;
		const char *claim;
	} list[] = {
		{ NULL, "snp.measurement" }, { "mrtd", "tdx.mrtd" },   { "rtmr0", "tdx.rtmr0" },
		{ "rtmr1", "tdx.rtmr1" },    { "rtmr2", "tdx.rtmr2" },
	};

	for (size_t s = 0; s < r->n_subjects; s++)
		for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++)
			search(cli, o, list[i].reg,
			       coco_claims_find(&r->subjects[s].claims, list[i].claim), report);
}

/* ---- the command ------------------------------------------------------------------------ */

static void answer(const struct coco_cli *cli, const struct coco_opts_evidence_explain *o,
		   const struct coco_result *r, struct coco_report *report)
{
	size_t n = refusals(report, r, COCO_CHECKED_FAIL);

	n += refusals(report, r, COCO_CHECKED_MISSING);
	if (n == 0)
		coco_report_line(report, "Nothing stands in the way%s.",
				 o->verify.policy == NULL && o->verify.references.n == 0
				 ? ", as far as no policy and no reference values were given" : "");
	if (o->profile != NULL)
		searches(cli, o, r, report);
	coco_report_count(report, "refusals", NULL, n);
	coco_jw_key(coco_report_json(report), "attestation_result");
	coco_result_write(coco_report_json(report), r, false);
}

int coco_cmd_evidence_explain(struct coco_cli *cli, const void *opts, struct coco_report *report,
			      struct coco_diag *diag)
{
	const struct coco_opts_evidence_explain *o = opts;
	struct coco_result result = { .n_inputs = 0 };
	struct coco_verify_inputs *in = coco_zalloc(1, sizeof(*in));
	bool narrow = o->verify.policy == NULL && o->verify.references.n == 0;

	if (in == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the inputs");
	int r = coco_verify_read(&cli->run, in, &o->verify, diag);
	if (r == 0)
		r = coco_verify_run(&cli->run, &o->verify, in, &result, diag);
	if (r == 0) {
		answer(cli, o, &result, report);
		r = coco_verify_settle(&result, narrow, diag);
	}
	coco_result_free(&result);
	coco_verify_free(in);
	coco_free(in);
	return r;
}
