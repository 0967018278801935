/*
 * tpm_json.c - TPM evidence as Trustee's attester writes it (see tpm_json.h).
 */
#include "formats/evidence/tpm_json.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"

enum { BYTE_MAX = 255 };

void coco_tpm_quoted_free(struct coco_tpm_quoted *q)
{
	coco_tpm_pcrs_free(&q->pcrs);
	coco_free(q->message);
	coco_free(q->signed_bytes);
	memset(q, 0, sizeof(*q));
}

void coco_tpm_json_free(struct coco_tpm_json *t)
{
	coco_free(t->ak);
	coco_tpm_quoted_free(&t->quoted);
	memset(t, 0, sizeof(*t));
}

bool coco_tpm_json_looks(const struct coco_jv *doc)
{
	return doc != NULL && doc->v != NULL && coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	       coco_jv_has(doc, "ak_public") && coco_jv_has(doc, "tpm_quote");
}

/* One hexadecimal value of the list. */
static int pcr(struct coco_tpm_quoted *q, const struct coco_jv *list, size_t i,
	       struct coco_diag *diag)
{
	struct coco_jv item = coco_jv_item(list, i);
	uint8_t value[COCO_TCG_DIGEST];
	const char *text;
	uint16_t alg;
	uint8_t index;

	int r = coco_jv_as_string(&item, &text, diag);
	if (r == 0)
		r = coco_tpm_pcrs_index(&q->quote, coco_jv_len(list), i, &alg, &index, diag);
	if (r != 0) {
		coco_jv_locate(&item, NULL, diag);
		return r;
	}
	size_t n = strlen(text);
	if (n % 2 != 0 || n / 2 > sizeof(value))
		return coco_jv_fail(&item, NULL, COCO_E_TPM_EVIDENCE, diag,
				    "a PCR of %zu hexadecimal digits", n);
	r = coco_hex_decode(value, n / 2, text, n, diag);
	if (r == 0)
		r = coco_tpm_pcrs_add(&q->pcrs, alg, index, coco_view_of(value, n / 2), diag);
	if (r != 0)
		coco_jv_locate(&item, NULL, diag);
	return r;
}

int coco_tpm_json_pcrs(struct coco_tpm_quoted *q, const struct coco_jv *list,
		       struct coco_diag *diag)
{
	size_t n = coco_jv_len(list);
	int r = 0;

	if (n > COCO_TPM_PCR_VALUES)
		return coco_jv_fail(list, NULL, COCO_E_TPM_EVIDENCE, diag,
				    "%zu values of PCRs", n);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = pcr(q, list, i, diag);
	return r;
}

int coco_tpm_json_bytes(const struct coco_jv *array, size_t max, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag)
{
	size_t n = coco_jv_len(array);
	int r = coco_jv_as_array(array, diag);

	if (r != 0)
		return r;
	if (n > max)
		return coco_jv_fail(array, NULL, COCO_E_LIMIT_SIZE, diag,
				    "%zu bytes; the limit is %zu", n, max);
	uint8_t *p = coco_alloc(n + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list of bytes");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(array, i);
		uint64_t v = 0;

		r = coco_jv_as_u64(&item, BYTE_MAX, &v, diag);
		p[i] = (uint8_t)v;
	}
	if (r != 0) {
		coco_free(p);
		return r;
	}
	p[n] = 0;
	*ret = p;
	*ret_n = n;
	return 0;
}

static int decode(struct coco_tpm_json *t, const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_tpm_quoted *q = &t->quoted;
	struct coco_jv quote;
	struct coco_jv list;

	int r = coco_jv_b64(doc, "ak_public", &t->ak, &t->n_ak, diag);
	if (r == 0)
		r = coco_jv_object(doc, "tpm_quote", &quote, diag);
	if (r == 0)
		r = coco_jv_b64(&quote, "message", &q->message, &q->n_message, diag);
	if (r == 0)
		r = coco_jv_b64(&quote, "signature", &q->signed_bytes, &q->n_signed, diag);
	if (r == 0)
		r = coco_jv_array(&quote, "pcrs", &list, diag);
	if (r != 0)
		return r;
	r = coco_tpm_quote_parse(&q->quote, coco_view_of(q->message, q->n_message), diag);
	if (r != 0) {
		coco_jv_locate(&quote, "message", diag);
		return r;
	}
	r = coco_tpm_signature_parse(&q->signature, coco_view_of(q->signed_bytes, q->n_signed),
				     diag);
	if (r != 0) {
		coco_jv_locate(&quote, "signature", diag);
		return r;
	}
	return coco_tpm_json_pcrs(q, &list, diag);
}

int coco_tpm_json_decode(struct coco_tpm_json *ret, const struct coco_jv *doc,
			 struct coco_diag *diag)
{
	struct coco_tpm_json t = { .n_ak = 0 };
	int r = coco_jv_as_object(doc, diag);

	if (r == 0)
		r = decode(&t, doc, diag);
	if (r != 0) {
		coco_tpm_json_free(&t);
		return r;
	}
	*ret = t;
	return 0;
}

void coco_tpm_quoted_claims(struct coco_claims *c, const struct coco_tpm_quoted *q)
{
	coco_tpm_quote_claims(c, &q->quote, false, 0);
	coco_tpm_signature_claims(c, &q->signature);
	coco_tpm_pcrs_claims(c, &q->quote, &q->pcrs);
}

void coco_tpm_json_claims(struct coco_claims *c, const struct coco_tpm_json *t)
{
	coco_tpm_quoted_claims(c, &t->quoted);
}
