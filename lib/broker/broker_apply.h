/*
 * broker_apply.h - does what a plan says: policies first, then reference
 * values, then resources over several connections, then removals. Each thing
 * that was done is in the ledger before the next one begins on that
 * connection.
 */
#ifndef COCO_BROKER_APPLY_H
#define COCO_BROKER_APPLY_H

#include "lib/broker/broker_plan.h"

enum { COCO_APPLY_CONNECTIONS = 16 };

struct coco_apply_options {
	bool prune;             /* removals are done */
	/* one more connection of the same kind (coco_backend_free); NULL: there is one only */
	int (*connect)(void *ctx, struct coco_backend **ret, struct coco_diag *diag);
	void *ctx;
};

struct coco_apply_result {
	size_t registered;
	size_t found;           /* were there already, and are in the ledger now */
	size_t removed;
	size_t left;            /* are to be removed, and stay */
};

/*
 * coco_apply - src is that of the plan, its ledger open for writing. Stops at
 * the first failure or when run is cancelled, after what was begun ended and
 * was recorded: *ret says how far it came, in any case. What can be read back
 * is: BROKER_DRIFT when it is not what was registered. A reference value that
 * cannot be read is only replaced with prune: BROKER_RELEASE. An outcome that is not
 * known (the connection broke) is recorded as such. A removal of what is not
 * there counts as done; reference values of a broker over HTTP, which none can
 * remove, become empty lists.
 */
int coco_apply(const struct coco_plan *plan, const struct coco_plan_source *src,
	       struct coco_ledger *ledger, const struct coco_apply_options *options,
	       const struct coco_run *run, struct coco_apply_result *ret,
	       struct coco_diag *diag) COCO_MUSTUSE;

#endif
