/*
 * evidence_peek.h - the launch values inside an SEV-SNP report or a TDX quote,
 * and nothing else of it: no signature, no certificate, no freshness. For
 * comparing and searching only; it proves nothing (evidence verify does).
 */
#ifndef COCO_EVIDENCE_PEEK_H
#define COCO_EVIDENCE_PEEK_H

#include "formats/core/base.h"

enum {
	COCO_EVIDENCE_VALUES = 5,
	COCO_EVIDENCE_VALUE = 48,    /* bytes; all are SHA-384 */
};

enum coco_evidence_kind {
	COCO_EVIDENCE_SNP_REPORT,    /* version 2 to 5, 1184 bytes */
	COCO_EVIDENCE_TDX_QUOTE,     /* version 4, or 5 with any TDX body */
};

struct coco_evidence_peek {
	enum coco_evidence_kind kind;
	uint64_t policy;             /* SNP: guest policy */
	size_t n;
	struct {
		const char *name;    /* "snp.launch_digest", "tdx.mrtd", "tdx.rtmr0", ... */
		uint8_t value[COCO_EVIDENCE_VALUE];
	} value[COCO_EVIDENCE_VALUES];
};

/* coco_evidence_peek - false, and *ret untouched, when the bytes are neither of the two. */
bool coco_evidence_peek(struct coco_evidence_peek *ret, struct coco_view bytes);

#endif
