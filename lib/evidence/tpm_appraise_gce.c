/*
 * tpm_appraise_gce.c - attestations of go-tpm-tools (see tpm_appraise.h):
 * several quotes by one key, and the key's certificate.
 */
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/gce_tpm.h"
#include "lib/evidence/anchor.h"
#include "lib/evidence/tpm_appraise_priv.h"

static int gce_inspect(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag)
{
	struct coco_gce *g = NULL;
	struct coco_key *key = NULL;
	int r = coco_gce_decode(&g, coco_piece_bytes(piece), diag);

	if (r != 0) {
		if (diag != NULL)
			diag->offset += piece->base;
		return r;
	}
	coco_gce_claims(claims, g, piece->base);
	r = coco_tpm_key_of(&g->ak_public, &key, NULL);
	coco_gce_free(g);
	return coco_tpm_claim_key(claims, r, key, diag);
}

/* The key signs what the TPM itself made, and nothing else. */
static void check_attributes(struct coco_appraisal *a, int subject, int input,
			     const struct coco_piece *piece, const struct coco_gce *g)
{
	uint32_t want = COCO_TPM_RESTRICTED | COCO_TPM_SIGN | COCO_TPM_FIXED_TPM;
	uint32_t bits = g->ak_public.attributes;
	bool ok = (bits & want) == want && (bits & COCO_TPM_DECRYPT) == 0;
	struct coco_result *r = a->result;

	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "tpm.ak.attributes",
			  "the attestation key signs only what the TPM made");
	coco_check_expected(r, "restricted, sign, fixedTPM, not decrypt");
	coco_check_actual(r, "0x%08x", bits);
	if (piece->has_base)
		coco_check_at(r, input, piece->base + g->ak.offset + g->ak_public.attributes_at);
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_AK_ATTRIBUTES",
				   "quote with a restricted signing key of the TPM");
}

/* All quotes are for one nonce, or one of them is old. */
static void check_nonces(struct coco_appraisal *a, int subject, const struct coco_gce *g)
{
	struct coco_view first = g->quote[0].quote.extra_data;
	struct coco_result *r = a->result;
	bool same = true;

	for (size_t i = 1; i < g->n_quotes; i++) {
		struct coco_view v = g->quote[i].quote.extra_data;

		same = same && v.n == first.n && (v.n == 0 || memcmp(v.p, first.p, v.n) == 0);
	}
	if (g->n_quotes < 2)
		return;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  same ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "tpm.quote.one_nonce",
			  "all quotes are for one nonce");
	if (!same)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "FRESH_NONCE_MISMATCH",
				   "collect all quotes again in one step");
}

/* Two quotes over one bank could show two values of a PCR. */
static void check_banks(struct coco_appraisal *a, int subject, const struct coco_gce *g)
{
	struct coco_result *r = a->result;
	bool twice = false;

	for (size_t i = 0; i < g->n_quotes; i++)
		for (size_t k = 0; k < i; k++)
			for (size_t j = 0; j < g->quote[k].pcrs.n; j++) {
				const struct coco_tpm_pcr *p = &g->quote[k].pcrs.v[j];

				twice = twice || coco_tpm_selected(&g->quote[i].quote, p->alg,
								   p->index);
			}
	if (!twice)
		return;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL,
			  "tpm.quote.one_bank", "every PCR is quoted once");
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_MALFORMED",
			   "give one quote for each bank");
}

/* The certificates that came along; *ret_n of them, of which the first is the key's. */
static int certificates(const struct coco_gce *g, struct coco_cert *ret[1 + COCO_GCE_CERTS],
			size_t *ret_n, struct coco_diag *why)
{
	int r = 0;

	*ret_n = 0;
	if (g->ak_cert.v.n == 0)
		return 0;
	r = coco_cert_parse(&ret[0], g->ak_cert.v, why);
	if (r == 0)
		++*ret_n;
	for (size_t i = 0; r == 0 && i < g->n_certs; i++) {
		r = coco_cert_parse(&ret[*ret_n], g->cert[i].v, why);
		if (r == 0)
			++*ret_n;
	}
	return r;
}

static void bad_certificate(struct coco_appraisal *a, int subject, const char *actual)
{
	coco_result_check(a->result, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL,
			  "tpm.ak.certificate", "the certificate is that of the attestation key");
	coco_check_actual(a->result, "%s", actual);
	coco_check_refusal(a->result, COCO_ROLE_PLATFORM_OPERATOR, "COLL_WRONG_KEY:ak_cert",
			   "collect the attestation again");
}

static int check_certificate(struct coco_appraisal *a, int subject, const struct coco_gce *g,
			     const struct coco_key *key, struct coco_diag *why,
			     struct coco_diag *diag)
{
	struct coco_cert *certs[1 + COCO_GCE_CERTS] = { NULL };
	bool its_own = true;
	size_t n = 0;

	coco_diag_init(why);
	int r = certificates(g, certs, &n, why);
	if (r == 0 && n > 0)
		r = coco_anchor_holds(certs[0], key, &its_own, diag);
	if (r == COCO_E_LIMIT_MEMORY) {
		coco_fail(diag, r, "no memory for a certificate");
	} else if (r != 0) {
		bad_certificate(a, subject, why->message);
		r = 0;
	} else if (!its_own) {
		bad_certificate(a, subject, "it certifies another key");
	} else {
		r = coco_tpm_check_key(a, subject, key, certs, n, diag);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(certs); i++)
		coco_cert_free(certs[i]);
	return r;
}

static int check(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
		 const struct coco_gce *g, struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	struct coco_diag why;
	int r;

	coco_diag_init(&why);
	r = coco_tpm_key_of(&g->ak_public, &key, &why);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a key");
	r = 0;
	check_attributes(a, subject, piece->input, piece, g);
	check_nonces(a, subject, g);
	check_banks(a, subject, g);
	for (size_t i = 0; r == 0 && i < g->n_quotes; i++) {
		const struct coco_gce_quote *gq = &g->quote[i];
		struct coco_tpm_signed q = {
			.quote = &gq->quote, .signature = &gq->signature, .pcrs = &gq->pcrs,
			.ak = key, .why = why.message, .placed = piece->has_base,
			.offset = piece->base + gq->message.offset,
		};

		r = coco_tpm_check_quote(a, subject, piece->input, &q, NULL, diag);
	}
	if (r == 0 && key != NULL)
		r = check_certificate(a, subject, g, key, &why, diag);
	if (r == 0 && (g->snp.v.n > 0 || g->tdx.v.n > 0))
		coco_result_gap(a->result, subject, "cpu",
				"the attestation of the CPU that is inside, in a parsed form",
				"only the report or quote itself is judged",
				"give the SEV-SNP report or TDX quote as a file");
	coco_key_free(key);
	return r;
}

static int gce_authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag)
{
	struct coco_gce *g = NULL;
	int r = coco_gce_decode(&g, coco_piece_bytes(piece), diag);

	if (r == 0)
		r = check(a, piece, subject, g, diag);
	coco_gce_free(g);
	return r;
}

const struct coco_appraiser coco_appraiser_gce = {
	COCO_PIECE_GCE_TPM, "gce-tpm", "tpm", gce_inspect, gce_authenticate,
};
