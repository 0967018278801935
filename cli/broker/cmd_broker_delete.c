/*
 * cmd_broker_delete.c - cococtl broker delete: a resource removed.
 */
#include "cli/broker/kbs_args.h"
#include "cli/broker/plugin_args.h"
#include "cli/broker/run_broker.h"

int coco_cmd_broker_delete(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_broker_delete *o = opts;
	const struct coco_item_id id = { COCO_ITEM_RESOURCE, o->resource };
	struct coco_arg_broker b;

	if (o->plugin != NULL)
		return coco_arg_plugin_delete(cli, o, report, diag);
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	r = coco_backend_remove(b.backend, &cli->run, &id, diag);
	if (r == 0)
		coco_report_string(report, "name", "removed", id.name);
	coco_arg_broker_close(&b);
	return r;
}
