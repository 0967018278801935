/*
 * opt_priv.h - what the files of the option parser share. Not for commands.
 */
#ifndef COCO_OPT_PRIV_H
#define COCO_OPT_PRIV_H

#include "cli/core/opt.h"

/* One parse; all borrowed. */
struct coco_opt_ctx {
	const struct coco_cmd *cmd;
	void *opts;
	struct coco_common *common;
	struct coco_given *given;
	struct coco_diag *diag;
};

/* coco_opt_slot - the member that the option is bound to. */
void *coco_opt_slot(const struct coco_opt_ctx *p, const struct coco_opt *opt);

/* coco_opt_find - the option called name (n characters); index or SIZE_MAX. */
size_t coco_opt_find(const struct coco_given *g, const char *name, size_t n);

/* coco_opt_has_value - neither a flag nor counted. */
bool coco_opt_has_value(const struct coco_opt *opt);

/* coco_opt_any_given - true when one of the names in "a|b|c" (n characters) was given. */
bool coco_opt_any_given(const struct coco_given *g, const char *names, size_t n);

/* coco_opt_convert_named - coco_opt_convert, the message with what it is about in front. */
int coco_opt_convert_named(const struct coco_opt *opt, const char *name, const char *text,
			   void *dst, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_opt_from_profile - when --profile was given: values of the profile for
 * the options that were not, but for those that exclude one that was
 * (opt_profile.c). Errors: those of coco_profile_use_load, USAGE_VALUE.
 */
int coco_opt_from_profile(const struct coco_opt_ctx *p) COCO_MUSTUSE;

#endif
