/*
 * azure_json.c - evidence of Azure confidential VMs (see azure_json.h).
 */
#include "formats/evidence/azure_json.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/pem.h"

enum {
	TD_QUOTE_MAX = 1 << 16,
	CERT_MAX = 1 << 16,
	MESSAGE_MAX = 1 << 12,
	SIGNATURE_MAX = 1 << 10,
};

void coco_azure_free(struct coco_azure *a)
{
	coco_free(a->hcl);
	coco_hcl_data_free(&a->data);
	coco_tpm_quoted_free(&a->quoted);
	coco_free(a->vcek);
	coco_free(a->td_quote);
	memset(a, 0, sizeof(*a));
}

bool coco_azure_looks(const struct coco_jv *doc, bool *ret_tdx)
{
	if (doc == NULL || doc->v == NULL || coco_jv_kind(doc) != COCO_JSON_OBJECT)
		return false;
	if (coco_jv_has(doc, "td_quote") && coco_jv_has(doc, "hcl_report")) {
		*ret_tdx = true;
		return true;
	}
	if (!coco_jv_has(doc, "vcek") || !(coco_jv_has(doc, "hcl_report") ||
					   (coco_jv_has(doc, "report") &&
					    coco_jv_has(doc, "quote"))))
		return false;
	*ret_tdx = false;
	return true;
}

/* A hexadecimal member of any even length up to 2 * max; gives *ret. */
static int hex_member(const struct coco_jv *obj, const char *key, size_t max, uint8_t **ret,
		      size_t *ret_n, struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	size_t n = strlen(text);
	if (n % 2 != 0 || n / 2 > max)
		return coco_jv_fail(obj, key, COCO_E_AZURE_EVIDENCE, diag,
				    "%zu hexadecimal digits; an even number up to %zu is meant", n,
				    2 * max);
	uint8_t *p = coco_alloc(n / 2 + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for evidence");
	r = coco_hex_decode(p, n / 2, text, n, diag);
	if (r != 0) {
		coco_free(p);
		coco_jv_locate(obj, key, diag);
		return r;
	}
	*ret = p;
	*ret_n = n / 2;
	return 0;
}

/* Bytes of a member: numbers in version 0, text later. */
static int bytes(const struct coco_azure *a, const struct coco_jv *obj, const char *key,
		 size_t max, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_jv list;

	if (a->version > 0)
		return coco_jv_b64(obj, key, ret, ret_n, diag);
	int r = coco_jv_array(obj, key, &list, diag);
	return r == 0 ? coco_tpm_json_bytes(&list, max, ret, ret_n, diag) : r;
}

/* The lists of version 0. */
static int old_pcrs(struct coco_tpm_quoted *q, const struct coco_jv *list, struct coco_diag *diag)
{
	size_t n = coco_jv_len(list);
	int r = 0;

	if (n > COCO_TPM_PCR_VALUES)
		return coco_jv_fail(list, NULL, COCO_E_TPM_EVIDENCE, diag, "%zu values of PCRs",
				    n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(list, i);
		uint8_t *p = NULL;
		size_t n_p = 0;
		uint16_t alg;
		uint8_t index;

		r = coco_tpm_pcrs_index(&q->quote, n, i, &alg, &index, diag);
		if (r == 0)
			r = coco_tpm_json_bytes(&item, COCO_TCG_DIGEST, &p, &n_p, diag);
		if (r == 0)
			r = coco_tpm_pcrs_add(&q->pcrs, alg, index, coco_view_of(p, n_p), diag);
		coco_free(p);
		if (r != 0)
			coco_jv_locate(&item, NULL, diag);
	}
	return r;
}

static int quote(struct coco_azure *a, const struct coco_jv *doc, struct coco_diag *diag)
{
	bool old = a->version == 0 && coco_jv_has(doc, "quote");
	struct coco_tpm_quoted *q = &a->quoted;
	struct coco_jv obj;
	struct coco_jv list;

	int r = coco_jv_object(doc, old ? "quote" : "tpm_quote", &obj, diag);
	if (r == 0 && a->version == 0)
		r = bytes(a, &obj, "message", MESSAGE_MAX, &q->message, &q->n_message, diag);
	else if (r == 0)
		r = hex_member(&obj, "message", MESSAGE_MAX, &q->message, &q->n_message, diag);
	if (r == 0 && a->version == 0)
		r = bytes(a, &obj, "signature", SIGNATURE_MAX, &q->signed_bytes, &q->n_signed,
			  diag);
	else if (r == 0)
		r = hex_member(&obj, "signature", SIGNATURE_MAX, &q->signed_bytes, &q->n_signed,
			       diag);
	if (r == 0)
		r = coco_jv_array(&obj, "pcrs", &list, diag);
	if (r != 0)
		return r;
	r = coco_tpm_quote_parse(&q->quote, coco_view_of(q->message, q->n_message), diag);
	if (r != 0) {
		coco_jv_locate(&obj, "message", diag);
		return r;
	}
	q->signature = (struct coco_tpm_signature){
		.scheme = COCO_TPM_RSASSA,
		.hash = COCO_TCG_SHA256,
		.a = coco_view_of(q->signed_bytes, q->n_signed),
	};
	return a->version == 0 ? old_pcrs(q, &list, diag) : coco_tpm_json_pcrs(q, &list, diag);
}

/* PEM of one certificate; gives *ret. */
static int pem_certificate(const char *text, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_view rest = coco_view_of(text, strlen(text));
	struct coco_pem pem = { .n_der = 0 };
	bool found = false;

	int r = coco_pem_next(&rest, &pem, &found, diag);
	if (r == 0 && (!found || strcmp(pem.label, "CERTIFICATE") != 0))
		r = coco_fail(diag, COCO_E_AZURE_EVIDENCE, "\"vcek\" holds no certificate");
	if (r == 0) {
		*ret = coco_memdup(pem.der, pem.n_der);
		*ret_n = pem.n_der;
		if (*ret == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a certificate");
	}
	coco_pem_clear(&pem);
	return r;
}

static int certificate(struct coco_azure *a, const struct coco_jv *doc, struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(doc, "vcek", &text, diag);

	if (r != 0)
		return r;
	if (strlen(text) > CERT_MAX)
		return coco_jv_fail(doc, "vcek", COCO_E_LIMIT_SIZE, diag,
				    "a certificate of %zu characters", strlen(text));
	if (!coco_pem_looks(coco_view_of(text, strlen(text))))
		return coco_jv_b64(doc, "vcek", &a->vcek, &a->n_vcek, diag);
	r = pem_certificate(text, &a->vcek, &a->n_vcek, diag);
	if (r != 0)
		coco_jv_locate(doc, "vcek", diag);
	return r;
}

static int report(struct coco_azure *a, const struct coco_jv *doc, struct coco_diag *diag)
{
	bool old = a->version == 0 && coco_jv_has(doc, "report");
	const char *key = old ? "report" : "hcl_report";
	int r = bytes(a, doc, key, COCO_HCL_MAX, &a->hcl, &a->n_hcl, diag);

	if (r != 0)
		return r;
	r = coco_hcl_report_parse(&a->report, coco_view_of(a->hcl, a->n_hcl), diag);
	if (r == 0)
		r = coco_hcl_data_parse(&a->data, a->report.data, diag);
	if (r != 0) {
		coco_jv_locate(doc, key, diag);
		return r;
	}
	if ((a->report.report_type == COCO_HCL_TDX) != a->tdx)
		return coco_jv_fail(doc, key, COCO_E_AZURE_EVIDENCE, diag,
				    "the HCL report holds a hardware report of the other kind (%u)",
				    a->report.report_type);
	return 0;
}

static int decode(struct coco_azure *a, const struct coco_jv *doc, struct coco_diag *diag)
{
	uint64_t version = 0;
	int r = 0;

	if (!coco_azure_looks(doc, &a->tdx))
		return coco_jv_fail(doc, NULL, COCO_E_AZURE_EVIDENCE, diag,
				    "neither hcl_report and vcek, nor hcl_report and td_quote");
	if (coco_jv_has(doc, "version"))
		r = coco_jv_u64(doc, "version", UINT32_MAX, &version, diag);
	if (r == 0 && version > COCO_AZURE_NEWEST)
		r = coco_jv_fail(doc, "version", COCO_E_AZURE_EVIDENCE, diag,
				 "version %u of the evidence is not known; %d is the newest",
				 (unsigned)version, COCO_AZURE_NEWEST);
	a->version = (unsigned)version;
	if (r == 0)
		r = report(a, doc, diag);
	if (r == 0)
		r = quote(a, doc, diag);
	if (r == 0)
		r = a->tdx ? bytes(a, doc, "td_quote", TD_QUOTE_MAX, &a->td_quote, &a->n_td_quote,
				   diag)
			   : certificate(a, doc, diag);
	return r;
}

int coco_azure_decode(struct coco_azure *ret, const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_azure a = { .version = 0 };
	int r = decode(&a, doc, diag);

	if (r != 0) {
		coco_azure_free(&a);
		return r;
	}
	*ret = a;
	return 0;
}

void coco_azure_claims(struct coco_claims *c, const struct coco_azure *a)
{
	coco_claims_number(c, "azure.evidence_version", a->version, 0, 0);
	coco_hcl_claims(c, &a->report, &a->data, false, 0);
	coco_tpm_quoted_claims(c, &a->quoted);
}
