/*
 * cmd_version.c - cococtl version.
 */
#include "cli/core/run_core.h"
#include "cli/core/version.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

int coco_cmd_version(struct coco_cli *cli, const void *opts, struct coco_report *report,
		     struct coco_diag *diag)
{
	const char *const *formats = coco_version_formats();
	struct coco_jw *jw = coco_report_json(report);

	(void)cli;
	(void)opts;
	(void)diag;
	coco_report_string(report, "version", NULL, coco_version());
	coco_report_line(report, "cococtl %s", coco_version());
	if (coco_version_commit()[0] != '\0')
		coco_report_string(report, "commit", "commit", coco_version_commit());
	coco_report_string(report, "compiler", "compiler", COMPILER);
	for (size_t i = 0; formats[i] != NULL; i++)
		coco_report_string(report, NULL, "format", formats[i]);
	coco_jw_key(jw, "formats");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; formats[i] != NULL; i++)
		coco_jw_string(jw, formats[i]);
	coco_jw_end(jw, ']');
	return 0;
}
