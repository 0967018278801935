/*
 * opts_evidence.h - the options of the evidence and collateral commands, as
 * the parser fills them (see table.h).
 */
#ifndef COCO_OPTS_EVIDENCE_H
#define COCO_OPTS_EVIDENCE_H

#include "cli/core/table.h"

struct coco_opts_evidence_inspect {
	struct coco_strlist files;
};

struct coco_opts_evidence_verify {
	struct coco_strlist inputs;
	struct coco_strlist collateral;
	struct coco_strlist trust_roots;
	const char *policy;
	struct coco_strlist references;
	const char *nonce;         /* HEX or @FILE */
	const char *report_data;
	const char *initdata;
	struct coco_strlist require;
	bool authentic_only;
	bool claims;               /* the table of claims too */
	struct coco_strlist reports;   /* FORM:FILE */
	bool each;                 /* every file on its own */
};

struct coco_opts_policy_test {
	const char *policy;
	struct coco_strlist evidence;
	struct coco_strlist collateral;
};

struct coco_opts_evidence_explain {
	struct coco_opts_evidence_verify verify;
	const char *profile;
	struct coco_strlist vary;
};

struct coco_opts_collateral_add {
	const char *bundle;
	struct coco_strlist files;
};

struct coco_opts_collateral_list {
	const char *bundle;
};

struct coco_opts_collateral_fetch {
	const char *bundle;
	struct coco_strlist evidence;
	const char *kds;
	const char *pcs;
	const char *ca;
	uint32_t timeout;          /* seconds; 0: default */
};

struct coco_opts_collateral_check {
	const char *bundle;
	struct coco_strlist evidence;
	uint32_t within;           /* days */
};

#endif
