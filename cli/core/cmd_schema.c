/*
 * cmd_schema.c - cococtl schema [COMMAND].
 */
#include <stdio.h>

#include "cli/core/help.h"
#include "cli/core/schema.h"
#include "cli/core/opts_core.h"
#include "cli/core/run_core.h"

static int list(struct coco_report *report)
{
	struct coco_jw *jw = coco_report_json(report);
	const struct coco_cmd *cmd;
	char name[COCO_SCHEMA_NAME];

	coco_jw_key(jw, "schemas");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		char id[96];

		snprintf(id, sizeof(id), "cococtl.%s.v1", coco_schema_name(name, cmd->path));
		coco_report_line(report, "%s", id);
		coco_jw_string(jw, id);
	}
	coco_jw_end(jw, ']');
	return 0;
}

int coco_cmd_schema(struct coco_cli *cli, const void *opts, struct coco_report *report,
		    struct coco_diag *diag)
{
	const struct coco_opts_topic *o = opts;
	const struct coco_cmd *cmd;
	struct coco_wr wr;
	char path[128];
	int r = 0;

	(void)cli;
	if (o->words.n == 0)
		return list(report);
	coco_help_path(path, sizeof(path), &o->words);
	cmd = coco_table_find(path);
	if (cmd == NULL)
		return coco_fail(diag, COCO_E_USAGE_TOPIC, "there is no command \"%s\"", path);
	coco_wr_init(&wr, 1 << 20);
	coco_schema_write(&wr, cmd);
	if (wr.code != 0) {
		r = coco_fail(diag, wr.code, "cannot build the schema");
	} else {
		/* in JSON the schema is a value, not a text */
		coco_report_text(report, NULL, (const char *)wr.p, wr.n);
		coco_jw_key(coco_report_json(report), "schema");
		coco_jw_raw(coco_report_json(report), (const char *)wr.p, wr.n - 1);
	}
	coco_wr_free(&wr);
	return r;
}
