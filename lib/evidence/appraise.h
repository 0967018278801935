/*
 * appraise.h - one verification: pieces of evidence and collateral in, an
 * attestation result out (design.md 6). The same inputs and time give the same
 * result.
 */
#ifndef COCO_APPRAISE_H
#define COCO_APPRAISE_H

#include "formats/broker/refset.h"
#include "formats/evidence/policy.h"
#include "lib/evidence/bind.h"
#include "lib/evidence/verified.h"

struct coco_appraise_opts {
	int64_t at;                                  /* seconds since 1970 */
	const struct coco_collateral *extra_roots;   /* borrowed; NULL: none */
	struct coco_bindings bindings;
	unsigned require;                            /* enum coco_require, ORed */
	const struct coco_policy *policy;            /* borrowed; NULL: none */
	const struct coco_refset *references;        /* borrowed; NULL: none */
	struct coco_verified *verified;              /* borrowed: shared by several; NULL: own */
};

/*
 * coco_appraise - appraises every piece that has an appraiser, and what ties
 * them. *ret is initialised here (coco_result_free, also after a failure).
 * Numbers of inputs and subjects are noted in the pieces. Errors: memory,
 * cancellation, EVIDENCE_NONE (no piece is evidence), initdata that is none.
 */
int coco_appraise(const struct coco_run *run, struct coco_pieces *pieces,
		  const struct coco_collateral *collateral,
		  const struct coco_appraise_opts *opts, struct coco_result *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_appraise_inspect - the claims only: a subject per piece, no checks but
 * those of pieces that cannot be read. Errors as above.
 */
int coco_appraise_inspect(struct coco_pieces *pieces, struct coco_result *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
