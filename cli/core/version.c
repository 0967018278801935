/*
 * version.c - what this build is (the Makefile passes version and commit).
 */
#include "cli/core/version.h"

#include <stddef.h>

#ifndef COCO_COMMIT
#define COCO_COMMIT ""
#endif

const char *coco_version(void)
{
	return COCO_VERSION;
}

const char *coco_version_commit(void)
{
	return COCO_COMMIT;
}

const char *const *coco_version_formats(void)
{
	static const char *const formats[] = { "cococtl/model-package/v1", NULL };

	return formats;
}
