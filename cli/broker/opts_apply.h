/*
 * opts_apply.h - option structs of the commands that work with a declaration
 * (see cli/model/opts_model.h for who fills them).
 */
#ifndef COCO_OPTS_APPLY_H
#define COCO_OPTS_APPLY_H

#include "cli/broker/opts_kbs.h"

/* What names declaration and ledger. */
struct coco_opts_ledger {
	const char *declaration;         /* file */
	const char *key;                 /* reference; NULL: that of the declaration */
	struct coco_strlist trust;       /* files with public keys */
};

struct coco_opts_broker_plan {
	struct coco_opts_broker broker;
	struct coco_opts_ledger ledger;
	bool prune;
	bool all;
};

struct coco_opts_broker_apply {
	struct coco_opts_broker broker;
	struct coco_opts_ledger ledger;
	bool prune;
	bool repair_ledger;
	const char *disable;             /* "all", resource, last part of one */
	const char *reason;
	bool restore;
};

struct coco_opts_broker_status {
	struct coco_opts_broker broker;
	struct coco_opts_ledger ledger;
	const char *expect_head;         /* sha256:... */
	bool offline;
};

#endif
