/*
 * broker_plan.h - what would have to be done so that a broker holds what is
 * declared: each item compared with what the broker shows, and, where it
 * shows nothing, with the ledger.
 */
#ifndef COCO_BROKER_PLAN_H
#define COCO_BROKER_PLAN_H

#include "lib/broker/declared.h"
#include "lib/broker/ledger.h"

enum coco_plan_state {
	COCO_PLAN_UNCHANGED,
	COCO_PLAN_ADDED,
	COCO_PLAN_CHANGED,
	COCO_PLAN_REMOVED,     /* in the ledger, and no longer declared */
	COCO_PLAN_UNKNOWN,     /* neither broker nor ledger tell: it is registered again */
	COCO_PLAN_HELD,        /* the resource policy while keys are disabled */
	COCO_PLAN_STATES,
};

/* coco_plan_state_name - "unchanged", "added", ...; static. */
const char *coco_plan_state_name(enum coco_plan_state state);

/* What the broker shows of an item. */
enum coco_plan_seen {
	COCO_SEEN_HIDDEN,      /* it does not show this to an administrator, or was not asked */
	COCO_SEEN_SAME,
	COCO_SEEN_DIFFERENT,
	COCO_SEEN_ABSENT,
};

/* coco_plan_seen_name - "not shown", "same", "different", "absent"; static. */
const char *coco_plan_seen_name(enum coco_plan_seen seen);

struct coco_plan_item {
	enum coco_plan_state state;
	enum coco_plan_seen seen;
	enum coco_item_type type;
	char *name;                  /* owned */
	size_t wanted;               /* index in the declared items; SIZE_MAX: not declared */
	size_t entry;                /* of the ledger: the last about it; SIZE_MAX: none */
	bool recorded;               /* the ledger has what is declared */
	bool possible;               /* REMOVED: this broker can */
	struct coco_secret merged;   /* a reference value that is to be registered */
	size_t foreign;              /* its values that are not declared */
	uint64_t size;               /* bytes of what is declared */
	const char *note;            /* static; NULL: nothing to say */
};

struct coco_plan {
	struct coco_plan_item *v;    /* in the order of applying */
	size_t n;
	size_t cap;
	size_t count[COCO_PLAN_STATES];
};

/* Borrowed. */
struct coco_plan_source {
	const struct coco_declared *declared;   /* gathered */
	const struct coco_ledger *ledger;
	struct coco_backend *backend;
	const struct coco_backend_info *info;
	const char *broker;                     /* coco_declared_identity */
	unsigned key_flags;
	bool prune;                             /* reference values lose what is not declared */
	bool offline;                           /* the broker is not asked */
	bool no_digests;                        /* the ledger's private key is not there */
};

/*
 * coco_plan_make - gives *ret (coco_plan_free). Errors: what reading secrets,
 * the broker and its answers can give; CANCELLED.
 */
int coco_plan_make(struct coco_plan *ret, const struct coco_plan_source *src,
		   const struct coco_run *run, struct coco_diag *diag) COCO_MUSTUSE;
void coco_plan_free(struct coco_plan *plan);   /* fine on a zeroed struct */

/*
 * coco_plan_pending - how many items apply would do something about. prune:
 * whether removals are done.
 */
size_t coco_plan_pending(const struct coco_plan *plan, bool prune);

#endif
