/*
 * tdx_appraise.c - the order of a verification, signatures, attributes (see
 * tdx_appraise.h; evidence.md 2.3).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/tdx_work.h"

/* ---- what the three files share ---------------------------------------------------------- */

void coco_tdx_check(struct coco_tdx_work *w, enum coco_checked outcome, const char *id,
		    const char *title)
{
	char text[COCO_RESULT_ID];

	snprintf(text, sizeof(text), "%s.%s", w->prefix, id);
	coco_result_check(w->a->result, w->subject, COCO_ASPECT_AUTHENTIC, outcome, text, title);
	if (outcome == COCO_CHECKED_FAIL)
		coco_tdx_distrust(w);
}

void coco_tdx_skip(struct coco_tdx_work *w, const char *id, const char *title, const char *why)
{
	coco_tdx_check(w, COCO_CHECKED_SKIPPED, id, title);
	coco_check_detail(w->a->result, "%s", why);
}

void coco_tdx_place_at(struct coco_tdx_work *w, uint64_t offset)
{
	if (w->base != COCO_NO_OFFSET)
		coco_check_at(w->a->result, w->input, w->base + offset);
}

void coco_tdx_place(struct coco_tdx_work *w, struct coco_view part)
{
	coco_tdx_place_at(w, coco_tdx_at(&w->quote, part));
}

void coco_tdx_distrust(struct coco_tdx_work *w)
{
	enum { CRYPTO_FAILED = 99 };

	coco_result_trust(w->a->result, w->subject, COCO_TRUST_INSTANCE_IDENTITY, CRYPTO_FAILED);
	coco_result_trust(w->a->result, w->subject, COCO_TRUST_HARDWARE, CRYPTO_FAILED);
	coco_result_trust(w->a->result, w->subject, COCO_TRUST_CONFIGURATION, CRYPTO_FAILED);
}

void coco_tdx_used(struct coco_tdx_work *w, const struct coco_tdx_cert *cert, const char *role)
{
	if (cert->item >= 0)
		coco_appraisal_used(w->a, cert->item, role);
	else if (cert->root >= 0)
		coco_appraisal_used_root(w->a, cert->root, role);
}

bool coco_tdx_tried(struct coco_tdx_work *w, int code)
{
	if (code == COCO_E_LIMIT_MEMORY && w->code == 0)
		w->code = coco_fail(w->diag, code, "no memory to verify a quote");
	return code == 0;
}

char *coco_tdx_name(const struct coco_tdx_work *w, const char *name, char ret[COCO_CLAIM_NAME])
{
	snprintf(ret, COCO_CLAIM_NAME, "%s.%s", w->prefix, name);
	return ret;
}

/* ---- header and signatures --------------------------------------------------------------- */

static void header(struct coco_tdx_work *w)
{
	static const uint8_t intel[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
					   0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };
	struct coco_result *r = w->a->result;
	const struct coco_dcap_head *head = &w->quote.head;
	bool ok = memcmp(head->vendor_id, intel, sizeof(intel)) == 0;
	char want[33], have[33];
	enum { VENDOR_AT = 12 };

	coco_hex_encode(want, intel, sizeof(intel));
	coco_hex_encode(have, head->vendor_id, sizeof(head->vendor_id));
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "header",
		       "the quote is one of Intel's quoting enclave");
	coco_check_expected(r, "QE vendor %s", want);
	coco_check_actual(r, "%s", have);
	coco_check_detail(r, "version %u, attestation key type %u, TEE type 0x%x", head->version,
			  head->key_type, head->tee_type);
	coco_tdx_place_at(w, VENDOR_AT);
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_UNSUPPORTED:qe-vendor",
				   "make quotes with Intel's quoting enclave");
}

/* A signature check: code is what the verification returned, with w->why. */
static void signature(struct coco_tdx_work *w, int code, const char *id, const char *title,
		      struct coco_view place)
{
	struct coco_result *r = w->a->result;

	if (!coco_tdx_tried(w, code) && w->code != 0)
		return;
	coco_tdx_check(w, code == 0 ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, id, title);
	coco_tdx_place(w, place);
	if (code == 0)
		return;
	coco_check_actual(r, "%s", w->why.message);
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_SIGNATURE:quote",
			   "give the quote as the quoting service returned it, unchanged");
}

static void qe_signature(struct coco_tdx_work *w)
{
	static const char title[] = "the PCK certificate's key signed the QE report";

	if (w->leaf.cert == NULL) {
		coco_tdx_skip(w, "qe.signature", title, "there is no PCK certificate");
		return;
	}
	coco_diag_init(&w->why);
	int r = coco_cert_verify_ec(w->leaf.cert, w->quote.qe_report, 256, w->quote.qe_signature,
				    &w->why);
	signature(w, r, "qe.signature", title, w->quote.qe_signature);
}

/* The first half is the digest of key and authentication data, the second half zero. */
static void qe_binding(struct coco_tdx_work *w)
{
	struct coco_result *r = w->a->result;
	const struct coco_tdx_quote *q = &w->quote;
	struct coco_sha256 sha;
	uint8_t want[64] = { 0 };
	char text[2 * 64 + 1];

	coco_sha256_init(&sha);
	coco_sha256_update(&sha, q->key.p, q->key.n);
	coco_sha256_update(&sha, q->qe_auth.p, q->qe_auth.n);
	coco_sha256_final(&sha, want);
	bool ok = memcmp(want, q->qe.report_data, sizeof(want)) == 0;
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "qe.binding",
		       "the QE report vouches for the attestation key");
	coco_hex_encode(text, want, sizeof(want));
	coco_check_expected(r, "%s", text);
	coco_hex_encode(text, q->qe.report_data, sizeof(want));
	coco_check_actual(r, "%s", text);
	coco_tdx_place(w, coco_view_of(q->qe_report.p + COCO_SGX_REPORT - 64, 64));
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_SIGNATURE:attestation-key",
				   "it is put together from parts of others: take a new quote");
}

static void quote_signature(struct coco_tdx_work *w)
{
	coco_diag_init(&w->why);
	int r = coco_ec_verify_point(w->quote.key, w->quote.signed_part, 256, w->quote.signature,
				     &w->why);
	signature(w, r, "quote.signature", "the attestation key signed header and body",
		  w->quote.signature);
}

/* ---- attributes -------------------------------------------------------------------------- */

/* XFAM is fixed by the module: another value shows a body that no module made. */
static void xfam(struct coco_tdx_work *w)
{
	struct coco_result *r = w->a->result;
	const struct coco_dcap_head *head = &w->quote.head;
	uint64_t v = head->td.xfam;
	bool ok = (v & COCO_TDX_XFAM_FIXED1) == COCO_TDX_XFAM_FIXED1;
	enum { XFAM_AT = 0x80, XFAM_SIZE = 8 };

	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "xfam",
		       "XFAM has the bits that are always set");
	coco_check_expected(r, "0x%llx set", (unsigned long long)COCO_TDX_XFAM_FIXED1);
	coco_check_actual(r, "0x%llx", (unsigned long long)v);
	coco_tdx_place(w, coco_view_of(w->quote.bytes.p + head->body_at + XFAM_AT, XFAM_SIZE));
	if ((v & ~(COCO_TDX_XFAM_KNOWN | 1 << 10)) != 0)
		coco_check_detail(r, "bits without a published meaning are set");
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_MALFORMED",
				   "take a new quote from the guest");
}

/* What a TD may do is a policy's decision; the vector says what is plain. */
static void configuration(struct coco_tdx_work *w)
{
	enum { AFFIRMING = 2, CONTRAINDICATED = 96 };
	const struct coco_dcap_head *head = &w->quote.head;
	bool debug = head->body == COCO_DCAP_BODY_SGX
			     ? (head->sgx.attributes[0] & 2) != 0
			     : (head->td.td_attributes & COCO_TDX_ATTR_TUD) != 0;

	coco_result_trust(w->a->result, w->subject, COCO_TRUST_CONFIGURATION,
			  debug ? CONTRAINDICATED : AFFIRMING);
}

/* ---- the whole --------------------------------------------------------------------------- */

static void malformed(struct coco_tdx_work *w)
{
	struct coco_result *r = w->a->result;
	const struct coco_diag *why = &w->why;

	coco_tdx_check(w, COCO_CHECKED_FAIL, "format", "the quote has its format's form");
	coco_check_actual(r, "%s", why->message);
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MALFORMED",
			   "give the quote as the quoting service returned it, unchanged");
	if (why->has_offset)
		coco_tdx_place_at(w, why->offset);
}

static int run(struct coco_tdx_work *w)
{
	int code = coco_run_check(w->a->run, w->diag);

	if (code != 0)
		return code;
	header(w);
	coco_tdx_chain(w);
	qe_signature(w);
	qe_binding(w);
	quote_signature(w);
	if (w->quote.head.body != COCO_DCAP_BODY_SGX)
		xfam(w);
	configuration(w);
	if (w->code == 0)
		coco_tdx_tcb(w);
	return w->code;
}

int coco_tdx_authenticate(struct coco_appraisal *a, struct coco_view quote, int input,
			  uint64_t base, int subject, struct coco_diag *diag)
{
	struct coco_tdx_work *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to verify a quote");
	w->a = a;
	w->input = input;
	w->base = base;
	w->subject = subject;
	w->diag = diag;
	w->prefix = "tdx";
	int r = coco_tdx_quote_parse(&w->quote, quote, &w->why);
	if (r != 0) {
		malformed(w);
		r = 0;
	} else {
		w->prefix = coco_tdx_prefix(&w->quote);
		r = run(w);
	}
	for (size_t i = 0; i < w->n_certs; i++)
		coco_cert_free(w->certs[i]);
	coco_free(w);
	return r != 0 ? r : coco_result_finish(a->result, diag);
}

/* Of the first certificate in the quote; what cannot be read adds nothing. */
static int pck_claims(struct coco_claims *claims, const struct coco_tdx_quote *quote,
		      struct coco_diag *diag)
{
	struct coco_view rest = quote->cert_data, content;
	struct coco_cert *cert = NULL;
	struct coco_pck_ext ext;
	struct coco_pem pem;
	bool found = false;
	int r;

	if (quote->cert_type != COCO_TDX_CERT_CHAIN || !coco_pem_looks(rest))
		return 0;
	r = coco_pem_next(&rest, &pem, &found, NULL);
	if (r == 0 && found) {
		r = coco_cert_parse(&cert, coco_view_of(pem.der, pem.n_der), NULL);
		coco_pem_clear(&pem);
	}
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for the PCK certificate");
	if (cert != NULL && coco_cert_extension(cert, COCO_PCK_EXT_OID, &content, NULL) &&
	    coco_pck_ext_parse(&ext, content, 0, NULL) == 0)
		coco_pck_ext_claims(claims, &ext, coco_tdx_prefix(quote));
	coco_cert_free(cert);
	return 0;
}

static int inspect(const struct coco_piece *piece, struct coco_claims *claims,
		   struct coco_diag *diag)
{
	struct coco_tdx_quote quote;
	int r = coco_tdx_quote_parse(&quote, coco_piece_bytes(piece), diag);

	if (r != 0) {
		if (diag != NULL && diag->has_offset)
			diag->offset += piece->base;
		return r;
	}
	coco_tdx_quote_claims(claims, &quote, piece->base);
	r = pck_claims(claims, &quote, diag);
	return r != 0 ? r : coco_claims_finish(claims, diag);
}

static int authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			struct coco_diag *diag)
{
	return coco_tdx_authenticate(a, coco_piece_bytes(piece), piece->input,
				     piece->has_base ? piece->base : COCO_NO_OFFSET, subject,
				     diag);
}

const struct coco_appraiser coco_appraiser_tdx = {
	COCO_PIECE_TDX_QUOTE, "tdx", "cpu", inspect, authenticate,
};

const struct coco_appraiser coco_appraiser_sgx = {
	COCO_PIECE_SGX_QUOTE, "sgx", "cpu", inspect, authenticate,
};
