/*
 * result_write.c - the attestation result as JSON (see result.h,
 * docs/formats/attestation-result.md).
 */
#include <inttypes.h>
#include <stdio.h>

#include "formats/core/rfc3339.h"
#include "formats/evidence/result.h"

static void when(struct coco_jw *jw, const char *key, int64_t t)
{
	char text[COCO_RFC3339_TEXT];

	coco_jw_kv_string(jw, key, coco_rfc3339_print(text, t));
}

static void unless_empty(struct coco_jw *jw, const char *key, const char *text)
{
	if (text[0] != '\0')
		coco_jw_kv_string(jw, key, text);
}

static void subject_name(struct coco_jw *jw, const struct coco_result *r, int subject)
{
	if (subject >= 0 && (size_t)subject < r->n_subjects)
		coco_jw_kv_string(jw, "subject", r->subjects[subject].name);
}

static void verdicts(struct coco_jw *jw, const struct coco_result *r, int subject)
{
	coco_jw_kv_string(jw, "authentic", coco_verdict_name(coco_result_verdict_of(
						   r, COCO_ASPECT_AUTHENTIC, subject)));
	coco_jw_kv_string(jw, "acceptable", coco_verdict_name(coco_result_verdict_of(
						    r, COCO_ASPECT_ACCEPTABLE, subject)));
}

static void window(struct coco_jw *jw, const struct coco_result *r)
{
	coco_jw_key(jw, "valid");
	coco_jw_begin(jw, '{');
	if (r->has_not_before) {
		when(jw, "not_before", r->not_before);
		coco_jw_kv_string(jw, "not_before_because", r->not_before_why);
	}
	if (r->has_not_after) {
		when(jw, "not_after", r->not_after);
		coco_jw_kv_string(jw, "not_after_because", r->not_after_why);
	}
	coco_jw_end(jw, '}');
}

static void inputs(struct coco_jw *jw, const struct coco_result *r)
{
	coco_jw_key(jw, "inputs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_inputs; i++) {
		char size[24];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "role", r->inputs[i].role);
		coco_jw_kv_string(jw, "kind", r->inputs[i].kind);
		snprintf(size, sizeof(size), "%" PRIu64, r->inputs[i].size);
		coco_jw_kv_string(jw, "size", size);
		coco_jw_kv_hex(jw, "sha256", r->inputs[i].sha256, sizeof(r->inputs[i].sha256));
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void trust(struct coco_jw *jw, const struct coco_result_subject *s)
{
	coco_jw_key(jw, "trustworthiness_vector");
	coco_jw_begin(jw, '{');
	for (unsigned i = 0; i < COCO_TRUST_CLAIMS; i++) {
		if (!s->has_trust[i])
			continue;
		coco_jw_key(jw, coco_trust_name((enum coco_trust_claim)i));
		coco_jw_i64(jw, s->trust[i]);
	}
	coco_jw_end(jw, '}');
}

static void subjects(struct coco_jw *jw, const struct coco_result *r)
{
	coco_jw_key(jw, "subjects");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct coco_result_subject *s = &r->subjects[i];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", s->name);
		coco_jw_kv_string(jw, "kind", s->kind);
		verdicts(jw, r, (int)i);
		trust(jw, s);
		coco_jw_key(jw, "claims");
		coco_claims_write(jw, &s->claims);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void check(struct coco_jw *jw, const struct coco_result *r,
		  const struct coco_result_check *c)
{
	char text[24];

	coco_jw_begin(jw, '{');
	subject_name(jw, r, c->subject);
	coco_jw_kv_string(jw, "id", c->id);
	coco_jw_kv_string(jw, "aspect",
			  c->aspect == COCO_ASPECT_AUTHENTIC ? "authentic" : "acceptable");
	coco_jw_kv_string(jw, "outcome", coco_checked_name(c->outcome));
	coco_jw_kv_string(jw, "title", c->title);
	unless_empty(jw, "expected", c->expected);
	unless_empty(jw, "actual", c->actual);
	unless_empty(jw, "source", c->source);
	unless_empty(jw, "detail", c->detail);
	if (c->reason[0] != '\0') {
		coco_jw_kv_string(jw, "reason", c->reason);
		coco_jw_kv_string(jw, "role", coco_role_name(c->role));
		unless_empty(jw, "next", c->next);
	}
	if (c->input != COCO_RESULT_NO_INPUT)
		coco_jw_kv_u64(jw, "input", (uint64_t)c->input);
	if (c->has_offset) {
		snprintf(text, sizeof(text), "0x%" PRIx64, c->offset);
		coco_jw_kv_string(jw, "offset", text);
	}
	coco_jw_end(jw, '}');
}

static void gaps(struct coco_jw *jw, const struct coco_result *r)
{
	coco_jw_key(jw, "not_checked");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_gaps; i++) {
		const struct coco_result_gap *g = &r->gaps[i];

		coco_jw_begin(jw, '{');
		subject_name(jw, r, g->subject);
		coco_jw_kv_string(jw, "category", g->category);
		coco_jw_kv_string(jw, "what", g->what);
		coco_jw_kv_string(jw, "why", g->why);
		unless_empty(jw, "next", g->next);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

void coco_result_write(struct coco_jw *jw, const struct coco_result *r, bool authentic_only)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "schema", COCO_RESULT_SCHEMA);
	coco_jw_kv_string(jw, "verdict", coco_verdict_name(coco_result_verdict(r, authentic_only)));
	coco_jw_kv_bool(jw, "authentic_only", authentic_only);
	verdicts(jw, r, COCO_RESULT_NO_SUBJECT);
	when(jw, "at", r->at);
	window(jw, r);
	inputs(jw, r);
	subjects(jw, r);
	coco_jw_key(jw, "checks");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_checks; i++)
		check(jw, r, &r->checks[i]);
	coco_jw_end(jw, ']');
	gaps(jw, r);
	coco_jw_end(jw, '}');
}

void coco_result_write_claims(struct coco_jw *jw, const struct coco_result *r)
{
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct coco_result_subject *s = &r->subjects[i];

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", s->name);
		coco_jw_kv_string(jw, "kind", s->kind);
		coco_jw_key(jw, "claims");
		coco_claims_write(jw, &s->claims);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}
