/*
 * appraise.c - the order of a verification (see appraise.h, appraiser.h).
 */
#include "lib/evidence/appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/evidence/reference.h"

/* ---- subjects -------------------------------------------------------------------------- */

static int add_inputs(struct coco_pieces *pieces, struct coco_result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < pieces->n; i++) {
		struct coco_piece *p = &pieces->v[i];

		if (p->parent == COCO_PIECE_NONE)
			p->input = coco_result_input(r, "evidence", p->form != NULL
						     ? p->form : coco_piece_kind_name(p->kind),
						     p->n, p->sha256);
		else
			p->input = pieces->v[p->top].input;
		n += coco_appraiser_for(p->kind) != NULL;
	}
	return n > 0;
}

/* A piece that its own format refuses: rejected, with the place. */
static void malformed(struct coco_result *r, const struct coco_piece *piece, int subject,
		      const struct coco_appraiser *by, const struct coco_diag *why)
{
	char id[COCO_RESULT_ID];

	snprintf(id, sizeof(id), "%.40s.format", by->kind);
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, id,
			  "the evidence has its format's form");
	coco_check_actual(r, "%s%s%s", why->message, why->field[0] != '\0' ? ", field " : "",
			  why->field);
	if (why->pointer[0] != '\0')
		coco_check_detail(r, "at %s of %s", why->pointer, piece->source);
	else
		coco_check_detail(r, "in %s", piece->source);
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MALFORMED",
			   "give the evidence as it was collected, whole and unchanged");
	if (piece->has_base && why->has_offset)
		coco_check_at(r, piece->input, why->offset);
}

static bool fatal(int code)
{
	return code == COCO_E_LIMIT_MEMORY || code == COCO_E_CANCELLED;
}

/* Claims of one piece; *ret_read is false when it is malformed. */
static int inspect(struct coco_piece *piece, const struct coco_appraiser *by,
		   struct coco_result *r, bool *ret_read, struct coco_diag *diag)
{
	struct coco_diag why;

	*ret_read = false;
	piece->subject = coco_result_subject(r, by->class, by->kind);
	if (piece->subject < 0)
		return coco_result_finish(r, diag);
	coco_diag_init(&why);
	int code = by->inspect(piece, &r->subjects[piece->subject].claims, &why);
	if (code != 0 && fatal(code)) {
		if (diag != NULL)
			*diag = why;
		return code;
	}
	if (code != 0)
		malformed(r, piece, piece->subject, by, &why);
	*ret_read = code == 0;
	return coco_result_finish(r, diag);
}

/* What nobody could make out does not vanish from the verdict. */
static void unknown_piece(struct coco_result *r, const struct coco_piece *piece)
{
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
			  "input.recognised", "every input is of a known kind");
	coco_check_actual(r, "%s is not recognised", piece->source);
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_UNSUPPORTED:input",
			   "leave it out, or give it in a form that cococtl help evidence "
			   "inspect lists");
}

static int none(const struct coco_pieces *pieces, const struct coco_result *result,
		struct coco_diag *diag)
{
	int r = coco_result_finish(result, diag);

	if (r != 0)
		return r;
	for (size_t i = 0; i < pieces->n; i++)
		if (pieces->v[i].kind == COCO_PIECE_UNKNOWN) {
			coco_fail(diag, COCO_E_EVIDENCE_UNKNOWN, "this is no evidence of a known "
				  "kind (%zu bytes)", pieces->v[i].n);
			coco_diag_source(diag, "%s", pieces->v[i].source);
			return COCO_E_EVIDENCE_UNKNOWN;
		}
	return coco_fail(diag, COCO_E_EVIDENCE_NONE, "no input is evidence of a known kind");
}

int coco_appraise_inspect(struct coco_pieces *pieces, struct coco_result *ret,
			  struct coco_diag *diag)
{
	bool read = false;
	int r = 0;

	coco_result_init(ret, 0);
	if (!add_inputs(pieces, ret))
		return none(pieces, ret, diag);
	for (size_t i = 0; r == 0 && i < pieces->n; i++) {
		const struct coco_appraiser *by = coco_appraiser_for(pieces->v[i].kind);

		if (by != NULL)
			r = inspect(&pieces->v[i], by, ret, &read, diag);
		else if (pieces->v[i].kind == COCO_PIECE_UNKNOWN)
			unknown_piece(ret, &pieces->v[i]);
	}
	return r != 0 ? r : coco_result_finish(ret, diag);
}

/* ---- requirements ------------------------------------------------------------------------ */

struct required {
	enum coco_require bit;
	const char *word;        /* class of subjects, or category of gaps */
	bool class;
	const char *title;
	const char *next;
};

static const struct required requirements[] = {
	{ COCO_REQUIRE_CPU, "cpu", true, "there is authentic evidence of a CPU",
	  "add the report or quote of the guest's CPU" },
	{ COCO_REQUIRE_GPU, "gpu", true, "there is authentic evidence of a GPU",
	  "this release does not appraise GPUs; use nvattest for that part" },
	{ COCO_REQUIRE_TPM, "tpm", true, "there is authentic evidence of a TPM",
	  "add the TPM's quote" },
	{ COCO_REQUIRE_TOKEN, "token", true, "there is an authentic token",
	  "add the token and the keys of its service" },
	{ COCO_REQUIRE_EVENTLOG, "eventlog", true, "there is an event log that explains the quote",
	  "add the guest's event log" },
	{ COCO_REQUIRE_FRESH, "fresh", false, "the evidence is fresh",
	  "give --nonce or --report-data" },
	{ COCO_REQUIRE_REVOCATION, "revocation", false, "revocation was checked",
	  "add the revocation lists with --collateral" },
};

/* The first gap of a category, or NULL. */
static const struct coco_result_gap *gap_of(const struct coco_result *r, const char *category)
{
	for (size_t i = 0; i < r->n_gaps; i++)
		if (strcmp(r->gaps[i].category, category) == 0)
			return &r->gaps[i];
	return NULL;
}

static bool authentic_class(const struct coco_result *r, const char *class)
{
	for (size_t i = 0; i < r->n_subjects; i++)
		if (strcmp(r->subjects[i].class, class) == 0 &&
		    coco_result_verdict_of(r, COCO_ASPECT_AUTHENTIC, (int)i) ==
			    COCO_VERDICT_AFFIRMED)
			return true;
	return false;
}

/* Whether a check of this kind passed: "snp.fresh", "az-snp-vtpm.report_data". */
static bool passed(const struct coco_result *r, const char *tail)
{
	size_t n = strlen(tail);

	for (size_t i = 0; i < r->n_checks; i++) {
		size_t len = strlen(r->checks[i].id);

		if (r->checks[i].outcome == COCO_CHECKED_PASS && len > n &&
		    strcmp(r->checks[i].id + len - n, tail) == 0)
			return true;
	}
	return false;
}

static void require(struct coco_result *r, const struct required *q)
{
	const struct coco_result_gap *gap = q->class ? NULL : gap_of(r, q->word);
	bool ok = q->class ? authentic_class(r, q->word) : gap == NULL;

	if (q->bit == COCO_REQUIRE_FRESH)
		ok = ok && (passed(r, ".fresh") || passed(r, ".report_data"));
	char id[COCO_RESULT_ID];
	char why[COCO_RESULT_TEXT];

	snprintf(id, sizeof(id), "require.%s", q->word);
	snprintf(why, sizeof(why), "%s", gap != NULL ? gap->why : "nothing to judge it by");
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_MISSING, id, q->title);
	coco_check_source(r, "--require %s", q->word);
	if (ok)
		return;
	coco_check_actual(r, "%s", q->class ? "none" : why);
	coco_check_refusal(r, COCO_ROLE_CALLER, q->class ? "EVIDENCE_MISSING" : "COVERAGE",
			   "%s", q->next);
}

/* ---- a verification ------------------------------------------------------------------------ */

static int authenticate(struct coco_appraisal *a, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->pieces->n; i++) {
		struct coco_piece *piece = &a->pieces->v[i];
		const struct coco_appraiser *by = coco_appraiser_for(piece->kind);
		bool read = false;

		r = coco_run_check(a->run, diag);
		if (r == 0 && by != NULL)
			r = inspect(piece, by, a->result, &read, diag);
		else if (r == 0 && piece->kind == COCO_PIECE_UNKNOWN)
			unknown_piece(a->result, piece);
		if (!read)
			piece->subject = r == 0 && by != NULL ? -1 : piece->subject;
	}
	for (size_t i = 0; r == 0 && i < a->pieces->n; i++) {
		const struct coco_piece *piece = &a->pieces->v[i];

		if (piece->subject < 0)
			continue;
		r = coco_run_check(a->run, diag);
		if (r == 0)
			r = coco_appraiser_for(piece->kind)->authenticate(a, piece, piece->subject,
									  diag);
	}
	return r;
}

static int *unused(size_t n)
{
	int *list = coco_alloc(n + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < n; i++)
		list[i] = -1;
	return list;
}

/* Requirements, reference values, policy. */
static void accept(const struct coco_appraise_opts *opts, struct coco_result *ret)
{
	unsigned words = opts->require | (opts->policy != NULL ? opts->policy->require : 0);

	for (size_t i = 0; i < COCO_ARRAY_LEN(requirements); i++)
		if ((words & requirements[i].bit) != 0)
			require(ret, &requirements[i]);
	if (opts->references != NULL)
		coco_references_judge(opts->references, ret);
	if (opts->policy != NULL)
		coco_policy_judge(opts->policy, ret);
}

int coco_appraise(const struct coco_run *run, struct coco_pieces *pieces,
		  const struct coco_collateral *collateral,
		  const struct coco_appraise_opts *opts, struct coco_result *ret,
		  struct coco_diag *diag)
{
	struct coco_appraisal a = {
		.run = run, .pieces = pieces, .collateral = collateral,
		.extra_roots = opts->extra_roots, .at = opts->at, .result = ret,
		.verified = opts->verified,
	};
	int r = 0;

	coco_result_init(ret, opts->at);
	if (!add_inputs(pieces, ret))
		return none(pieces, ret, diag);
	a.used = unused(collateral->n);
	a.used_roots = unused(opts->extra_roots != NULL ? opts->extra_roots->n : 0);
	if (a.used == NULL || a.used_roots == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a verification");
	if (r == 0 && a.verified == NULL)
		r = coco_verified_new(&a.verified, diag);
	if (r == 0)
		r = authenticate(&a, diag);
	if (r == 0)
		r = coco_bind(&a, &opts->bindings, diag);
	if (r == 0)
		accept(opts, ret);
	coco_free(a.used);
	coco_free(a.used_roots);
	if (opts->verified == NULL)
		coco_verified_free(a.verified);
	return r != 0 ? r : coco_result_finish(ret, diag);
}
