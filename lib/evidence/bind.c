/*
 * bind.c - what ties evidence to its caller (see bind.h). The attestation
 * payload of a key broker is bind_payload.c.
 */
#include "lib/evidence/bind.h"

#include <stdio.h>
#include <string.h>

#include "formats/broker/initdata.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "lib/evidence/bind_priv.h"

/* Where evidence of a kind carries what its verifier asked for, and its initdata. */
static const struct coco_bound_field fields[] = {
	{ "snp", "snp.report_data", "snp.host_data", 32, false },
	{ "tdx", "tdx.report_data", "tdx.mrconfigid", 48, false },
	{ "sgx", "sgx.report_data", NULL, 0, false },
	{ "sample", "sample.report_data", NULL, 0, false },
	{ "sampledevice", "sample.report_data", NULL, 0, false },
	{ "tpm", "tpm.extra_data", "tpm.sha256.pcr8", 32, true },
	{ "gce-tpm", "tpm.extra_data", NULL, 0, true },
	{ "az-snp-vtpm", "tpm.extra_data", "tpm.sha256.pcr8", 32, true },
	{ "az-tdx-vtpm", "tpm.extra_data", "tpm.sha256.pcr8", 32, true },
};

const struct coco_bound_field *coco_bound_field(const struct coco_result_subject *s)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].kind, s->kind) == 0)
			return &fields[i];
	return NULL;
}

bool coco_bound_equal(struct coco_view expected, const struct coco_claim *actual)
{
	size_t n = coco_min_size(expected.n, actual->n);

	if (n == 0 || memcmp(expected.p, actual->p, n) != 0)
		return false;
	for (size_t i = n; i < actual->n; i++)
		if (actual->p[i] != 0)
			return false;
	return true;
}

/* Whose bytes a TPM cut to what its field holds: at least as much as makes a guess hopeless. */
static bool fits(struct coco_view expected, const struct coco_claim *actual, bool cut)
{
	enum { LEAST = 32 };

	if (actual->n < expected.n && !(cut && actual->n >= LEAST))
		return false;
	return coco_bound_equal(expected, actual);
}

void coco_bound_texts(struct coco_result *r, struct coco_view expected,
		      const struct coco_claim *actual)
{
	char text[2 * COCO_BIND_REPORT_DATA + 1];

	coco_hex_encode(text, expected.p, coco_min_size(expected.n, COCO_BIND_REPORT_DATA));
	coco_check_expected(r, "%s", text);
	if (actual == NULL)
		return;
	coco_claim_text(actual, text, sizeof(text));
	coco_check_actual(r, "%s", text);
}

static const struct coco_piece *piece_of(const struct coco_appraisal *a, int subject)
{
	for (size_t i = 0; i < a->pieces->n; i++)
		if (a->pieces->v[i].subject == subject)
			return &a->pieces->v[i];
	return NULL;
}

static void place(struct coco_appraisal *a, int subject, const struct coco_claim *claim)
{
	const struct coco_piece *piece = piece_of(a, subject);

	if (piece != NULL && claim != NULL && !claim->derived && piece->has_base)
		coco_check_at(a->result, piece->input, claim->offset);
}

/* One value that the evidence must hold as it is, zeros behind it. */
static void bound(struct coco_appraisal *a, int subject, const char *id, const char *title,
		  struct coco_view expected, const struct coco_claim *actual, bool cut,
		  const char *source, const char *reason, enum coco_role role, const char *next)
{
	struct coco_result *r = a->result;
	bool ok = actual != NULL && fits(expected, actual, cut);

	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
	coco_bound_texts(r, expected, actual);
	coco_check_source(r, "%s", source);
	if (!ok)
		coco_check_refusal(r, role, reason, "%s", next);
	place(a, subject, actual);
}

static const struct coco_claim *claim_of(const struct coco_result_subject *s, const char *name)
{
	const struct coco_claim *c = name != NULL ? coco_claims_find(&s->claims, name) : NULL;

	return c != NULL && c->type == COCO_CLAIM_TYPE_BYTES ? c : NULL;
}

/* ---- tokens: their nonce is text, in a form that the service chose ----------------------- */

static bool text_is(const struct coco_claim *c, struct coco_view nonce)
{
	char hex[2 * 256 + 1];
	bool same = false;

	if (nonce.n <= 256) {
		coco_hex_encode(hex, nonce.p, nonce.n);
		same = c->n == 2 * nonce.n && strncasecmp((const char *)c->p, hex, c->n) == 0;
	}
	for (int v = COCO_B64_STD; !same && v <= COCO_B64_URL; v++) {
		char *b64 = coco_b64_dup((enum coco_b64_variant)v, nonce.p, nonce.n);

		same = b64 != NULL && strlen(b64) == c->n && memcmp(b64, c->p, c->n) == 0;
		coco_free(b64);
	}
	return same || (c->n == nonce.n && memcmp(c->p, nonce.p, c->n) == 0);
}

static bool token_nonce(struct coco_appraisal *a, int subject, struct coco_view nonce)
{
	const struct coco_result_subject *s = &a->result->subjects[subject];
	const struct coco_claim *c = coco_claims_find(&s->claims, "token.nonce");
	struct coco_result *r = a->result;

	if (strcmp(s->class, "token") != 0)
		return false;
	bool ok = c != NULL && (c->type == COCO_CLAIM_TYPE_TEXT ||
				c->type == COCO_CLAIM_TYPE_BYTES) && text_is(c, nonce);
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "token.fresh",
			  "the token is for the nonce that was asked");
	coco_bound_texts(r, nonce, c);
	coco_check_source(r, "--nonce");
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "FRESH_NONCE_MISMATCH",
				   "ask for a new token with this nonce");
	return true;
}

/* ---- the caller's nonce and report data ---------------------------------------------------- */

static void no_freshness(struct coco_appraisal *a, int subject, const char *why)
{
	coco_result_gap(a->result, subject, "fresh", "that the evidence is fresh", why,
			"give --nonce HEX or --report-data HEX as the verifier sent it");
}

static bool evidence_class(const struct coco_result_subject *s)
{
	return strcmp(s->class, "eventlog") != 0;
}

static void caller_nonce(struct coco_appraisal *a, int subject, const struct coco_bindings *e)
{
	const struct coco_result_subject *s = &a->result->subjects[subject];
	const struct coco_bound_field *f = coco_bound_field(s);
	const struct coco_claim *c = f != NULL ? claim_of(s, f->report_data) : NULL;
	char id[COCO_RESULT_ID];

	if (token_nonce(a, subject, e->nonce) || coco_bind_in_payload(a, subject))
		return;
	if (f == NULL) {
		no_freshness(a, subject, "this kind of evidence carries no nonce that is known");
		return;
	}
	snprintf(id, sizeof(id), "%.40s.fresh", f->kind);
	bound(a, subject, id, "the evidence holds the nonce that was asked", e->nonce, c,
	      f->cuts, "--nonce", "FRESH_NONCE_MISMATCH", COCO_ROLE_PLATFORM_OPERATOR,
	      "collect the evidence again for this nonce; where a tool hashes the nonce first, "
	      "give its result as --report-data");
}

static void caller_report_data(struct coco_appraisal *a, int subject,
			       const struct coco_bindings *e)
{
	const struct coco_result_subject *s = &a->result->subjects[subject];
	const struct coco_bound_field *f = coco_bound_field(s);
	char id[COCO_RESULT_ID];

	if (f == NULL || coco_bind_in_payload(a, subject))
		return;
	snprintf(id, sizeof(id), "%.40s.report_data", f->kind);
	bound(a, subject, id, "the evidence holds the report data that was asked", e->report_data,
	      claim_of(s, f->report_data), f->cuts, "--report-data", "FRESH_NONCE_MISMATCH",
	      COCO_ROLE_PLATFORM_OPERATOR, "collect the evidence again with this report data");
}

static void freshness(struct coco_appraisal *a, const struct coco_bindings *e)
{
	struct coco_result *r = a->result;

	for (size_t i = 0; i < r->n_subjects; i++) {
		if (!evidence_class(&r->subjects[i]))
			continue;
		if (e->has_nonce)
			caller_nonce(a, (int)i, e);
		if (e->has_report_data)
			caller_report_data(a, (int)i, e);
		if (!e->has_nonce && !e->has_report_data)
			no_freshness(a, (int)i, "no nonce was given");
	}
}

/* ---- initdata ---------------------------------------------------------------------------- */

static int initdata_digest(struct coco_view text, uint8_t ret[COCO_DIGEST_MAX], size_t *ret_n,
			      struct coco_diag *diag)
{
	static const enum coco_digest_alg algs[COCO_INITDATA_ALGS] = {
		COCO_DIGEST_SHA256, COCO_DIGEST_SHA384, COCO_DIGEST_SHA512,
	};
	struct coco_initdata *doc = coco_zalloc(1, sizeof(*doc));
	struct coco_digest *d = NULL;
	int r;

	if (doc == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an initdata document");
	r = coco_initdata_decode(doc, text, diag);
	if (r == 0)
		r = coco_digest_new(&d, algs[doc->alg], diag);
	if (r == 0)
		r = coco_digest_once(d, text.p, text.n, ret, diag);
	if (r == 0)
		*ret_n = coco_digest_size(d);
	coco_digest_free(d);
	coco_initdata_free(doc);
	coco_free(doc);
	return r;
}

/* The value that a field of n bytes holds for a digest: cut, or with zeros behind it. */
static int in_field(const struct coco_bound_field *f, const uint8_t *digest, size_t n_digest,
		    uint8_t ret[COCO_DIGEST_MAX], struct coco_diag *diag)
{
	struct coco_digest *d = NULL;
	uint8_t both[2 * 32] = { 0 };   /* a PCR of zeros, extended by the digest */
	int r;

	memset(ret, 0, COCO_DIGEST_MAX);
	memcpy(ret, digest, coco_min_size(n_digest, f->initdata_size));
	if (!f->cuts)
		return 0;
	memcpy(both + 32, ret, 32);
	r = coco_digest_new(&d, COCO_DIGEST_SHA256, diag);
	if (r == 0)
		r = coco_digest_once(d, both, sizeof(both), ret, diag);
	coco_digest_free(d);
	return r;
}

/* The field of a subject's kind that names its initdata, or NULL. */
static const struct coco_bound_field *initdata_field(const struct coco_appraisal *a, int subject)
{
	const struct coco_bound_field *f = coco_bound_field(&a->result->subjects[subject]);

	return f != NULL && f->initdata != NULL ? f : NULL;
}

/* The check of one subject against the digest of a document. */
static int bind_digest(struct coco_appraisal *a, int subject, const struct coco_bound_field *f,
		       struct coco_view digest, const char *source, struct coco_diag *diag)
{
	const struct coco_result_subject *s = &a->result->subjects[subject];
	uint8_t value[COCO_DIGEST_MAX];
	char id[COCO_RESULT_ID];
	int r = in_field(f, digest.p, digest.n, value, diag);

	if (r != 0)
		return r;
	snprintf(id, sizeof(id), "%.40s.initdata", f->kind);
	bound(a, subject, id, "the evidence names this initdata document",
	      coco_view_of(value, f->initdata_size), claim_of(s, f->initdata), false, source,
	      "MEAS_INITDATA", COCO_ROLE_PLATFORM_OPERATOR,
	      "start the guest with this document, or give the one that it was started with: "
	      "every byte counts (cococtl initdata check)");
	return 0;
}

int coco_bind_initdata(struct coco_appraisal *a, int subject, struct coco_view text,
		       const char *source, struct coco_diag *diag)
{
	const struct coco_bound_field *f = initdata_field(a, subject);
	uint8_t digest[COCO_DIGEST_MAX];
	size_t n = 0;

	if (f == NULL)
		return 0;
	int r = initdata_digest(text, digest, &n, diag);
	if (r != 0)
		return r;
	return bind_digest(a, subject, f, coco_view_of(digest, n), source, diag);
}

static int caller_initdata(struct coco_appraisal *a, struct coco_view text,
			   struct coco_diag *diag)
{
	struct coco_result *r = a->result;
	uint8_t digest[COCO_DIGEST_MAX];
	bool any = false;
	size_t n = 0;
	int code = initdata_digest(text, digest, &n, diag);   /* is it one at all */

	for (size_t i = 0; code == 0 && i < r->n_subjects; i++) {
		const struct coco_bound_field *f = initdata_field(a, (int)i);

		if (f == NULL)
			continue;
		any = true;
		code = bind_digest(a, (int)i, f, coco_view_of(digest, n), "--initdata", diag);
	}
	if (code != 0)
		coco_diag_source(diag, "the file of --initdata");
	if (code != 0 || any)
		return code;
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
			  "bind.initdata", "the evidence names this initdata document");
	coco_check_actual(r, "no evidence here has a field for it");
	coco_check_refusal(r, COCO_ROLE_CALLER, "MEAS_INITDATA",
			   "give the report or quote of the guest too");
	return 0;
}

int coco_bind(struct coco_appraisal *a, const struct coco_bindings *expected,
	      struct coco_diag *diag)
{
	int r = coco_bind_payloads(a, expected, diag);

	freshness(a, expected);
	if (r == 0 && expected->initdata.n > 0)
		r = caller_initdata(a, expected->initdata, diag);
	return r;
}
