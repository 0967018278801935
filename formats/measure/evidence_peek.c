/*
 * evidence_peek.c - launch values of reports and quotes (see evidence_peek.h;
 * AMD SEV-SNP ABI, table ATTESTATION_REPORT; Intel TDX DCAP quote, appendix 3).
 */
#include "formats/measure/evidence_peek.h"

#include <string.h>

#include "formats/core/dcap_head.h"

enum {
	REPORT_SIZE = 1184,
	REPORT_POLICY = 0x8,
	REPORT_MEASUREMENT = 0x90,
};

static const char *const tdx_names[COCO_EVIDENCE_VALUES] = { "tdx.mrtd", "tdx.rtmr0", "tdx.rtmr1",
							     "tdx.rtmr2", "tdx.rtmr3" };

static bool peek_report(struct coco_evidence_peek *p, struct coco_view bytes)
{
	struct coco_rd rd;

	if (bytes.n != REPORT_SIZE)
		return false;
	coco_rd_init(&rd, bytes, 0, NULL);
	uint32_t version = coco_rd_le32(&rd, "VERSION");
	if (version < 2 || version > 5)
		return false;
	coco_rd_view(&rd, REPORT_POLICY - 4, "GUEST_SVN");
	p->policy = coco_rd_le64(&rd, "POLICY");
	coco_rd_view(&rd, REPORT_MEASUREMENT - REPORT_POLICY - 8, "fields before MEASUREMENT");
	p->kind = COCO_EVIDENCE_SNP_REPORT;
	p->n = 1;
	p->value[0].name = "snp.launch_digest";
	coco_rd_copy(&rd, p->value[0].value, COCO_EVIDENCE_VALUE, "MEASUREMENT");
	return coco_rd_ok(&rd);
}

static bool peek_quote(struct coco_evidence_peek *p, struct coco_view bytes)
{
	struct coco_dcap_head head;
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, NULL);
	if (coco_dcap_head_read(&rd, &head) != 0 || head.tee_type != COCO_DCAP_TEE_TDX)
		return false;
	p->kind = COCO_EVIDENCE_TDX_QUOTE;
	p->n = COCO_EVIDENCE_VALUES;
	for (size_t i = 0; i < p->n; i++) {
		p->value[i].name = tdx_names[i];
		memcpy(p->value[i].value, i == 0 ? head.td.mr_td : head.td.rtmr[i - 1],
		       COCO_EVIDENCE_VALUE);
	}
	return true;
}

bool coco_evidence_peek(struct coco_evidence_peek *ret, struct coco_view bytes)
{
	struct coco_evidence_peek p = { .n = 0 };

	if (!peek_report(&p, bytes) && !peek_quote(&p, bytes))
		return false;
	*ret = p;
	return true;
}
