/*
 * observed.h - what was seen of a guest: the bytes of an event log, a
 * measurement record, a report or quote, told apart by looking at them.
 */
#ifndef COCO_OBSERVED_H
#define COCO_OBSERVED_H

#include "formats/core/tcg_log.h"
#include "formats/measure/evidence_peek.h"
#include "formats/measure/mrecord.h"

enum coco_observed_kind {
	COCO_OBSERVED_RECORD,
	COCO_OBSERVED_LOG,
	COCO_OBSERVED_EVIDENCE,      /* an SNP report or TDX quote: values only */
};

struct coco_observed {
	enum coco_observed_kind kind;
	struct coco_mrecord record;      /* RECORD */
	struct coco_tcg_log log;         /* LOG: completed; borrows from text */
	struct coco_evidence_peek peek;  /* EVIDENCE */
	uint8_t *text;                   /* owned: the bytes that were read */
	size_t n;
};

/*
 * coco_observed_load - reads a file (or "-") of at most COCO_MRECORD_MAX bytes
 * and decodes it. Gives *ret (coco_observed_free). Errors: IO_..., those of
 * coco_mrecord_decode and coco_tcg_log_decode.
 */
int coco_observed_load(struct coco_observed *ret, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_observed_free(struct coco_observed *o);   /* fine on a zeroed struct */

/* coco_observed_kind_name - "record", "event log", "SEV-SNP report", "TDX quote". */
const char *coco_observed_kind_name(const struct coco_observed *o);

#endif
