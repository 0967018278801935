/*
 * result_report.c - an attestation result as a report (see result_report.h).
 */
#include "cli/evidence/result_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"

enum { LINE = 2 * COCO_RESULT_TEXT + COCO_RESULT_REASON + 64, VALUE = 140 };

static enum coco_status status_of(enum coco_checked outcome)
{
	switch (outcome) {
	case COCO_CHECKED_PASS:
		return COCO_STATUS_PASS;
	case COCO_CHECKED_FAIL:
		return COCO_STATUS_FAIL;
	case COCO_CHECKED_MISSING:
		return COCO_STATUS_ERROR;
	case COCO_CHECKED_SKIPPED:
		return COCO_STATUS_SKIP;
	case COCO_CHECKED_WAIVED:
		return COCO_STATUS_WARN;
	}
	return COCO_STATUS_ERROR;
}

static const char *or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

static void report_check(struct coco_report *report, const struct coco_result *r,
			 const struct coco_result_check *c)
{
	bool whole = c->subject < 0 || (size_t)c->subject >= r->n_subjects;
	bool refusal = c->outcome == COCO_CHECKED_FAIL || c->outcome == COCO_CHECKED_MISSING;
	char title[COCO_RESULT_TEXT + 48];
	char detail[LINE];

	snprintf(title, sizeof(title), "%s%s%s", whole ? "" : r->subjects[c->subject].name,
		 whole ? "" : ": ", c->title);
	if (refusal && c->reason[0] != '\0')
		snprintf(detail, sizeof(detail), "%s%s%s; %s: %s", c->detail,
			 c->detail[0] != '\0' ? "; " : "", c->reason, coco_role_name(c->role),
			 c->next);
	else
		snprintf(detail, sizeof(detail), "%s", c->detail);
	coco_report_check(report, &(struct coco_check){
		.id = c->id, .status = status_of(c->outcome), .title = title,
		.expected = or_null(c->expected), .actual = or_null(c->actual),
		.detail = or_null(detail), .source = or_null(c->source) });
}

static void report_gaps(struct coco_report *report, const struct coco_result *r)
{
	if (r->n_gaps == 0)
		return;
	coco_report_heading(report, "not checked");
	for (size_t i = 0; i < r->n_gaps; i++) {
		const struct coco_result_gap *g = &r->gaps[i];
		bool whole = g->subject < 0 || (size_t)g->subject >= r->n_subjects;

		coco_report_line(report, "%s%s%s: %s", whole ? "" : r->subjects[g->subject].name,
				 whole ? "" : ": ", g->what, g->why);
		if (g->next[0] != '\0')
			coco_report_line(report, "  %s", g->next);
	}
}

static void report_window(struct coco_report *report, const struct coco_result *r)
{
	char when[COCO_RFC3339_TEXT];

	coco_report_string(report, NULL, "at", coco_rfc3339_print(when, r->at));
	if (r->has_not_before)
		coco_report_format(report, NULL, "true from", "%s (%s)",
				   coco_rfc3339_print(when, r->not_before), r->not_before_why);
	if (r->has_not_after)
		coco_report_format(report, NULL, "true until", "%s (%s)",
				   coco_rfc3339_print(when, r->not_after), r->not_after_why);
}

void coco_result_report_file(struct coco_report *report, const char *role,
			     const uint8_t sha256[32], uint64_t size)
{
	char digest[2 * 32 + 8] = "sha256:";

	coco_hex_encode(digest + 7, sha256, 32);
	coco_report_input(report, role, digest, size);
}

static void report_inputs(struct coco_report *report, const struct coco_result *r)
{
	for (size_t i = 0; i < r->n_inputs; i++)
		coco_result_report_file(report, r->inputs[i].role, r->inputs[i].sha256,
					r->inputs[i].size);
}

void coco_result_report(struct coco_report *report, const struct coco_result *r,
			bool authentic_only)
{
	struct coco_jw *jw = coco_report_json(report);

	report_inputs(report, r);
	for (size_t i = 0; i < r->n_checks; i++)
		report_check(report, r, &r->checks[i]);
	report_gaps(report, r);
	coco_report_heading(report, "verdict");
	coco_report_string(report, NULL, "authentic",
			   coco_verdict_name(coco_result_verdict_of(
				   r, COCO_ASPECT_AUTHENTIC, COCO_RESULT_NO_SUBJECT)));
	coco_report_string(report, NULL, "acceptable", authentic_only
			   ? "not asked (--authentic-only)"
			   : coco_verdict_name(coco_result_verdict_of(
				   r, COCO_ASPECT_ACCEPTABLE, COCO_RESULT_NO_SUBJECT)));
	report_window(report, r);
	coco_jw_key(jw, "attestation_result");
	coco_result_write(jw, r, authentic_only);
}

void coco_result_report_aspect(struct coco_report *report, const struct coco_result *r,
			       enum coco_aspect aspect)
{
	report_inputs(report, r);
	for (size_t i = 0; i < r->n_checks; i++)
		if (r->checks[i].aspect == aspect)
			report_check(report, r, &r->checks[i]);
}

static void claim_row(struct coco_report *report, const struct coco_claim *c)
{
	char value[VALUE];
	char at[40] = "";

	coco_claim_text(c, value, sizeof(value));
	if (!c->derived && c->has_bit)
		snprintf(at, sizeof(at), "0x%" PRIx64 " bit %u", c->offset, c->bit);
	else if (!c->derived)
		snprintf(at, sizeof(at), "0x%" PRIx64 " +%zu", c->offset, c->length);
	coco_report_row(report, (const char *[]){ c->name, at, value,
						  c->note != NULL ? c->note : "" });
}

void coco_result_report_claims(struct coco_report *report, const struct coco_result *r)
{
	static const struct coco_column columns[] = {
		{ "claim", COCO_ALIGN_LEFT }, { "at", COCO_ALIGN_LEFT },
		{ "value", COCO_ALIGN_LEFT }, { "note", COCO_ALIGN_LEFT },
	};

	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct coco_result_subject *s = &r->subjects[i];
		char heading[128];

		snprintf(heading, sizeof(heading), "%s (%s)", s->name, s->kind);
		coco_report_heading(report, heading);
		coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
		for (size_t k = 0; k < s->claims.n; k++)
			claim_row(report, &s->claims.v[k]);
	}
}

/* ---- many files -------------------------------------------------------------------------- */

static void each_json(struct coco_jw *jw, const struct coco_each_file *f, size_t number)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_u64(jw, "index", number);
	coco_jw_kv_string(jw, "name", f->path);
	coco_jw_kv_u64(jw, "size", f->n);
	coco_jw_kv_hex(jw, "sha256", f->sha256, sizeof(f->sha256));
	coco_jw_kv_string(jw, "verdict", coco_verdict_name(f->verdict));
	coco_jw_key(jw, "reasons");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < f->n_reasons; i++)
		coco_jw_string(jw, f->reasons[i]);
	coco_jw_end(jw, ']');
	if (f->detail != NULL)
		coco_jw_kv_string(jw, "detail", f->detail);
	coco_jw_end(jw, '}');
}

/* What the exit code says, as one check. */
static void each_check(struct coco_report *report, const struct coco_each *list)
{
	size_t good = coco_each_count(list, COCO_VERDICT_AFFIRMED);
	size_t bad = coco_each_count(list, COCO_VERDICT_REJECTED);
	size_t all = list->n - coco_each_companions(list);
	char actual[64];

	snprintf(actual, sizeof(actual), "%zu of %zu", good, all);
	coco_report_check(report, &(struct coco_check){
		.id = "each.affirmed", .title = "every file is affirmed", .actual = actual,
		.status = good == all ? COCO_STATUS_PASS
			  : bad > 0   ? COCO_STATUS_FAIL
				      : COCO_STATUS_ERROR });
}

void coco_result_report_each(struct coco_report *report, const struct coco_each *list)
{
	static const struct coco_column columns[] = {
		{ "verdict", COCO_ALIGN_LEFT }, { "reason", COCO_ALIGN_LEFT },
		{ "file", COCO_ALIGN_LEFT },
	};
	struct coco_jw *jw = coco_report_json(report);
	size_t number = 0;

	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	coco_jw_key(jw, "files");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < list->n; i++) {
		const struct coco_each_file *f = &list->files[i];
		const char *why = f->n_reasons > 0 ? f->reasons[0] : f->detail;

		if (f->state != COCO_EACH_JUDGED)
			continue;
		coco_report_row(report, (const char *[]){ coco_verdict_name(f->verdict),
							  why != NULL ? why : "", f->path });
		each_json(jw, f, number++);
	}
	coco_jw_end(jw, ']');
	coco_report_heading(report, "total");
	coco_report_count(report, "affirmed", "affirmed",
			  coco_each_count(list, COCO_VERDICT_AFFIRMED));
	coco_report_count(report, "rejected", "rejected",
			  coco_each_count(list, COCO_VERDICT_REJECTED));
	coco_report_count(report, "indeterminate", "indeterminate",
			  coco_each_count(list, COCO_VERDICT_INDETERMINATE));
	coco_report_count(report, "skipped", "no evidence, left out", coco_each_companions(list));
	each_check(report, list);
}
