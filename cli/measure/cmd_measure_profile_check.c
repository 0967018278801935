/*
 * cmd_measure_profile_check.c - cococtl measure profile check: whether a
 * launch profile says enough, and does not contradict itself.
 */

#include "cli/measure/opts_profile.h"
#include "cli/measure/run_measure.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "lib/measure/profile_check.h"

static void report_finding(const struct coco_finding *f, struct coco_report *report)
{
	static const enum coco_status statuses[] = {
		[COCO_FINDING_GOOD] = COCO_STATUS_PASS,
		[COCO_FINDING_WARNING] = COCO_STATUS_WARN,
		[COCO_FINDING_INCOMPLETE] = COCO_STATUS_ERROR,
		[COCO_FINDING_CONTRADICTION] = COCO_STATUS_FAIL,
	};

	coco_report_check(report, &(struct coco_check){
		.id = f->id, .status = statuses[f->kind], .title = f->title,
		.detail = f->detail[0] != '\0' ? f->detail : NULL,
	});
}

int coco_cmd_measure_profile_check(struct coco_cli *cli, const void *opts,
				   struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_measure_profile_check *o = opts;
	struct coco_launch_profile p = { .size = 0 };
	struct coco_findings f = { .n = 0 };
	char sha[72] = "sha256:";

	int r = coco_profile_load(&p, o->profile, diag);
	if (r != 0)
		return r;
	coco_hex_encode(sha + 7, p.sha256, sizeof(p.sha256));
	coco_report_input(report, "profile", sha, p.size);
	r = coco_profile_check(&cli->run, &p.profile, &f, diag);
	coco_launch_profile_free(&p);
	if (r != 0)
		return r;
	for (size_t i = 0; i < f.n; i++)
		report_finding(&f.v[i], report);
	size_t against = f.counts[COCO_FINDING_CONTRADICTION];
	size_t missing = f.counts[COCO_FINDING_INCOMPLETE];
	coco_report_count(report, "contradictions", NULL, against);
	coco_report_count(report, "missing", NULL, missing);
	coco_report_count(report, "warnings", NULL, f.counts[COCO_FINDING_WARNING]);
	coco_findings_free(&f);
	if (against != 0)
		return coco_fail(diag, COCO_E_PROFILE_CONTRADICTS, "%zu of the checks fail%s",
				 against,
				 against == 1 ? "s" : "");
	if (missing != 0)
		return coco_fail(diag, COCO_E_PROFILE_INCOMPLETE, "%zu input%s missing", missing,
				 missing == 1 ? " is" : "s are");
	return 0;
}
