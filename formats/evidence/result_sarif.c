/*
 * result_sarif.c - an attestation result as SARIF 2.1.0 (see result_sarif.h).
 */
#include "formats/evidence/result_sarif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/result_lines.h"

#define VERDICT_RULE "evidence.verdict"

/* The rules: one check of each identifier, in the order of the identifiers. */
struct rules {
	const struct coco_result_check **v;
	size_t n;
};

/* ---- rules ----------------------------------------------------------------------- */

/* Of the same identifier the first check comes first. */
static int by_id(const void *a, const void *b)
{
	const struct coco_result_check *x = *(const struct coco_result_check *const *)a;
	const struct coco_result_check *y = *(const struct coco_result_check *const *)b;
	int order = strcmp(x->id, y->id);

	return order != 0 ? order : (x > y) - (x < y);
}

static int by_name(const void *key, const void *item)
{
	return strcmp(key, (*(const struct coco_result_check *const *)item)->id);
}

static int collect_rules(struct rules *ret, const struct coco_result *r, struct coco_diag *diag)
{
	const struct coco_result_check **v = coco_alloc(r->n_checks + 1, sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a report");
	for (size_t i = 0; i < r->n_checks; i++)
		v[i] = &r->checks[i];
	qsort(v, r->n_checks, sizeof(*v), by_id);
	for (size_t i = 0; i < r->n_checks; i++)
		if (n == 0 || strcmp(v[n - 1]->id, v[i]->id) != 0)
			v[n++] = v[i];
	ret->v = v;
	ret->n = n;
	return 0;
}

static size_t rule_index(const struct rules *rules, const char *id)
{
	const struct coco_result_check **at =
		bsearch(id, rules->v, rules->n, sizeof(*rules->v), by_name);

	return at != NULL ? (size_t)(at - rules->v) : rules->n;
}

/* ---- parts ----------------------------------------------------------------------- */

static void key_begin(struct coco_jw *jw, const char *key, char open)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, open);
}

/* An object with a text: message, description. */
static void message(struct coco_jw *jw, const char *key, const char *text)
{
	key_begin(jw, key, '{');
	coco_jw_kv_string(jw, "text", text);
	coco_jw_end(jw, '}');
}

static void put_rule(struct coco_jw *jw, const char *id, const char *description)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "id", id);
	message(jw, "shortDescription", description);
	coco_jw_end(jw, '}');
}

static void put_tool(struct coco_jw *jw, const struct rules *rules, const char *version)
{
	key_begin(jw, "tool", '{');
	key_begin(jw, "driver", '{');
	coco_jw_kv_string(jw, "name", "cococtl");
	coco_jw_kv_string(jw, "version", version);
	key_begin(jw, "rules", '[');
	for (size_t i = 0; i < rules->n; i++)
		put_rule(jw, rules->v[i]->id, rules->v[i]->title);
	put_rule(jw, VERDICT_RULE, "the evidence is affirmed");
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

/* An input has no path in a result: number and role stand for it, as a relative reference. */
static void put_uri(struct coco_jw *jw, const struct coco_result *r, size_t input)
{
	char uri[3 * COCO_RESULT_ID + 32];
	int at = snprintf(uri, sizeof(uri), "inputs/%zu/", input);

	for (const char *p = r->inputs[input].role; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-';

		at += plain ? snprintf(uri + at, sizeof(uri) - (size_t)at, "%c", *p)
			    : snprintf(uri + at, sizeof(uri) - (size_t)at, "%%%02X",
				       (unsigned)(uint8_t)*p);
	}
	coco_jw_kv_string(jw, "uri", uri);
}

static void put_artifacts(struct coco_jw *jw, const struct coco_result *r)
{
	key_begin(jw, "artifacts", '[');
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct coco_result_input *in = &r->inputs[i];
		char text[2 * COCO_RESULT_ID + 8];

		snprintf(text, sizeof(text), "%s (%s)", in->role, in->kind);
		coco_jw_begin(jw, '{');
		key_begin(jw, "location", '{');
		put_uri(jw, r, i);
		coco_jw_end(jw, '}');
		message(jw, "description", text);
		coco_jw_kv_u64(jw, "length", in->size);
		key_begin(jw, "hashes", '{');
		coco_jw_kv_hex(jw, "sha-256", in->sha256, sizeof(in->sha256));
		coco_jw_end(jw, '}');
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void put_location(struct coco_jw *jw, const struct coco_result *r,
			 const struct coco_result_check *c)
{
	key_begin(jw, "locations", '[');
	coco_jw_begin(jw, '{');
	if (c->input >= 0 && (size_t)c->input < r->n_inputs) {
		key_begin(jw, "physicalLocation", '{');
		key_begin(jw, "artifactLocation", '{');
		put_uri(jw, r, (size_t)c->input);
		coco_jw_kv_u64(jw, "index", (uint64_t)c->input);
		coco_jw_end(jw, '}');
		if (c->has_offset) {
			key_begin(jw, "region", '{');
			coco_jw_kv_u64(jw, "byteOffset", c->offset);
			coco_jw_end(jw, '}');
		}
		coco_jw_end(jw, '}');
	}
	key_begin(jw, "logicalLocations", '[');
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "name", coco_result_subject_name(r, c->subject));
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
}

/* ---- results --------------------------------------------------------------------- */

static void begin_result(struct coco_jw *jw, const char *rule, size_t index, bool refused,
			 const char *text)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "ruleId", rule);
	coco_jw_kv_u64(jw, "ruleIndex", index);
	coco_jw_kv_string(jw, "kind", "fail");
	coco_jw_kv_string(jw, "level", refused ? "error" : "warning");
	message(jw, "message", text);
}

static void put_waiver(struct coco_jw *jw, const struct coco_result_check *c)
{
	key_begin(jw, "suppressions", '[');
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "kind", "external");
	coco_jw_kv_string(jw, "justification", c->detail);
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
}

static void put_check(struct coco_jw *jw, const struct coco_result *r,
		      const struct coco_result_check *c, const struct rules *rules)
{
	char text[COCO_RESULT_LINES];

	if (c->outcome == COCO_CHECKED_PASS || c->outcome == COCO_CHECKED_SKIPPED)
		return;
	coco_result_lines(text, c->outcome == COCO_CHECKED_MISSING ? "cannot be decided"
								  : "not so", c);
	begin_result(jw, c->id, rule_index(rules, c->id), c->outcome != COCO_CHECKED_MISSING,
		     text);
	put_location(jw, r, c);
	if (c->outcome == COCO_CHECKED_WAIVED)
		put_waiver(jw, c);
	key_begin(jw, "properties", '{');
	coco_jw_kv_string(jw, "aspect",
			  c->aspect == COCO_ASPECT_AUTHENTIC ? "authentic" : "acceptable");
	if (c->reason[0] != '\0') {
		coco_jw_kv_string(jw, "reason", c->reason);
		coco_jw_kv_string(jw, "role", coco_role_name(c->role));
	}
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

static void put_results(struct coco_jw *jw, const struct coco_result *r,
			const struct rules *rules, bool authentic_only)
{
	enum coco_verdict v = coco_result_verdict(r, authentic_only);
	char line[COCO_RESULT_TEXT];

	key_begin(jw, "results", '[');
	for (size_t i = 0; i < r->n_checks; i++)
		put_check(jw, r, &r->checks[i], rules);
	/* nothing refused is not yet affirmed: a list without results must not say so */
	if (v != COCO_VERDICT_AFFIRMED) {
		begin_result(jw, VERDICT_RULE, rules->n, v == COCO_VERDICT_REJECTED,
			     coco_result_verdict_line(line, r, authentic_only));
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

/* What was not checked, as remarks of the run. */
static void put_invocation(struct coco_jw *jw, const struct coco_result *r)
{
	char text[COCO_RESULT_ID + 3 * COCO_RESULT_TEXT + 32];

	key_begin(jw, "invocations", '[');
	coco_jw_begin(jw, '{');
	coco_jw_kv_bool(jw, "executionSuccessful", true);
	key_begin(jw, "toolExecutionNotifications", '[');
	for (size_t i = 0; i < r->n_gaps; i++) {
		const struct coco_result_gap *g = &r->gaps[i];

		snprintf(text, sizeof(text), "not checked: %s: %s: %s%s%s",
			 coco_result_subject_name(r, g->subject), g->what, g->why,
			 g->next[0] != '\0' ? "; " : "", g->next);
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "level", "note");
		message(jw, "message", text);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
}

int coco_result_sarif(struct coco_wr *wr, const struct coco_result *r, bool authentic_only,
		      const char *version, struct coco_diag *diag)
{
	struct rules rules = { .n = 0 };
	struct coco_jw jw;
	int code = collect_rules(&rules, r, diag);

	if (code != 0)
		return code;
	coco_jw_init(&jw, wr, true);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	coco_jw_kv_string(&jw, "version", "2.1.0");
	key_begin(&jw, "runs", '[');
	coco_jw_begin(&jw, '{');
	put_tool(&jw, &rules, version);
	put_invocation(&jw, r);
	put_artifacts(&jw, r);
	put_results(&jw, r, &rules, authentic_only);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, ']');
	coco_jw_end(&jw, '}');
	coco_wr_str(wr, "\n");
	coco_free(rules.v);
	return 0;
}
