/*
 * opts_policy.h - option structs of policy generate and policy lint.
 */
#ifndef COCO_OPTS_POLICY_H
#define COCO_OPTS_POLICY_H

#include "cli/core/table.h"

struct coco_opts_policy_generate {
	const char *grants;
	struct coco_strlist resources;
	struct coco_strlist initdata;    /* files, or "sha256:..." */
	struct coco_strlist platforms;
	struct coco_strlist reference;
	const char *id;
	const char *release_id;
	const char *confidential;
	const char *trustee;
	uint32_t gpus;
	int kind;                        /* enum coco_policy_kind */
};

struct coco_opts_policy_lint {
	struct coco_strlist files;
	struct coco_strlist reference;
	struct coco_strlist evidence;
	const char *confidential;
	const char *trustee;
	bool strict;
};

#endif
