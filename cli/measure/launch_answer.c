/*
 * launch_answer.c - the answer of the commands for AMD guests: vCPU pages, and
 * then what every record gets (see launch_args.h).
 */
#include <stdio.h>

#include "cli/measure/launch_args.h"
#include "cli/measure/record_answer.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

/* The vCPU pages, each as a file; under --dry-run only whether they could be. */
static int dump(const struct coco_cli *cli, const struct coco_launch *l, const char *dir,
		struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n_pages; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.bin", l->pages[i].name);
		char *path = coco_path_join(dir, name);
		if (path == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
		if (cli->common.dry_run)
			r = coco_out_check(path, coco_cli_out_flags(cli, 0), NULL, diag);
		else
			r = coco_write_file(path, l->pages[i].page, COCO_VMSA_SIZE,
					    coco_cli_out_flags(cli, 0), diag);
		coco_free(path);
	}
	return r;
}

int coco_launch_answer(struct coco_cli *cli, const struct coco_launch_args *a,
		       const char *dump_vmsa, const struct coco_opts_answer *answer,
		       struct coco_report *report, struct coco_diag *diag)
{
	struct coco_launch l = { .n_pages = 0 };

	int r = coco_launch_measure(&cli->run, &a->req, &l, diag);
	if (r == 0 && dump_vmsa != NULL)
		r = dump(cli, &l, dump_vmsa, diag);
	if (r == 0 && l.has_firmware_digest)
		coco_report_hex(report, "firmware_digest",
				answer->explain ? "firmware digest" : NULL, l.firmware_digest,
				sizeof(l.firmware_digest));
	if (r == 0)
		r = coco_record_answer(cli, &l.record, answer, report, diag);
	coco_launch_free(&l);
	return r;
}
