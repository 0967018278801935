/*
 * cmd_measure_profile_import.c - cococtl measure profile import: a launch
 * profile from what a VMM was given.
 */
#include <string.h>

#include "cli/measure/opts_profile.h"
#include "cli/measure/run_measure.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/profile_import.h"

static int write_profile(const struct coco_cli *cli, const uint8_t *text, size_t n,
			 struct coco_report *report, struct coco_diag *diag)
{
	const char *output = cli->common.output;
	int r = 0;

	if (output == NULL) {
		coco_report_text(report, "profile", (const char *)text, n);
		return 0;
	}
	if (cli->common.dry_run && strcmp(output, "-") != 0)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0)
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written", output);
	return r;
}

static void report_notes(const struct coco_import *im, struct coco_report *report)
{
	for (size_t i = 0; i < im->n_notes; i++) {
		struct coco_diag d;

		coco_diag_init(&d);
		coco_fail(&d, COCO_E_PROFILE_INCOMPLETE, "%s", im->notes[i].text);
		coco_report_warn(report, &d);
	}
}

int coco_cmd_measure_profile_import(struct coco_cli *cli, const void *opts,
				    struct coco_report *report, struct coco_diag *diag)
{
	static const char *const platforms[] = COCO_PROFILE_PLATFORM_WORDS;
	const struct coco_opts_measure_profile_import *o = opts;
	struct coco_import_hints hints = { .max_vcpus = o->max_vcpus };
	enum coco_profile_source from = COCO_PROFILE_FROM_QEMU;
	const char *path = o->qemu_argv;
	struct coco_import im = { .n_notes = 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	if (o->libvirt != NULL) {
		from = COCO_PROFILE_FROM_LIBVIRT;
		path = o->libvirt;
	} else if (o->kata != NULL) {
		from = COCO_PROFILE_FROM_KATA;
		path = o->kata;
	}
	if (coco_cli_given(cli, "platform"))
		hints.platform = platforms[o->platform];
	int r = coco_profile_import(&im, from, path, &hints, diag);
	if (r != 0)
		return r;
	r = coco_profile_encode(&im.profile, &text, &n, diag);
	if (r == 0)
		r = write_profile(cli, text, n, report, diag);
	if (r == 0)
		report_notes(&im, report);
	coco_free(text);
	coco_import_free(&im);
	return r;
}
