/*
 * cli.c - what commands ask of the shell around them (see cli.h).
 */
#include "cli/core/cli.h"

#include "cli/core/out.h"
#include "lib/core/io.h"

unsigned coco_cli_out_flags(const struct coco_cli *cli, unsigned more)
{
	return more | (cli->common.force ? (unsigned)COCO_OUT_FORCE : 0U);
}

int coco_cli_stdout(struct coco_cli *cli, bool binary, int *ret_fd, struct coco_diag *diag)
{
	struct coco_console *con = cli->console;

	if (con->json)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--json and an answer of plain bytes both want standard output; "
				 "write it to a file with -o");
	if (binary && con->out_tty && cli->common.output == NULL)
		return coco_fail(diag, COCO_E_USAGE_TERMINAL,
				 "the answer is binary and standard output is a terminal");
	con->streamed = true;
	*ret_fd = con->out;
	return 0;
}
