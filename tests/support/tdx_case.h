/*
 * tdx_case.h - one minted quote, verified: what did not pass, as a line.
 */
#ifndef COCO_TDX_CASE_H
#define COCO_TDX_CASE_H

#include "formats/evidence/result.h"
#include "lib/evidence/collateral.h"
#include "tests/support/mint_tdx.h"

struct coco_tdx_case {
	struct coco_mint_tdx *minted;
	struct coco_collateral collateral;
	struct coco_collateral roots;
	struct coco_result result;
	int subject;
	char failed[2048];           /* "ID=REASON" of each FAIL, "ID?REASON" of each MISSING */
	char gaps[1024];             /* "CATEGORY " of each gap */
	char status[64];             /* claim tcb_status; "" when there is none */
};

/* coco_tdx_case_mint - mints, and puts the collateral where it belongs; coco_tdx_case_free. */
void coco_tdx_case_mint(struct coco_tdx_case *c, uint16_t version, uint16_t body,
			enum coco_mint_tdx_defect defect);

/* coco_tdx_case_judge - verifies at a time; again after a change of the minted quote. */
int coco_tdx_case_judge(struct coco_tdx_case *c, int64_t at, struct coco_diag *diag);
void coco_tdx_case_free(struct coco_tdx_case *c);

/* What a defect does. */
struct coco_tdx_expect {
	enum coco_mint_tdx_defect defect;
	const char *failed;
	const char *gaps;
	const char *status;
};

/* coco_tdx_expect - mints each for a version and body and asserts that this and no more fails. */
void coco_tdx_expect(const struct coco_tdx_expect *list, size_t n, uint16_t version,
		     uint16_t body);

#endif
