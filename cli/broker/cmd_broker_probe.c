/*
 * cmd_broker_probe.c - cococtl broker probe: which release answers.
 */
#include "cli/broker/kbs_args.h"
#include "cli/broker/run_broker.h"
#include "lib/net/http.h"

static void show_admin(struct coco_report *report, const struct coco_kbs_seen *seen)
{
	coco_report_string(report, "administrator", "administrator",
			   seen->admin_accepted ? "accepted" :
			   seen->admin_asked ? "refused" : "cannot be asked");
	if (!seen->admin_accepted)
		coco_report_string(report, "administrator_answer", "its answer",
				   seen->admin_answer);
}

/* seen: NULL for a directory. */
static void show(struct coco_report *report, const struct coco_backend_info *info,
		 const struct coco_kbs_seen *seen)
{
	coco_report_string(report, "oldest", "Trustee, from", coco_trustee_name(info->oldest));
	coco_report_string(report, "newest", "to", coco_trustee_name(info->newest));
	coco_report_string(report, "protocol", "protocol",
			   info->protocol[0] != '\0' ? info->protocol : "unknown");
	if (seen != NULL)
		show_admin(report, seen);
	coco_report_bool(report, "reads_reference_values", "reference values can be read",
			 info->reads_reference_values);
	coco_report_bool(report, "reads_policies", "the resource policy can be read",
			 info->reads_policies);
	coco_report_bool(report, "deletes_resources", "resources can be removed",
			 info->deletes_resources);
}

int coco_cmd_broker_probe(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_broker_probe *o = opts;
	struct coco_arg_broker b;
	struct coco_backend_info info;
	struct coco_kbs_seen seen;
	char origin[512];
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	if (b.directory != NULL)
		r = coco_backend_probe(b.backend, &cli->run, &info, diag);
	else
		r = coco_backend_kbs_probe(b.backend, &cli->run, &info, &seen, diag);
	if (r == 0 && b.directory != NULL) {
		coco_report_string(report, "broker", "broker", o->broker.url);
	} else if (r == 0) {
		coco_http_origin(o->broker.url, origin, sizeof(origin));
		coco_report_string(report, "broker", "broker", origin);
	}
	if (r == 0)
		show(report, &info, b.directory != NULL ? NULL : &seen);
	coco_arg_broker_close(&b);
	return r;
}
