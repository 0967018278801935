/*
 * answer_file.c - an answer that is a file (see answer_file.h).
 */
#include "cli/broker/answer_file.h"

#include "lib/core/io.h"

int coco_answer_file(struct coco_cli *cli, const uint8_t *text, size_t n,
		     struct coco_report *report, struct coco_diag *diag)
{
	const char *output = cli->common.output;
	int fd = -1;
	int r;

	if (output == NULL) {
		r = coco_cli_stdout(cli, false, &fd, diag);
		if (r == 0)
			r = coco_write_full(fd, text, n, "standard output", diag);
		return r;
	}
	if (cli->common.dry_run)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0)
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written", output);
	return r;
}
