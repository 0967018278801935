/*
 * declared_kit.h - a declaration in a directory of its own, its ledger, and a
 * broker in memory that can be told what it shows and when it fails.
 */
#ifndef COCO_DECLARED_KIT_H
#define COCO_DECLARED_KIT_H

#include "lib/broker/broker_plan.h"

#define COCO_KIT_HEAD "schema = \"cococtl.broker.v1\"\n"
#define COCO_KIT_BROKER "https://kit.example.com"

enum { COCO_KIT_ITEMS = 64, COCO_KIT_VALUE = 4096 };

struct coco_kit_item {
	enum coco_item_type type;
	char name[COCO_BACKEND_NAME];
	char value[COCO_KIT_VALUE];   /* "" : removed */
};

/* What the broker holds and does. */
struct coco_kit_broker {
	struct coco_kit_item v[COCO_KIT_ITEMS];
	size_t n;
	bool shows[4];           /* by enum coco_item_type */
	unsigned puts;           /* so many were done */
	unsigned fail_at;        /* put with this number (from 1) fails */
	int fail_code;
	int get_code;            /* of every get, when it is not 0 */
	const char *get_value;   /* what every get gives instead */
	volatile sig_atomic_t *cancel_after_put;   /* set by a put */
};

struct coco_kit {
	char *dir;
	char path[512];          /* of the declaration */
	struct coco_run run;
	volatile sig_atomic_t cancel;
	struct coco_key *key;
	struct coco_declared declared;
	struct coco_outcomes findings;
	struct coco_ledger *ledger;
	struct coco_kit_broker broker;
	struct coco_backend *backend;
	struct coco_backend_info info;
};

/* coco_kit_up - directory, key, broker of v0.21 that shows everything. */
void coco_kit_up(struct coco_kit *k);
void coco_kit_down(struct coco_kit *k);

/* coco_kit_file - a file beside the declaration, mode 0600. */
void coco_kit_file(const struct coco_kit *k, const char *name, const char *text);

/* coco_kit_load - declares text, in place of what was declared; coco_kit_gather too. */
void coco_kit_load(struct coco_kit *k, const char *text);
void coco_kit_gather(struct coco_kit *k, const char *text);

/* coco_kit_fails - gathering text gives this code; *ret_d (may be NULL) says more. */
void coco_kit_fails(struct coco_kit *k, const char *text, int code, struct coco_diag *ret_d);

/* coco_kit_ledger - the ledger again, open for writing. */
void coco_kit_ledger(struct coco_kit *k);

/* coco_kit_source - for a plan; coco_kit_plan - the plan itself. */
struct coco_plan_source coco_kit_source(const struct coco_kit *k);
void coco_kit_plan(struct coco_kit *k, struct coco_plan *ret, bool prune);

/* coco_kit_find - what the broker holds, or NULL. coco_kit_hold - makes it hold something. */
const char *coco_kit_find(const struct coco_kit *k, enum coco_item_type type, const char *name);
void coco_kit_hold(struct coco_kit *k, enum coco_item_type type, const char *name,
		   const char *value);

/* coco_kit_finding - the level of the finding with this id; -1: there is none. */
int coco_kit_finding(const struct coco_kit *k, const char *id);

#endif
