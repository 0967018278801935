/*
 * profile_use.h - the launch profile of a run (see cli.h for how its values
 * get into options).
 */
#ifndef COCO_PROFILE_USE_H
#define COCO_PROFILE_USE_H

#include "cli/core/cli.h"
#include "lib/measure/profile_load.h"

/* The option; s is the option struct, m a member of type const char *. */
#define COCO_OPTIONS_PROFILE(s, m)                                                        \
	{ .name = "profile", .kind = COCO_KIND_INPUT, .arg = "FILE",                      \
	  .help = "launch profile: values for what is not given",                        \
	  COCO_BIND_STR(s, m) }

/* coco_profile_use_profile - the profile itself, paths resolved; borrowed. */
const struct coco_launch_profile *coco_profile_use_profile(const struct coco_profile_use *use);

/*
 * coco_profile_operand - where an operand was not given (*path is NULL), the
 * file that the profile has under this key; borrowed. Errors: USAGE_MISSING.
 */
int coco_profile_operand(const struct coco_cli *cli, enum coco_profile_id id, const char *operand,
			 const char **path, struct coco_diag *diag) COCO_MUSTUSE;

#endif
