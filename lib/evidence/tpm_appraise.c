/*
 * tpm_appraise.c - quotes of TPMs (see tpm_appraise.h).
 */
#include "lib/evidence/tpm_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/key_numbers.h"
#include "lib/crypto/sign_scheme.h"
#include "lib/evidence/anchor.h"
#include "lib/evidence/tpm_appraise_priv.h"

enum { PCR_INPUT_MAX = 1 << 16 };

static bool hash_of(uint16_t alg, enum coco_digest_alg *ret)
{
	switch (alg) {
	case COCO_TCG_SHA1:
		*ret = COCO_DIGEST_SHA1;
		return true;
	case COCO_TCG_SHA256:
		*ret = COCO_DIGEST_SHA256;
		return true;
	case COCO_TCG_SHA384:
		*ret = COCO_DIGEST_SHA384;
		return true;
	case COCO_TCG_SHA512:
		*ret = COCO_DIGEST_SHA512;
		return true;
	default:
		return false;
	}
}

static const char *alg_name(uint16_t alg)
{
	const char *name = coco_tcg_alg_name(alg);

	return name != NULL ? name : "an unknown hash";
}

int coco_tpm_key_of(const struct coco_tpm_public *area, struct coco_key **ret,
		    struct coco_diag *diag)
{
	uint8_t e[4];
	unsigned curve = 0;

	if (area->type == COCO_TPM_RSA) {
		coco_put_be32(e, area->exponent);
		return coco_key_from_rsa(area->a, coco_view_of(e, sizeof(e)), ret, diag);
	}
	if (area->curve == COCO_TPM_P256)
		curve = 256;
	else if (area->curve == COCO_TPM_P384)
		curve = 384;
	else if (area->curve == COCO_TPM_P521)
		curve = 521;
	return coco_key_from_point(curve, area->a, area->b, ret, diag);
}

/* ---- signature ------------------------------------------------------------------------ */

/* r and s of a TPM may lack zeros in front; false: longer than the curve's numbers. */
static bool pad(const struct coco_key *key, const struct coco_tpm_signature *sig,
		uint8_t ret[COCO_EC_RAW_MAX], size_t *ret_n)
{
	size_t half = coco_ec_raw_size(key) / 2;

	memset(ret, 0, COCO_EC_RAW_MAX);
	if (half == 0 || sig->a.n > half || sig->b.n > half || sig->a.n == 0 || sig->b.n == 0)
		return false;
	memcpy(ret + half - sig->a.n, sig->a.p, sig->a.n);
	memcpy(ret + 2 * half - sig->b.n, sig->b.p, sig->b.n);
	*ret_n = 2 * half;
	return true;
}

/* 0, VERIFY_SIGNATURE or KEY_TYPE with a message, or memory. */
static int verify(const struct coco_tpm_signed *q, struct coco_diag *diag)
{
	enum coco_sign_scheme scheme = COCO_SCHEME_PKCS1;
	struct coco_view sig = q->signature->a;
	enum coco_digest_alg hash;
	uint8_t raw[COCO_EC_RAW_MAX];
	size_t n = 0;

	if (!hash_of(q->signature->hash, &hash))
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "the signature is made with %s (0x%x)",
				 alg_name(q->signature->hash), q->signature->hash);
	if (q->signature->scheme == COCO_TPM_RSAPSS)
		scheme = COCO_SCHEME_PSS_ANY;
	if (q->signature->scheme == COCO_TPM_ECDSA) {
		scheme = COCO_SCHEME_ECDSA;
		if (!pad(q->ak, q->signature, raw, &n))
			return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
					 "the signature's numbers are not those of the key's "
					 "curve");
		sig = coco_view_of(raw, n);
	}
	return coco_scheme_verify(q->ak, scheme, hash, q->quote->bytes, sig, diag);
}

static void place(struct coco_result *r, int input, const struct coco_tpm_signed *q,
		  uint64_t within)
{
	if (q->placed)
		coco_check_at(r, input, q->offset + within);
}

static int check_signature(struct coco_appraisal *a, int subject, int input,
			   const struct coco_tpm_signed *q, bool *ret, struct coco_diag *diag)
{
	struct coco_result *r = a->result;
	struct coco_diag why;

	coco_diag_init(&why);
	int code = q->ak != NULL ? verify(q, &why) : COCO_E_KEY_FORMAT;
	if (code == COCO_E_LIMIT_MEMORY || code == COCO_E_INTERNAL)
		return coco_fail(diag, code, "%s", why.message);
	*ret = code == 0;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  *ret ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "tpm.quote.signature",
			  "the quote is signed by the attestation key");
	coco_check_expected(r, "a signature by %s", q->ak != NULL
			    ? coco_key_fingerprint_text(q->ak) : "the attestation key");
	coco_check_actual(r, "%s", *ret ? coco_tpm_scheme_name(q->signature->scheme)
					: q->ak != NULL ? why.message : q->why);
	place(r, input, q, 0);
	if (!*ret)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_SIGNATURE:quote",
				   "collect the quote again; if it stays so, something between "
				   "the TPM and here changes it");
	return 0;
}

/* ---- PCRs ----------------------------------------------------------------------------- */

static int digest_of(const struct coco_wr *in, enum coco_digest_alg hash, uint8_t *ret,
		     struct coco_diag *diag)
{
	struct coco_digest *d = NULL;
	int r = coco_digest_new(&d, hash, diag);

	if (r == 0)
		r = coco_digest_once(d, in->p, in->n, ret, diag);
	coco_digest_free(d);
	return r;
}

static void digest_texts(struct coco_result *r, const struct coco_tpm_signed *q,
			 const uint8_t *digest, size_t n)
{
	char text[2 * COCO_DIGEST_MAX + 1];

	coco_hex_encode(text, q->quote->pcr_digest.p,
			coco_min_size(q->quote->pcr_digest.n, COCO_DIGEST_MAX));
	coco_check_expected(r, "%s", text);
	coco_check_source(r, "pcrDigest of the quote, %s", alg_name(q->signature->hash));
	coco_hex_encode(text, digest, n);
	coco_check_actual(r, "%s", text);
}

static void digest_missing(struct coco_result *r, int subject, uint16_t alg, unsigned index)
{
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_MISSING,
			  "tpm.quote.pcr_digest", "the values of the PCRs are those quoted");
	coco_check_actual(r, "no value of PCR %u in the %s bank, which the quote covers", index,
			  alg_name(alg));
	coco_check_refusal(r, COCO_ROLE_CALLER, "EVIDENCE_MISSING:pcr",
			   "give the values of all PCRs that the quote selects");
}

static int check_digest(struct coco_appraisal *a, int subject, int input,
			const struct coco_tpm_signed *q, bool *ret, struct coco_diag *diag)
{
	struct coco_result *r = a->result;
	uint8_t digest[COCO_DIGEST_MAX];
	enum coco_digest_alg hash;
	struct coco_wr wr;
	uint16_t alg = 0;
	unsigned index = 0;
	int code = 0;

	*ret = false;
	if (!hash_of(q->signature->hash, &hash))
		return 0;   /* the signature's check has said it */
	coco_wr_init(&wr, PCR_INPUT_MAX);
	if (!coco_tpm_pcrs_input(q->quote, q->pcrs, &wr, &alg, &index)) {
		coco_wr_free(&wr);
		digest_missing(r, subject, alg, index);
		return 0;
	}
	if (wr.code != 0)
		code = coco_fail(diag, wr.code, "no memory for the values of PCRs");
	if (code == 0)
		code = digest_of(&wr, hash, digest, diag);
	coco_wr_free(&wr);
	if (code != 0)
		return code;
	size_t n = coco_digest_length(hash);
	*ret = q->quote->pcr_digest.n == n && memcmp(q->quote->pcr_digest.p, digest, n) == 0;
	coco_result_check(r, subject, COCO_ASPECT_AUTHENTIC,
			  *ret ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "tpm.quote.pcr_digest",
			  "the values of the PCRs are those quoted");
	digest_texts(r, q, digest, n);
	place(r, input, q, (uint64_t)(q->quote->pcr_digest.p - q->quote->bytes.p));
	if (!*ret)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "EVIDENCE_PCR_DIGEST",
				   "collect quote and PCRs again in one step: they were read at "
				   "different times, or changed");
	return 0;
}

int coco_tpm_check_quote(struct coco_appraisal *a, int subject, int input,
			 const struct coco_tpm_signed *q, bool *ret, struct coco_diag *diag)
{
	bool signature = false;
	bool digest = false;
	int r = check_signature(a, subject, input, q, &signature, diag);

	if (r == 0)
		r = check_digest(a, subject, input, q, &digest, diag);
	if (r == 0 && ret != NULL)
		*ret = signature && digest;
	return r;
}

/* ---- the key ---------------------------------------------------------------------------- */

/* A certificate of the collateral that holds the key; *ret -1: none. */
static int cert_of(const struct coco_collateral *c, const struct coco_key *key, int *ret,
		   struct coco_diag *diag)
{
	bool rsa = coco_key_type(key) == COCO_KEY_RSA;
	bool same = false;
	int i = -1;
	int r = 0;

	*ret = -1;
	while (r == 0 && (i = coco_collateral_next(c, COCO_COLL_CERT, i)) >= 0) {
		const struct coco_cert *cert = c->v[i].cert;

		if ((rsa ? coco_cert_rsa_bits(cert) : coco_cert_curve(cert)) !=
		    coco_key_bits(key))
			continue;
		r = coco_anchor_holds(cert, key, &same, diag);
		if (r == 0 && same) {
			*ret = i;
			break;
		}
	}
	return r;
}

static void no_anchor(struct coco_anchor *t)
{
	snprintf(t->reason, sizeof(t->reason), "COLL_MISSING:ak");
	snprintf(t->actual, sizeof(t->actual), "nothing says whose key it is: a quote alone "
		 "proves nothing about the platform");
	snprintf(t->next, sizeof(t->next), "name the key (a key set) or the root of its "
		 "certificate with --trust-root");
}

static void revocation(struct coco_appraisal *a, int subject)
{
	coco_result_gap(a->result, subject, "revocation", "the certificate of the attestation key",
			"revocation lists of TPM certificates are not looked at",
			"ask the issuer whether the certificate is revoked");
}

/* Whose key it is: named by the caller, or by a certificate below a root of the caller. */
int coco_tpm_check_key(struct coco_appraisal *a, int subject, const struct coco_key *ak,
		       struct coco_cert *const *certs, size_t n_certs,
		       struct coco_diag *diag)
{
	static const char title[] = "the attestation key is one of a TPM that is trusted";
	struct coco_anchor t;
	int r = coco_anchor_key(a, ak, "attestation key", &t, diag);

	if (r == 0 && t.outcome == COCO_CHECKED_MISSING) {
		int i = -1;

		if (n_certs == 0)
			r = cert_of(a->collateral, ak, &i, diag);
		if (r != 0)
			return r;
		if (n_certs > 0)
			r = coco_anchor_chain(a, certs[0], certs + 1, n_certs - 1,
					      "AK certificate", &t, diag);
		else if (i >= 0)
			r = coco_anchor_chain(a, a->collateral->v[i].cert, NULL, 0,
					      "AK certificate", &t, diag);
		else
			no_anchor(&t);
		if (r == 0 && t.outcome == COCO_CHECKED_PASS)
			revocation(a, subject);
	}
	if (r != 0)
		return r;
	coco_anchor_check(a, subject, "tpm.ak", title, &t, COCO_ROLE_CALLER);
	if (t.outcome == COCO_CHECKED_PASS)
		coco_result_trust(a->result, subject, COCO_TRUST_INSTANCE_IDENTITY, 2);
	return 0;
}

int coco_tpm_claim_key(struct coco_claims *claims, int code, struct coco_key *key,
		       struct coco_diag *diag)
{
	if (code == 0) {
		coco_claims_bytes(claims, "tpm.ak.spki_sha256", coco_key_fingerprint(key),
				  COCO_FINGERPRINT_BYTES, 0);
		coco_claims_derived(claims);
	}
	coco_key_free(key);
	return code == COCO_E_LIMIT_MEMORY ? coco_fail(diag, code, "no memory for a key") : 0;
}

/* ---- Trustee's evidence ------------------------------------------------------------------- */


static int decode(const struct coco_piece *piece, struct coco_tpm_json *ret,
		  struct coco_diag *diag)
{
	struct coco_json doc = { .root = NULL };
	int r = coco_json_parse(&doc, coco_piece_bytes(piece), COCO_PIECE_MAX, diag);

	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = coco_tpm_json_decode(ret, &root, diag);
	}
	coco_json_free(&doc);
	return r;
}

static int tpm_inspect(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag)
{
	struct coco_tpm_json t;
	struct coco_key *key = NULL;
	int r = decode(piece, &t, diag);

	if (r != 0)
		return r;
	coco_tpm_json_claims(claims, &t);
	r = coco_key_parse_public(coco_view_of(t.ak, t.n_ak), &key, NULL);
	coco_tpm_json_free(&t);
	return coco_tpm_claim_key(claims, r, key, diag);
}

static int tpm_authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag)
{
	struct coco_tpm_json t;
	struct coco_key *key = NULL;
	struct coco_diag why;
	int r = decode(piece, &t, diag);

	if (r != 0)
		return r;
	coco_diag_init(&why);
	struct coco_tpm_signed q = { .quote = &t.quoted.quote, .signature = &t.quoted.signature,
				     .pcrs = &t.quoted.pcrs, .why = why.message };
	r = coco_key_parse_public(coco_view_of(t.ak, t.n_ak), &key, &why);
	if (r == COCO_E_LIMIT_MEMORY)
		coco_fail(diag, r, "no memory for a key");
	else
		r = 0;
	q.ak = key;
	if (r == 0)
		r = coco_tpm_check_quote(a, subject, piece->input, &q, NULL, diag);
	if (r == 0 && key != NULL)
		r = coco_tpm_check_key(a, subject, key, NULL, 0, diag);
	coco_key_free(key);
	coco_tpm_json_free(&t);
	return r;
}

const struct coco_appraiser coco_appraiser_tpm = {
	COCO_PIECE_TPM_EVIDENCE, "tpm", "tpm", tpm_inspect, tpm_authenticate,
};
