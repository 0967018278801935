/*
 * tdx_quote_claims.c - the fields of a quote as claims (see tdx_quote.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/evidence/tdx_quote.h"

/* Where the next claim stands and how its name starts. */
struct place {
	struct coco_claims *c;
	const char *prefix;
	uint64_t at;
};

struct bit_name {
	unsigned bit;
	const char *name;
};

static const struct bit_name attribute_bits[] = {
	{ 0, "debug" },            { 4, "hgs_plus_prof" }, { 5, "perf_prof" },
	{ 6, "pmt_prof" },         { 27, "lass" },         { 28, "sept_ve_disable" },
	{ 29, "migratable" },      { 30, "pks" },          { 31, "kl" },
	{ 62, "tpa" },             { 63, "perfmon" },
};

static const struct bit_name xfam_bits[] = {
	{ 0, "x87" },    { 1, "sse" },    { 2, "avx" },       { 5, "avx512_k" },
	{ 6, "avx512_zmm_hi" },           { 7, "avx512_hi16_zmm" },
	{ 8, "pt" },     { 9, "pkru" },   { 10, "pasid" },    { 11, "cet_u" },
	{ 12, "cet_s" }, { 14, "uintr" }, { 15, "lbr" },      { 17, "amx_tilecfg" },
	{ 18, "amx_tiledata" },
};

static const char *named(const struct place *p, const char *name, char text[COCO_CLAIM_NAME])
{
	snprintf(text, COCO_CLAIM_NAME, "%s.%s", p->prefix, name);
	return text;
}

static void bytes(struct place *p, const char *name, const void *v, size_t n)
{
	char text[COCO_CLAIM_NAME];

	coco_claims_bytes(p->c, named(p, name, text), v, n, p->at);
	p->at += n;
}

static void number(struct place *p, const char *name, uint64_t v, size_t n)
{
	char text[COCO_CLAIM_NAME];

	coco_claims_number(p->c, named(p, name, text), v, p->at, n);
	p->at += n;
}

static void hex(struct place *p, const char *name, uint64_t v, size_t n)
{
	char text[COCO_CLAIM_NAME];

	coco_claims_bits(p->c, named(p, name, text), v, p->at, n);
	p->at += n;
}

static void bits(struct place *p, const char *name, uint64_t v, uint64_t known,
		 const struct bit_name *list, size_t n)
{
	char text[COCO_CLAIM_NAME];
	uint64_t at = p->at;

	hex(p, name, v, 8);
	if ((v & ~known) != 0)
		coco_claims_note(p->c, "bits without a published meaning are set");
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s.%s.%s", p->prefix, name, list[i].name);
		coco_claims_bit(p->c, text, v, list[i].bit, at, 8);
	}
}

static const char *vendor_note(const struct coco_dcap_head *head)
{
	static const uint8_t intel[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
					   0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };

	return memcmp(head->vendor_id, intel, sizeof(intel)) == 0 ? "Intel" : "not Intel's";
}

static void header_claims(struct place *p, const struct coco_dcap_head *head)
{
	number(p, "version", head->version, 2);
	number(p, "attestation_key_type", head->key_type, 2);
	coco_claims_note(p->c, head->key_type == COCO_DCAP_KEY_P256 ? "ECDSA P-256 with SHA-256"
								    : "not a known type");
	hex(p, "tee_type", head->tee_type, 4);
	coco_claims_note(p->c, head->tee_type == COCO_DCAP_TEE_TDX ? "TDX" : "SGX");
	number(p, head->version == 3 ? "qe_svn" : "header_reserved_1", head->qe_svn, 2);
	number(p, head->version == 3 ? "pce_svn" : "header_reserved_2", head->pce_svn, 2);
	bytes(p, "qe_vendor_id", head->vendor_id, sizeof(head->vendor_id));
	coco_claims_note(p->c, vendor_note(head));
	bytes(p, "user_data", head->user_data, sizeof(head->user_data));
	if (head->version < 5)
		return;
	number(p, "body_type", head->body, 2);
	number(p, "body_size", head->body_size, 4);
}

static void sgx_claims(struct place *p, const struct coco_sgx_report *t)
{
	uint64_t at = p->at;

	bytes(p, "cpusvn", t->cpu_svn, sizeof(t->cpu_svn));
	hex(p, "miscselect", t->misc_select, 4);
	p->at = at + 0x30;
	bytes(p, "attributes", t->attributes, sizeof(t->attributes));
	bytes(p, "mrenclave", t->mr_enclave, sizeof(t->mr_enclave));
	p->at = at + 0x80;
	bytes(p, "mrsigner", t->mr_signer, sizeof(t->mr_signer));
	p->at = at + 0x100;
	number(p, "isvprodid", t->isv_prod_id, 2);
	number(p, "isvsvn", t->isv_svn, 2);
	p->at = at + 0x140;
	bytes(p, "report_data", t->report_data, sizeof(t->report_data));
}

static void td_extended_claims(struct place *p, const struct coco_td_report *t)
{
	number(p, "vmid", t->vm_id, 1);
	bytes(p, "td_id", t->td_id, sizeof(t->td_id));
	bytes(p, "dev_info", t->dev_info, sizeof(t->dev_info));
	bytes(p, "init_servtd_hash", t->init_servtd_hash, sizeof(t->init_servtd_hash));
	hex(p, "init_servtd_attr", t->init_servtd_attr, 8);
	bytes(p, "init_cpusvn", t->init_cpu_svn, sizeof(t->init_cpu_svn));
	bytes(p, "init_tee_tcb_svn", t->init_tee_tcb_svn, sizeof(t->init_tee_tcb_svn));
	bytes(p, "init_tee_fmspc", t->init_tee_fmspc, sizeof(t->init_tee_fmspc));
	bytes(p, "cur_servtd_hash", t->cur_servtd_hash, sizeof(t->cur_servtd_hash));
	hex(p, "cur_servtd_attr", t->cur_servtd_attr, 8);
}

static void td_claims(struct place *p, const struct coco_td_report *t, enum coco_dcap_body body)
{
	char name[16];

	bytes(p, "tee_tcb_svn", t->tee_tcb_svn, sizeof(t->tee_tcb_svn));
	bytes(p, "mrseam", t->mr_seam, COCO_TD_MR);
	bytes(p, "mrsignerseam", t->mr_signer_seam, COCO_TD_MR);
	hex(p, "seam_attributes", t->seam_attributes, 8);
	bits(p, "attributes", t->td_attributes, COCO_TDX_ATTR_KNOWN, attribute_bits,
	     COCO_ARRAY_LEN(attribute_bits));
	bits(p, "xfam", t->xfam, COCO_TDX_XFAM_KNOWN | 1 << 10, xfam_bits,
	     COCO_ARRAY_LEN(xfam_bits));
	bytes(p, "mrtd", t->mr_td, COCO_TD_MR);
	bytes(p, "mrconfigid", t->mr_config_id, COCO_TD_MR);
	bytes(p, "mrowner", t->mr_owner, COCO_TD_MR);
	bytes(p, "mrownerconfig", t->mr_owner_config, COCO_TD_MR);
	for (unsigned i = 0; i < COCO_TD_RTMRS; i++) {
		snprintf(name, sizeof(name), "rtmr%u", i);
		bytes(p, name, t->rtmr[i], COCO_TD_MR);
	}
	bytes(p, "report_data", t->report_data, sizeof(t->report_data));
	if (body == COCO_DCAP_BODY_TD10)
		return;
	bytes(p, "tee_tcb_svn_2", t->tee_tcb_svn_2, sizeof(t->tee_tcb_svn_2));
	bytes(p, "mrservicetd", t->mr_service_td, COCO_TD_MR);
	if (body == COCO_DCAP_BODY_TD15X)
		td_extended_claims(p, t);
}

static void view(struct place *p, const char *name, const struct coco_tdx_quote *t,
		 struct coco_view v, uint64_t base)
{
	p->at = base + coco_tdx_at(t, v);
	bytes(p, name, v.p, v.n);
}

static void signature_claims(struct place *p, const struct coco_tdx_quote *t, uint64_t base)
{
	char prefix[8];
	struct place qe = { .c = p->c, .prefix = prefix,
			    .at = base + coco_tdx_at(t, t->qe_report) };

	number(p, "signature_size", t->sig_size, 4);
	view(p, "signature", t, t->signature, base);
	view(p, "attestation_key", t, t->key, base);
	snprintf(prefix, sizeof(prefix), "%s.qe", p->prefix);
	sgx_claims(&qe, &t->qe);
	view(p, "qe.signature", t, t->qe_signature, base);
	view(p, "qe.auth_data", t, t->qe_auth, base);
	p->at = base + coco_tdx_at(t, t->cert_data) - 6;
	number(p, "certification.type", t->cert_type, 2);
	coco_claims_note(p->c, coco_tdx_certification_name(t->cert_type));
	number(p, "certification.size", t->cert_data.n, 4);
	p->at += t->cert_data.n;
	number(p, "trailing_bytes", t->trailing, 0);
	if (t->trailing > 0)
		coco_claims_note(p->c, t->trailing_zero
				 ? "zeros behind the quote: legal, not signed"
				 : "bytes behind the quote: legal, not signed, without meaning");
}

void coco_tdx_quote_claims(struct coco_claims *c, const struct coco_tdx_quote *quote,
			   uint64_t base)
{
	struct place p = { .c = c, .prefix = coco_tdx_prefix(quote), .at = base };

	header_claims(&p, &quote->head);
	p.at = base + quote->head.body_at;
	if (quote->head.body == COCO_DCAP_BODY_SGX)
		sgx_claims(&p, &quote->head.sgx);
	else
		td_claims(&p, &quote->head.td, quote->head.body);
	p.at = base + quote->signed_part.n;
	signature_claims(&p, quote, base);
}
