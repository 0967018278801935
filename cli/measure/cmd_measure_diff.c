/*
 * cmd_measure_diff.c - cococtl measure diff: a prediction beside what happened.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/measure/opts_measure.h"
#include "cli/measure/run_measure.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/measure/mdiff.h"
#include "lib/measure/observed.h"

enum { SHORT = 8 };   /* bytes of a digest in a table */

static void hex_of(const struct coco_mrecord_digest *d, size_t max,
		   char ret[2 * COCO_MRECORD_DIGEST + 1])
{
	coco_hex_encode(ret, d->p, coco_min_size(d->n, max));
}

static const char *or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

/* ---- text ------------------------------------------------------------------------ */

static void report_check(struct coco_report *report, const struct coco_mdiff_register *reg,
			 const char *what)
{
	static const enum coco_status statuses[] = { COCO_STATUS_PASS, COCO_STATUS_FAIL,
						     COCO_STATUS_SKIP };
	char expected[2 * COCO_MRECORD_DIGEST + 1];
	char actual[2 * COCO_MRECORD_DIGEST + 1];
	char title[160];
	char id[80];

	hex_of(&reg->expected, COCO_MRECORD_DIGEST, expected);
	hex_of(&reg->actual, COCO_MRECORD_DIGEST, actual);
	snprintf(id, sizeof(id), "register.%s%s%s", reg->name,
		 reg->algorithm[0] != '\0' ? "." : "", reg->algorithm);
	if (reg->result == COCO_MDIFF_SKIPPED && reg->known > 0)
		snprintf(title, sizeof(title), "%s was not compared: %zu of %zu known steps are "
			 "there", reg->name, reg->same, reg->known);
	else if (reg->result == COCO_MDIFF_SKIPPED)
		snprintf(title, sizeof(title), "%s was not compared", reg->name);
	else if (reg->result == COCO_MDIFF_EQUAL)
		snprintf(title, sizeof(title), "%s %s is equal, %zu %s%s", reg->name,
			 reg->algorithm, reg->n_actual, what, reg->n_actual == 1 ? "" : "s");
	else if (reg->n_steps > 0)
		snprintf(title, sizeof(title), "%s %s differs from step %zu on (%zu expected, "
			 "%zu there)", reg->name, reg->algorithm, reg->same + 1, reg->n_expected,
			 reg->n_actual);
	else
		snprintf(title, sizeof(title), "%s %s differs", reg->name, reg->algorithm);
	coco_report_check(report, &(struct coco_check){
		.id = id, .status = statuses[reg->result], .title = title,
		.expected = or_null(expected), .actual = or_null(actual),
		.detail = or_null(reg->note[0] != '\0' ? reg->note : reg->label) });
}

static void side_rows(struct coco_report *report, const char *who,
		      const struct coco_mdiff_side *side)
{
	char digest[2 * COCO_MRECORD_DIGEST + 1];
	char at[24];

	hex_of(&side->digest, SHORT, digest);
	snprintf(at, sizeof(at), "%zu", side->at + 1);
	coco_report_row(report, (const char *[]){ who, at, side->type, digest, side->name });
	if (side->text[0] != '\0')
		coco_report_row(report, (const char *[]){ "", "", "", "", side->text });
}

static void none_row(struct coco_report *report, const char *who)
{
	coco_report_row(report, (const char *[]){ who, "", "", "", "nothing here" });
}

static void step_rows(struct coco_report *report, const struct coco_mdiff_step *s)
{
	if (s->kind != COCO_MDIFF_EXTRA)
		side_rows(report, "expected", &s->expected);
	else
		none_row(report, "expected");
	if (s->kind != COCO_MDIFF_MISSING)
		side_rows(report, "there", &s->actual);
	else
		none_row(report, "there");
}

static void report_steps(struct coco_report *report, const struct coco_mdiff_register *reg,
			 bool all)
{
	static const struct coco_column columns[] = {
		{ "", COCO_ALIGN_LEFT }, { "step", COCO_ALIGN_RIGHT }, { "type", COCO_ALIGN_LEFT },
		{ "digest", COCO_ALIGN_LEFT }, { "what", COCO_ALIGN_LEFT },
	};
	size_t n = all ? reg->n_steps : 1;
	char text[COCO_MDIFF_TEXT + 120];

	if (reg->n_steps == 0)
		return;
	snprintf(text, sizeof(text), "%s %s: %s%s%s", reg->name, reg->algorithm,
		 n == 1 ? "the first difference" : "the differences",
		 reg->label[0] != '\0' ? ", beside the nearest allowed value: " : "", reg->label);
	coco_report_heading(report, text);
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < n; i++)
		step_rows(report, &reg->steps[i]);
	size_t more = reg->n_steps - n + reg->n_left_out;
	if (more > 0)
		coco_report_line(report, "%zu more %s%s", more,
				 more == 1 ? "step differs" : "steps differ",
				 all ? "" : ", see --explain");
}

static void report_inputs(struct coco_report *report, const struct coco_mdiff *d)
{
	static const struct coco_column columns[] = {
		{ "input", COCO_ALIGN_LEFT }, { "expected", COCO_ALIGN_LEFT },
		{ "there", COCO_ALIGN_LEFT },
	};

	if (d->n_inputs == 0)
		return;
	coco_report_heading(report, "inputs that differ");
	coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
	for (size_t i = 0; i < d->n_inputs; i++) {
		const struct coco_mdiff_input *in = &d->inputs[i];

		coco_report_row(report, (const char *[]){ in->name,
				in->expected[0] != '\0' ? in->expected : "-",
				in->actual[0] != '\0' ? in->actual : "-" });
	}
}

/* ---- JSON ------------------------------------------------------------------------ */

static void json_side(struct coco_jw *jw, const char *key, const struct coco_mdiff_side *side)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '{');
	coco_jw_kv_u64(jw, "step", side->at + 1);
	coco_jw_kv_string(jw, "name", side->name);
	coco_jw_kv_string(jw, "type", side->type);
	if (side->text[0] != '\0')
		coco_jw_kv_string(jw, "text", side->text);
	coco_jw_kv_hex(jw, "digest", side->digest.p, side->digest.n);
	coco_jw_end(jw, '}');
}

static void json_step(struct coco_jw *jw, const struct coco_mdiff_step *s)
{
	static const char *const kinds[] = { "changed", "missing", "extra" };

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "kind", kinds[s->kind]);
	if (s->kind != COCO_MDIFF_EXTRA)
		json_side(jw, "expected", &s->expected);
	if (s->kind != COCO_MDIFF_MISSING)
		json_side(jw, "actual", &s->actual);
	coco_jw_end(jw, '}');
}

static void json_register(struct coco_jw *jw, const struct coco_mdiff_register *reg)
{
	static const char *const results[] = { "equal", "differs", "not_compared" };

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "register", reg->name);
	coco_jw_kv_string(jw, "algorithm", reg->algorithm);
	coco_jw_kv_string(jw, "result", results[reg->result]);
	if (reg->note[0] != '\0')
		coco_jw_kv_string(jw, "note", reg->note);
	if (reg->label[0] != '\0')
		coco_jw_kv_string(jw, "allowed_value", reg->label);
	coco_jw_kv_u64(jw, "allowed_values", reg->n_allowed);
	coco_jw_kv_hex(jw, "expected", reg->expected.p, reg->expected.n);
	coco_jw_kv_hex(jw, "actual", reg->actual.p, reg->actual.n);
	coco_jw_kv_u64(jw, "expected_steps", reg->n_expected);
	coco_jw_kv_u64(jw, "actual_steps", reg->n_actual);
	coco_jw_kv_u64(jw, "same_steps", reg->same);
	coco_jw_key(jw, "differences");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < reg->n_steps; i++)
		json_step(jw, &reg->steps[i]);
	coco_jw_end(jw, ']');
	coco_jw_kv_u64(jw, "differences_left_out", reg->n_left_out);
	coco_jw_end(jw, '}');
}

static void json(struct coco_jw *jw, const struct coco_mdiff *d, const char *with)
{
	coco_jw_kv_string(jw, "compared_with", with);
	coco_jw_kv_u64(jw, "equal", d->n_equal);
	coco_jw_kv_u64(jw, "differ", d->n_differ);
	coco_jw_kv_u64(jw, "not_compared", d->n_skipped);
	coco_jw_key(jw, "registers");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < d->n; i++)
		json_register(jw, &d->registers[i]);
	coco_jw_end(jw, ']');
	coco_jw_key(jw, "inputs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < d->n_inputs; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", d->inputs[i].name);
		coco_jw_kv_string(jw, "kind", d->inputs[i].file ? "file" : "parameter");
		coco_jw_kv_string(jw, "expected", d->inputs[i].expected);
		coco_jw_kv_string(jw, "actual", d->inputs[i].actual);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

/* What a log shows beside its registers. */
__attribute__((noinline)) static void warn_log(struct coco_report *report,
					       const struct coco_mdiff *d)
{
	struct coco_diag w = { 0 };

	if (d->n_changed_text > 0) {
		coco_fail(&w, COCO_E_TCG_LOG, "%zu events of the log say something else than "
			  "their digest, event %zu first: their text proves nothing",
			  d->n_changed_text, d->first_changed_text + 1);
		coco_report_warn(report, &w);
	}
	coco_diag_init(&w);
	if (d->trailing > 0) {
		coco_fail(&w, COCO_E_TCG_LOG, "%" PRIu64 " bytes follow the end of the log",
			  d->trailing);
		coco_report_warn(report, &w);
	}
}

static int compare(const struct coco_mrecord *expected, const struct coco_observed *o,
		   struct coco_mdiff *d, struct coco_diag *diag)
{
	switch (o->kind) {
	case COCO_OBSERVED_RECORD:
		return coco_mdiff_records(expected, &o->record, d, diag);
	case COCO_OBSERVED_LOG:
		return coco_mdiff_log(expected, &o->log, d, diag);
	case COCO_OBSERVED_EVIDENCE:
		break;
	}
	return coco_mdiff_evidence(expected, &o->peek, d, diag);
}

static int answer(const struct coco_opts_measure_diff *o, const struct coco_mdiff *d,
		  const struct coco_observed *observed, struct coco_report *report,
		  struct coco_diag *diag)
{
	const char *what = observed->kind == COCO_OBSERVED_LOG ? "event" : "step";

	for (size_t i = 0; i < d->n; i++)
		report_check(report, &d->registers[i], what);
	for (size_t i = 0; i < d->n; i++)
		report_steps(report, &d->registers[i], o->explain);
	report_inputs(report, d);
	json(coco_report_json(report), d, coco_observed_kind_name(observed));
	warn_log(report, d);
	return coco_mdiff_verdict(d, diag);
}

int coco_cmd_measure_diff(struct coco_cli *cli COCO_UNUSED, const void *opts,
			  struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_measure_diff *o = opts;
	struct coco_observed *seen = coco_zalloc(2, sizeof(*seen));   /* expected, actual */
	struct coco_mdiff d = { .n = 0 };

	if (seen == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a comparison");
	int r = coco_observed_load(&seen[0], o->record, diag);
	if (r == 0 && seen[0].kind != COCO_OBSERVED_RECORD) {
		r = coco_fail(diag, COCO_E_MRECORD_SCHEMA, "the first operand is not a "
			      "measurement record but: %s", coco_observed_kind_name(&seen[0]));
		coco_diag_source(diag, "%s", o->record);
	}
	if (r == 0)
		r = coco_observed_load(&seen[1], o->actual, diag);
	if (r == 0)
		r = compare(&seen[0].record, &seen[1], &d, diag);
	if (r == 0)
		r = answer(o, &d, &seen[1], report, diag);
	coco_mdiff_free(&d);
	coco_observed_free(&seen[0]);
	coco_observed_free(&seen[1]);
	coco_free(seen);
	return r;
}
