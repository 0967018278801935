/*
 * evidence_peek.c - launch values of reports and quotes (see evidence_peek.h;
 * AMD SEV-SNP ABI, table ATTESTATION_REPORT; Intel TDX DCAP quote, appendix 3).
 */
#include "formats/measure/evidence_peek.h"

#include <string.h>

#include "formats/core/rd.h"

enum {
	REPORT_SIZE = 1184,
	REPORT_POLICY = 0x8,
	REPORT_MEASUREMENT = 0x90,
	QUOTE_HEADER = 48,
	TEE_TDX = 0x81,
	BODY_MRTD = 136,          /* in the TD report body */
	BODY_RTMR0 = 328,
	BODY_SIZE = 584,          /* of TDX 1.0 */
	BODY_TDX10 = 2,           /* body types of quote version 5 */
	BODY_TDX15 = 3,
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
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, NULL);
	uint16_t version = coco_rd_le16(&rd, "version");
	coco_rd_le16(&rd, "attestation key type");
	if (coco_rd_le32(&rd, "TEE type") != TEE_TDX || (version != 4 && version != 5))
		return false;
	coco_rd_view(&rd, QUOTE_HEADER - 8, "header");
	if (version == 5) {
		uint16_t type = coco_rd_le16(&rd, "body type");
		uint32_t size = coco_rd_le32(&rd, "body size");

		if ((type != BODY_TDX10 && type != BODY_TDX15) || size < BODY_SIZE)
			return false;
	}
	struct coco_view body = coco_rd_view(&rd, BODY_SIZE, "TD report body");
	if (!coco_rd_ok(&rd))
		return false;
	p->kind = COCO_EVIDENCE_TDX_QUOTE;
	p->n = COCO_EVIDENCE_VALUES;
	for (size_t i = 0; i < p->n; i++) {
		size_t at = i == 0 ? BODY_MRTD : BODY_RTMR0 + (i - 1) * COCO_EVIDENCE_VALUE;

		p->value[i].name = tdx_names[i];
		memcpy(p->value[i].value, body.p + at, COCO_EVIDENCE_VALUE);
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
