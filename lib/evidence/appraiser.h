/*
 * appraiser.h - one appraiser per kind of evidence behind one interface
 * (design.md 6). A new kind is one file that defines a struct coco_appraiser,
 * and one line in the list of appraiser.c.
 *
 * The order of work (appraise.c): inputs are recognised and taken apart
 * (piece.c); every piece with an appraiser becomes a subject and is inspected
 * (claims); each is authenticated (checks of its own); what ties pieces to
 * each other and to the caller is checked (bind.c); policy, reference values
 * and requirements are evaluated over the claims. Nothing here opens a socket
 * or reads the clock.
 */
#ifndef COCO_APPRAISER_H
#define COCO_APPRAISER_H

#include "formats/evidence/result.h"
#include "lib/core/run.h"
#include "lib/evidence/piece.h"
#include "lib/evidence/verified.h"

/* Everything an appraiser may look at, borrowed. */
struct coco_appraisal {
	const struct coco_run *run;
	struct coco_pieces *pieces;
	const struct coco_collateral *collateral;
	const struct coco_collateral *extra_roots;   /* --trust-root; NULL: only those built in */
	int64_t at;
	struct coco_result *result;
	int *used;             /* per item of collateral: its input in the result, or -1 */
	int *used_roots;       /* the same for extra_roots */
	struct coco_verified *verified;   /* signatures that were verified before; may be NULL */
};

struct coco_appraiser {
	enum coco_piece_kind piece;
	const char *kind;      /* of the subject: "snp" */
	const char *class;     /* "cpu", "tpm", "token", "eventlog", "gpu" */

	/*
	 * Parses the piece into claims of the subject; no verdict. Offsets are
	 * those of the input: piece->base is to be added. Errors: those of the
	 * format, with offset and field; the piece is then malformed.
	 */
	int (*inspect)(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag);

	/*
	 * Adds the checks of authenticity, further claims that need collateral
	 * ("tdx.tcb_status"), validity windows, gaps and the trust vector. What
	 * is wrong with the evidence is a check, not an error; errors are memory
	 * and cancellation. Called only when inspect succeeded.
	 */
	int (*authenticate)(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			    struct coco_diag *diag);
};

/* coco_appraiser_for - the appraiser of a kind of piece, or NULL. */
const struct coco_appraiser *coco_appraiser_for(enum coco_piece_kind kind);

/*
 * coco_appraisal_used - notes that an item of the collateral (root: of the
 * caller's roots) was used; role is "VCEK", "TCB info", ... Returns the number
 * of its input in the result.
 */
int coco_appraisal_used(struct coco_appraisal *a, int item, const char *role);
int coco_appraisal_used_root(struct coco_appraisal *a, int root, const char *role);

/* coco_appraisal_claims - the claims of a subject, for those that need collateral. */
struct coco_claims *coco_appraisal_claims(struct coco_appraisal *a, int subject);

#endif
