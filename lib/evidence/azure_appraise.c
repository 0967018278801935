/*
 * azure_appraise.c - evidence of Azure confidential VMs (see azure_appraise.h).
 */
#include "lib/evidence/azure_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/evidence/azure_json.h"
#include "formats/evidence/snp_report.h"
#include "formats/evidence/tdx_quote.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/key_numbers.h"
#include "lib/evidence/snp_appraise.h"
#include "lib/evidence/tdx_appraise.h"
#include "lib/evidence/tpm_appraise.h"

enum { REPORT_DATA = 64 };

static int decode(const struct coco_piece *piece, struct coco_azure *ret, struct coco_diag *diag)
{
	struct coco_json doc = { .root = NULL };
	int r = coco_json_parse(&doc, coco_piece_bytes(piece), COCO_PIECE_MAX, diag);

	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = coco_azure_decode(ret, &root, diag);
	}
	coco_json_free(&doc);
	return r;
}

/* ---- claims ------------------------------------------------------------------------------- */

/* Bytes out of a text have no place in the input. */
static void unplace(struct coco_claims *c, size_t from)
{
	for (size_t i = from; i < c->n; i++) {
		c->v[i].offset = 0;
		c->v[i].length = 0;
		c->v[i].derived = true;
	}
}

static int hardware_claims(struct coco_claims *c, bool tdx, struct coco_view hardware,
			   struct coco_diag *diag)
{
	size_t from = c->n;
	int r;

	if (tdx) {
		struct coco_tdx_quote quote;

		r = coco_tdx_quote_parse(&quote, hardware, diag);
		if (r == 0)
			coco_tdx_quote_claims(c, &quote, 0);
	} else {
		struct coco_snp_report report;

		r = coco_snp_report_parse(&report, hardware, diag);
		if (r == 0)
			coco_snp_report_claims(c, &report, 0);
	}
	unplace(c, from);
	return r;
}

static int data_digest(const struct coco_hcl_report *t, uint8_t ret[REPORT_DATA],
		       struct coco_diag *diag)
{
	static const enum coco_digest_alg algs[] = { COCO_DIGEST_SHA256, COCO_DIGEST_SHA384,
						     COCO_DIGEST_SHA512 };
	struct coco_digest *d = NULL;
	int r = coco_digest_new(&d, algs[t->hash_type - 1], diag);

	memset(ret, 0, REPORT_DATA);
	if (r == 0)
		r = coco_digest_once(d, t->data.p, t->data.n, ret, diag);
	coco_digest_free(d);
	return r;
}

static int digest_claim(struct coco_claims *c, const struct coco_hcl_report *t,
			struct coco_diag *diag)
{
	uint8_t digest[REPORT_DATA];
	int r = data_digest(t, digest, diag);

	if (r != 0)
		return r;
	coco_claims_bytes(c, "hcl.data_digest", digest, t->hash_type == 1 ? 32
						       : t->hash_type == 2 ? 48 : 64, 0);
	coco_claims_derived(c);
	return 0;
}

static int azure_inspect(const struct coco_piece *piece, struct coco_claims *claims,
			 struct coco_diag *diag)
{
	struct coco_azure a;
	int r = decode(piece, &a, diag);

	if (r != 0)
		return r;
	r = hardware_claims(claims, a.tdx, a.tdx ? coco_view_of(a.td_quote, a.n_td_quote)
						 : a.report.hardware, diag);
	if (r == 0) {
		coco_azure_claims(claims, &a);
		r = digest_claim(claims, &a.report, diag);
	}
	coco_azure_free(&a);
	return r;
}

/* ---- checks ------------------------------------------------------------------------------- */

/* Offsets within bytes that were decoded from a text are no offsets of the input. */
static void unplace_checks(struct coco_result *r, size_t from)
{
	for (size_t i = from; i < r->n_checks; i++) {
		r->checks[i].has_offset = false;
		r->checks[i].offset = 0;
	}
}

/* The hardware names the data of the HCL report, and with it the key. */
static int check_report_data(struct coco_appraisal *a, int subject, int input, bool tdx,
			     const struct coco_hcl_report *t, struct coco_diag *diag)
{
	const char *name = tdx ? "tdx.report_data" : "snp.report_data";
	const struct coco_claim *have = coco_claims_find(coco_appraisal_claims(a, subject), name);
	struct coco_result *r = a->result;
	uint8_t want[REPORT_DATA];
	char text[2 * REPORT_DATA + 1];
	int code = data_digest(t, want, diag);

	if (code != 0)
		return code;
	bool ok = have != NULL && have->n == REPORT_DATA && memcmp(have->p, want, REPORT_DATA) == 0;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "azure.report_data",
			  "the hardware report names the data of the HCL report");
	coco_hex_encode(text, want, REPORT_DATA);
	coco_check_expected(r, "%s", text);
	coco_check_source(r, "digest of the HCL report's data");
	if (have != NULL) {
		coco_claim_text(have, text, sizeof(text));
		coco_check_actual(r, "%s", text);
	}
	if (input >= 0 && have != NULL && !have->derived)
		coco_check_at(r, input, have->offset);
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "BIND_HCL",
				   "collect the evidence again: hardware report and virtual TPM "
				   "are not of the same virtual machine");
	return 0;
}

/* From version 2 on the HCL report itself holds what the verifier asked for. */
static void check_user_data(struct coco_appraisal *a, int subject, const struct coco_azure *t)
{
	struct coco_view nonce = t->quoted.quote.extra_data;
	struct coco_result *r = a->result;
	char text[2 * COCO_HCL_USER_DATA + 1];

	if (t->version < 2)
		return;
	bool ok = t->data.has_user_data && nonce.n > 0 && nonce.n <= COCO_HCL_USER_DATA &&
		  memcmp(t->data.user_data, nonce.p, nonce.n) == 0;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "azure.user_data",
			  "the HCL report was made for the quote's nonce");
	coco_hex_encode(text, nonce.p, coco_min_size(nonce.n, COCO_HCL_USER_DATA));
	coco_check_expected(r, "%s", text);
	coco_check_source(r, "extraData of the quote");
	if (t->data.has_user_data) {
		coco_hex_encode(text, t->data.user_data, COCO_HCL_USER_DATA);
		coco_check_actual(r, "%s", text);
	} else {
		coco_check_actual(r, "no user-data");
	}
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "FRESH_NONCE_MISMATCH",
				   "collect the evidence again: the HCL report is older than the "
				   "quote");
}

static int hardware_checks(struct coco_appraisal *a, int subject, int input,
			   const struct coco_azure *t, struct coco_diag *diag)
{
	size_t from = a->result->n_checks;
	int r;

	if (t->tdx)
		r = coco_tdx_authenticate(a, coco_view_of(t->td_quote, t->n_td_quote), input, 0,
					  subject, diag);
	else
		r = coco_snp_authenticate(a, t->report.hardware, input, 0, subject, diag);
	unplace_checks(a->result, from);
	return r;
}

/* The virtual TPM's quote by the key that the hardware vouches for. */
static int quote_checks(struct coco_appraisal *a, int subject, int input,
			const struct coco_azure *t, struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	struct coco_diag why;
	int r;

	coco_diag_init(&why);
	r = coco_key_from_rsa(coco_view_of(t->data.n, t->data.n_n),
			      coco_view_of(t->data.e, t->data.n_e), &key, &why);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a key");
	struct coco_tpm_signed q = {
		.quote = &t->quoted.quote, .signature = &t->quoted.signature,
		.pcrs = &t->quoted.pcrs, .ak = key, .why = why.message,
	};
	r = coco_tpm_check_quote(a, subject, input, &q, NULL, diag);
	coco_key_free(key);
	return r;
}

static int azure_authenticate(struct coco_appraisal *a, const struct coco_piece *piece,
			      int subject, struct coco_diag *diag)
{
	struct coco_azure t;
	int r = decode(piece, &t, diag);

	if (r != 0)
		return r;
	r = hardware_checks(a, subject, piece->input, &t, diag);
	if (r == 0)
		r = check_report_data(a, subject, -1, t.tdx, &t.report, diag);
	if (r == 0)
		r = quote_checks(a, subject, piece->input, &t, diag);
	if (r == 0)
		check_user_data(a, subject, &t);
	coco_azure_free(&t);
	return r;
}

/* ---- an HCL report alone ------------------------------------------------------------------ */

static int hcl_inspect(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag)
{
	struct coco_hcl_report t;
	struct coco_hcl_data data;
	struct coco_snp_report report;
	int r = coco_hcl_report_parse(&t, coco_piece_bytes(piece), diag);

	if (r == 0)
		r = coco_hcl_data_parse(&data, t.data, diag);
	if (r != 0) {
		if (diag != NULL)
			diag->offset += piece->base;
		return r;
	}
	if (t.report_type == COCO_HCL_SNP)
		r = coco_snp_report_parse(&report, t.hardware, diag);
	if (r == 0 && t.report_type == COCO_HCL_SNP)
		coco_snp_report_claims(claims, &report, piece->base + COCO_HCL_HARDWARE_AT);
	if (r == 0) {
		coco_hcl_claims(claims, &t, &data, true, piece->base);
		r = digest_claim(claims, &t, diag);
	}
	coco_hcl_data_free(&data);
	return r;
}

static int hcl_authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag)
{
	struct coco_result *r = a->result;
	struct coco_hcl_report t;
	int code = coco_hcl_report_parse(&t, coco_piece_bytes(piece), diag);

	if (code != 0)
		return code;
	if (t.report_type == COCO_HCL_SNP) {
		code = coco_snp_authenticate(a, t.hardware, piece->input,
					     piece->base + COCO_HCL_HARDWARE_AT, subject, diag);
		return code != 0 ? code : check_report_data(a, subject, piece->has_base ?
							    piece->input : -1, false, &t, diag);
	}
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
			  "azure.td_quote", "a quote of the TD names the data of the HCL report");
	coco_check_actual(r, "a TDREPORT, which only the machine that made it can check");
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MISSING:quote",
			   "give the whole evidence with the quote of the TD");
	return 0;
}

const struct coco_appraiser coco_appraiser_az_snp = {
	COCO_PIECE_AZ_SNP_VTPM, "az-snp-vtpm", "cpu", azure_inspect, azure_authenticate,
};

const struct coco_appraiser coco_appraiser_az_tdx = {
	COCO_PIECE_AZ_TDX_VTPM, "az-tdx-vtpm", "cpu", azure_inspect, azure_authenticate,
};

const struct coco_appraiser coco_appraiser_hcl = {
	COCO_PIECE_HCL_REPORT, "hcl-report", "cpu", hcl_inspect, hcl_authenticate,
};
