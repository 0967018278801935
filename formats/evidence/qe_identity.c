/*
 * qe_identity.c - the identity of quoting enclaves (see qe_identity.h).
 */
#include "formats/evidence/qe_identity.h"

#include <string.h>

#include "formats/core/err_evidence.h"

void coco_qe_identity_free(struct coco_qe_identity *identity)
{
	coco_isv_levels_free(&identity->levels);
	coco_tcb_advisories_free(&identity->advisories);
	memset(identity, 0, sizeof(*identity));
}

static int read_body(struct coco_qe_identity *t, const struct coco_jv *body,
		     struct coco_diag *diag)
{
	const struct {
		const char *key;
		uint8_t *p;
		size_t n;
	} bytes[] = {
		{ "miscselect", t->misc_select, sizeof(t->misc_select) },
		{ "miscselectMask", t->misc_select_mask, sizeof(t->misc_select_mask) },
		{ "attributes", t->attributes, sizeof(t->attributes) },
		{ "attributesMask", t->attributes_mask, sizeof(t->attributes_mask) },
		{ "mrsigner", t->mr_signer, sizeof(t->mr_signer) },
	};
	uint64_t prod = 0;

	int r = coco_tcb_read_head(body, &t->head, diag);
	if (r == 0 && (t->head.version < 2 || t->head.id[0] == '\0'))
		r = coco_jv_fail(body, "version", COCO_E_TCB_DOCUMENT, diag,
				 "an enclave identity of version %u, or without id",
				 t->head.version);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(bytes); i++)
		r = coco_jv_hex(body, bytes[i].key, bytes[i].p, bytes[i].n, diag);
	if (r == 0)
		r = coco_jv_u64(body, "isvprodid", UINT16_MAX, &prod, diag);
	if (r == 0)
		r = coco_tcb_read_isv(body, &t->advisories, &t->levels, diag);
	t->isv_prod_id = (uint16_t)prod;
	return r;
}

int coco_qe_identity_parse(struct coco_qe_identity *ret, struct coco_view text,
			   struct coco_diag *diag)
{
	struct coco_qe_identity t;
	struct coco_tcb_doc doc;

	int r = coco_tcb_doc_open(&doc, text, "enclaveIdentity", diag);
	if (r != 0)
		return r;
	memset(&t, 0, sizeof(t));
	t.span = doc.span;
	t.span_at = doc.span_at;
	memcpy(t.signature, doc.signature, sizeof(t.signature));
	r = read_body(&t, &doc.body, diag);
	coco_tcb_doc_close(&doc);
	if (r != 0)
		coco_qe_identity_free(&t);
	else
		*ret = t;
	return r;
}

static bool masked_same(const uint8_t *value, const uint8_t *mask, const uint8_t *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((value[i] & mask[i]) != want[i])
			return false;
	return true;
}

enum coco_qe_field coco_qe_identity_match(const struct coco_qe_identity *identity,
					  const struct coco_sgx_report *qe)
{
	uint8_t misc[4] = { (uint8_t)(qe->misc_select & 0xff),
			    (uint8_t)(qe->misc_select >> 8 & 0xff),
			    (uint8_t)(qe->misc_select >> 16 & 0xff),
			    (uint8_t)(qe->misc_select >> 24) };

	if (!masked_same(misc, identity->misc_select_mask, identity->misc_select, sizeof(misc)))
		return COCO_QE_MISC_SELECT;
	if (!masked_same(qe->attributes, identity->attributes_mask, identity->attributes,
			 sizeof(qe->attributes)))
		return COCO_QE_ATTRIBUTES;
	if (memcmp(qe->mr_signer, identity->mr_signer, sizeof(qe->mr_signer)) != 0)
		return COCO_QE_MR_SIGNER;
	if (qe->isv_prod_id != identity->isv_prod_id)
		return COCO_QE_ISV_PROD_ID;
	return COCO_QE_FIELDS_MATCH;
}

const char *coco_qe_field_name(enum coco_qe_field field)
{
	static const char *const names[] = { "", "MISCSELECT", "ATTRIBUTES", "MRSIGNER",
					     "ISVPRODID" };

	return (size_t)field < COCO_ARRAY_LEN(names) ? names[field] : "";
}
