/*
 * cmd_explain.c - cococtl explain CODE.
 */
#include "cli/core/opt.h"
#include "cli/core/opts_core.h"
#include "cli/core/run_core.h"

static const char *next_id(const void *ctx, size_t i)
{
	const struct coco_err_info *info = coco_err_at(i);

	(void)ctx;
	return info != NULL ? info->id : NULL;
}

int coco_cmd_explain(struct coco_cli *cli, const void *opts, struct coco_report *report,
		     struct coco_diag *diag)
{
	const struct coco_opts_explain *o = opts;
	const struct coco_err_info *info = coco_err_find(o->code);
	int exit_code;

	(void)cli;
	if (info == NULL) {
		char near[200];
		unsigned n = coco_opt_suggest(o->code, next_id, NULL, "", near, sizeof(near));

		return coco_fail(diag, COCO_E_USAGE_TOPIC, "there is no error \"%s\"%s%s%s",
				 o->code, n != 0 ? "; did you mean " : "", near,
				 n != 0 ? "?" : "");
	}
	exit_code = coco_err_exit(info->code);
	coco_report_string(report, "code", "error", info->id);
	coco_report_string(report, "title", "meaning", info->title);
	coco_report_string(report, "why", "likely", info->why);
	coco_report_string(report, "next", "next", info->next);
	coco_report_string(report, "class", "class", coco_err_class_name(info->class));
	coco_report_format(report, NULL, "exit code", "%d (%s)", exit_code,
			   coco_exit_name(exit_code));
	coco_report_count(report, "exit_code", NULL, (uint64_t)exit_code);
	coco_report_string(report, "retry", "try again", coco_err_retry(info->code));
	return 0;
}
