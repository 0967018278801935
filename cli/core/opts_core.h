/*
 * opts_core.h - option structs of the core commands.
 */
#ifndef COCO_OPTS_CORE_H
#define COCO_OPTS_CORE_H

#include "cli/core/table.h"

struct coco_opts_explain {
	const char *code;
};

struct coco_opts_completion {
	const char *shell;
};

/* help and schema */
struct coco_opts_topic {
	struct coco_strlist words;
};

#endif
