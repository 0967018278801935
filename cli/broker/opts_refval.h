/*
 * opts_refval.h - option structs of the refval commands.
 */
#ifndef COCO_OPTS_REFVAL_H
#define COCO_OPTS_REFVAL_H

#include "cli/core/table.h"

struct coco_opts_refval_create {
	struct coco_strlist from;
	struct coco_strlist values;     /* NAME=JSON */
	const char *id;
	const char *label;
	int verifier;                   /* enum coco_ref_tee, as everywhere here */
	int64_t not_before;
	int64_t not_after;
};

struct coco_opts_refval_merge {
	struct coco_strlist sets;
	struct coco_strlist drop;       /* NAME or NAME=JSON */
	const char *id;
	int verifier;
	bool keep_expired;
};

struct coco_opts_refval_export {
	const char *set;
	int form;                       /* enum coco_refval_form */
	int verifier;
	const char *trustee;
};

struct coco_opts_refval_diff {
	const char *before;
	const char *after;
};

struct coco_opts_refval_show {
	const char *set;
	const char *trustee;
	int verifier;
};

#endif
