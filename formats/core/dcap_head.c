/*
 * dcap_head.c - the signed part of Intel's quotes (see dcap_head.h).
 */
#include "formats/core/dcap_head.h"

#include <string.h>

#include "formats/core/err_evidence.h"

#define COPY(rd, to, field) coco_rd_copy((rd), (to), sizeof(to), (field))

static const size_t body_size[] = {
	[COCO_DCAP_BODY_SGX] = COCO_SGX_REPORT,
	[COCO_DCAP_BODY_TD10] = COCO_TD10_REPORT,
	[COCO_DCAP_BODY_TD15] = COCO_TD15_REPORT,
	[COCO_DCAP_BODY_TD15X] = COCO_TD15X_REPORT,
};

void coco_sgx_report_read(struct coco_rd *rd, struct coco_sgx_report *ret)
{
	COPY(rd, ret->cpu_svn, "CPUSVN");
	ret->misc_select = coco_rd_le32(rd, "MISCSELECT");
	coco_rd_view(rd, 28, "reserved");
	COPY(rd, ret->attributes, "ATTRIBUTES");
	COPY(rd, ret->mr_enclave, "MRENCLAVE");
	coco_rd_view(rd, 32, "reserved");
	COPY(rd, ret->mr_signer, "MRSIGNER");
	coco_rd_view(rd, 96, "reserved");
	ret->isv_prod_id = coco_rd_le16(rd, "ISVPRODID");
	ret->isv_svn = coco_rd_le16(rd, "ISVSVN");
	coco_rd_view(rd, 60, "reserved");
	COPY(rd, ret->report_data, "REPORT_DATA");
}

static void td_extended(struct coco_rd *rd, struct coco_td_report *t)
{
	t->vm_id = coco_rd_u8(rd, "VMID");
	COPY(rd, t->td_id, "TD_ID");
	COPY(rd, t->dev_info, "DEV_INFO");
	COPY(rd, t->init_servtd_hash, "INIT_SERVTD_HASH");
	t->init_servtd_attr = coco_rd_le64(rd, "INIT_SERVTD_ATTR");
	COPY(rd, t->init_cpu_svn, "INIT_CPUSVN");
	COPY(rd, t->init_tee_tcb_svn, "INIT_TEE_TCB_SVN");
	COPY(rd, t->init_tee_fmspc, "INIT_TEE_FMSPC");
	COPY(rd, t->cur_servtd_hash, "CUR_SERVTD_HASH");
	t->cur_servtd_attr = coco_rd_le64(rd, "CUR_SERVTD_ATTR");
}

static void td_report(struct coco_rd *rd, struct coco_td_report *t, enum coco_dcap_body body)
{
	COPY(rd, t->tee_tcb_svn, "TEE_TCB_SVN");
	COPY(rd, t->mr_seam, "MRSEAM");
	COPY(rd, t->mr_signer_seam, "MRSIGNERSEAM");
	t->seam_attributes = coco_rd_le64(rd, "SEAMATTRIBUTES");
	t->td_attributes = coco_rd_le64(rd, "TDATTRIBUTES");
	t->xfam = coco_rd_le64(rd, "XFAM");
	COPY(rd, t->mr_td, "MRTD");
	COPY(rd, t->mr_config_id, "MRCONFIGID");
	COPY(rd, t->mr_owner, "MROWNER");
	COPY(rd, t->mr_owner_config, "MROWNERCONFIG");
	for (size_t i = 0; i < COCO_TD_RTMRS; i++)
		COPY(rd, t->rtmr[i], "RTMR");
	COPY(rd, t->report_data, "REPORTDATA");
	if (body == COCO_DCAP_BODY_TD10)
		return;
	COPY(rd, t->tee_tcb_svn_2, "TEE_TCB_SVN_2");
	COPY(rd, t->mr_service_td, "MRSERVICETD");
	if (body == COCO_DCAP_BODY_TD15X)
		td_extended(rd, t);
}

static int refuse(struct coco_rd *rd, size_t at, const char *field, const char *what,
		  unsigned long value)
{
	if (coco_rd_ok(rd))
		rd->at = at;
	return coco_rd_fail(rd, COCO_E_DCAP_QUOTE, field, "%s %lu is not known", what, value);
}

/* The body's type and size, from the descriptor or from the TEE type. */
static int descriptor(struct coco_rd *rd, struct coco_dcap_head *t)
{
	bool tdx = t->tee_type == COCO_DCAP_TEE_TDX;

	if (t->version < 5) {
		t->body = tdx ? COCO_DCAP_BODY_TD10 : COCO_DCAP_BODY_SGX;
		t->body_size = body_size[t->body];
		return 0;
	}
	uint16_t type = coco_rd_le16(rd, "body type");
	uint32_t size = coco_rd_le32(rd, "body size");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (type < COCO_DCAP_BODY_SGX || type > COCO_DCAP_BODY_TD15X ||
	    tdx != (type != COCO_DCAP_BODY_SGX))
		return refuse(rd, COCO_DCAP_HEADER, "body type",
			      tdx ? "for a TD, body type" : "for an enclave, body type", type);
	if (size != body_size[type]) {
		rd->at = COCO_DCAP_HEADER + 2;
		return coco_rd_fail(rd, COCO_E_DCAP_QUOTE, "body size",
				    "a body of type %u has %zu bytes, the quote says %u", type,
				    body_size[type], size);
	}
	t->body = (enum coco_dcap_body)type;
	t->body_size = size;
	return 0;
}

int coco_dcap_head_read(struct coco_rd *rd, struct coco_dcap_head *ret)
{
	struct coco_dcap_head t;

	memset(&t, 0, sizeof(t));
	t.version = coco_rd_le16(rd, "version");
	t.key_type = coco_rd_le16(rd, "attestation key type");
	t.tee_type = coco_rd_le32(rd, "TEE type");
	t.qe_svn = coco_rd_le16(rd, "QE SVN");
	t.pce_svn = coco_rd_le16(rd, "PCE SVN");
	COPY(rd, t.vendor_id, "QE vendor id");
	COPY(rd, t.user_data, "user data");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (t.version < 3 || t.version > 5)
		return refuse(rd, 0, "version", "quote version", t.version);
	if (t.tee_type != COCO_DCAP_TEE_SGX &&
	    (t.tee_type != COCO_DCAP_TEE_TDX || t.version == 3))
		return refuse(rd, 4, "TEE type", "for this version, TEE type", t.tee_type);
	int r = descriptor(rd, &t);
	if (r != 0)
		return r;
	t.body_at = rd->at;
	if (t.body == COCO_DCAP_BODY_SGX)
		coco_sgx_report_read(rd, &t.sgx);
	else
		td_report(rd, &t.td, t.body);
	if (!coco_rd_ok(rd))
		return rd->code;
	*ret = t;
	return 0;
}
