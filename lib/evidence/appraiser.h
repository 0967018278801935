/*
 * appraiser.h - one appraiser per kind of evidence behind one interface
 * (design.md 6). A new kind is one file that defines a struct coco_appraiser,
 * and one line in the list of appraiser.c.
 *
 * The order of work (appraise.c): pieces are recognised and taken apart;
 * every piece with an appraiser becomes a subject and is inspected (claims);
 * each is authenticated (checks of its own); what ties pieces to each other
 * and to the caller is checked (bind.c); a policy, reference values and
 * requirements are evaluated over the claims (judge.c). Nothing here opens a
 * socket, reads the clock or looks for files.
 */
#ifndef COCO_APPRAISER_H
#define COCO_APPRAISER_H

#include "formats/evidence/result.h"
#include "lib/core/run.h"
#include "lib/crypto/x509.h"
#include "lib/evidence/collateral.h"
#include "lib/evidence/piece.h"

/* Everything an appraiser may look at, borrowed. */
struct coco_appraisal {
	const struct coco_run *run;
	const struct coco_pieces *pieces;
	const struct coco_collateral *collateral;
	const struct coco_certs *extra_roots;   /* --trust-root; NULL: the built-in ones only */
	int64_t at;
	struct coco_result *result;
};

struct coco_appraiser {
	enum coco_piece_kind piece;
	const char *kind;     /* of the subject: "snp" */
	const char *class;    /* "cpu", "tpm", "token", "eventlog", "gpu" */

	/*
	 * Parses the piece into claims of the subject; no verdict. Errors: those
	 * of the format, with offset and field; the piece is then malformed.
	 */
	int (*inspect)(const struct coco_piece *piece, struct coco_claims *claims,
		       struct coco_diag *diag);

	/*
	 * Adds the checks of authenticity, further claims that need collateral
	 * ("tdx.tcb_status"), validity windows, gaps and the trust vector. What
	 * is wrong with the evidence is a check, not an error; errors are memory
	 * and cancellation.
	 */
	int (*authenticate)(const struct coco_appraisal *a, const struct coco_piece *piece,
			    int subject, struct coco_diag *diag);
};

/* coco_appraiser_for - the appraiser of a kind of piece, or NULL. */
const struct coco_appraiser *coco_appraiser_for(enum coco_piece_kind kind);

#endif
