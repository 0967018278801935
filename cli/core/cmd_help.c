/*
 * cmd_help.c - cococtl help [COMMAND].
 */
#include "cli/core/help.h"
#include "cli/core/opt.h"
#include "cli/core/opts_core.h"
#include "cli/core/run_core.h"

static void list_json(struct coco_jw *jw)
{
	const struct coco_cmd *cmd;

	coco_jw_key(jw, "commands");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "command", cmd->path);
		coco_jw_kv_string(jw, "summary", cmd->summary);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

int coco_cmd_help(struct coco_cli *cli, const void *opts, struct coco_report *report,
		  struct coco_diag *diag)
{
	const struct coco_opts_topic *o = opts;
	struct coco_wr wr;
	char path[128];

	(void)cli;
	coco_wr_init(&wr, 1 << 20);
	if (!coco_help_topic(&wr, &o->words)) {
		coco_wr_free(&wr);
		coco_diag_hint(diag, "see cococtl help for the list of commands");
		coco_help_path(path, sizeof(path), &o->words);
		return coco_fail(diag, COCO_E_USAGE_TOPIC, "there is no command \"%s\"", path);
	}
	int r = wr.code;
	if (r == 0)
		coco_report_text(report, "text", (const char *)wr.p, wr.n);
	else
		coco_fail(diag, r, "cannot build the help text");
	if (o->words.n == 0)
		list_json(coco_report_json(report));
	coco_wr_free(&wr);
	return r;
}
