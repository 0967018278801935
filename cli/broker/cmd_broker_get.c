/*
 * cmd_broker_get.c - cococtl broker get: what an administrator may read.
 */
#include "cli/broker/kbs_args.h"
#include "cli/broker/run_broker.h"

int coco_cmd_broker_get(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_broker_get *o = opts;
	const struct coco_item_id id = {
		.type = o->reference_value != NULL ? COCO_ITEM_REFERENCE_VALUE :
			COCO_ITEM_RESOURCE_POLICY,
		.name = o->reference_value != NULL ? o->reference_value : "",
	};
	struct coco_secret value = { 0 };
	struct coco_arg_broker b;
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	r = coco_backend_get(b.backend, &cli->run, &id, &value, diag);
	if (r == 0 && id.type == COCO_ITEM_REFERENCE_VALUE) {
		struct coco_jw *jw = coco_report_json(report);

		coco_report_string(report, "name", "name", id.name);
		coco_jw_key(jw, "value");
		coco_jw_raw(jw, (const char *)coco_secret_expose(&value), value.n);
		coco_report_line(report, "%.*s", (int)value.n,
				 (const char *)coco_secret_expose(&value));
	} else if (r == 0) {
		coco_report_text(report, "policy", (const char *)coco_secret_expose(&value),
				 value.n);
	}
	coco_secret_free(&value);
	coco_arg_broker_close(&b);
	return r;
}
