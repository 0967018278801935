/*
 * plugin_args.c - what the administrator's commands do with a broker's plugins
 * (see plugin_args.h).
 */
#include "cli/broker/plugin_args.h"

#include <string.h>

#include "cli/broker/fetch_args.h"
#include "cli/broker/kbs_args.h"
#include "lib/broker/kbs_plugin.h"

/* The answer to -o; without it only its size is told, for it may be secret. */
static int answer(struct coco_cli *cli, const struct coco_secret *value,
		  struct coco_report *report, struct coco_diag *diag)
{
	int r = 0;

	if (cli->common.output != NULL)
		r = coco_keyref_write(cli->common.output, value, coco_cli_out_flags(cli, 0), diag);
	if (r != 0)
		return r;
	coco_report_size(report, "answer_bytes", "answer", value->n);
	if (cli->common.output != NULL)
		coco_report_string(report, "output", "written", cli->common.output);
	return 0;
}

static int post(struct coco_cli *cli, const struct coco_opts_broker_put *o,
		const struct coco_plugin_uri *uri, const struct coco_secret *body,
		struct coco_report *report, struct coco_diag *diag)
{
	struct coco_secret got = { 0 };
	struct coco_arg_broker b;
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	r = coco_kbs_plugin_post(b.backend, &cli->run, uri, body, &got, diag);
	if (r == 0)
		r = answer(cli, &got, report, diag);
	coco_secret_free(&got);
	coco_arg_broker_close(&b);
	return r;
}

int coco_arg_plugin_put(struct coco_cli *cli, const struct coco_opts_broker_put *o,
			struct coco_report *report, struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	struct coco_secret body = { 0 };
	struct coco_plugin_uri uri;
	int r = coco_plugin_path_parse(&uri, o->plugin, strlen(o->plugin), diag);

	if (r == 0 && strncmp(o->broker.url, "store:", 6) == 0)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT, "a directory has no plugins");
	if (r == 0 && cli->common.output != NULL)
		r = coco_arg_secret_output(cli, diag);
	if (r == 0 && o->from != NULL)
		r = coco_keyref_load(o->from, COCO_BACKEND_VALUE, flags, &body, diag);
	if (r == 0 && !cli->common.dry_run)
		r = post(cli, o, &uri, &body, report, diag);
	if (r == 0) {
		coco_report_string(report, "plugin", "plugin", o->plugin);
		coco_report_size(report, "bytes", cli->common.dry_run ? "would be sent" : "sent",
				 body.n);
	}
	coco_secret_free(&body);
	return r;
}

int coco_arg_plugin_delete(struct coco_cli *cli, const struct coco_opts_broker_delete *o,
			   struct coco_report *report, struct coco_diag *diag)
{
	struct coco_secret got = { 0 };
	struct coco_plugin_uri uri;
	struct coco_arg_broker b;
	int r = coco_plugin_path_parse(&uri, o->plugin, strlen(o->plugin), diag);

	if (r == 0)
		r = coco_arg_broker_open(cli, &o->broker, &b, diag);
	if (r != 0)
		return r;
	r = coco_kbs_plugin_delete(b.backend, &cli->run, &uri, &got, diag);
	if (r == 0) {
		coco_report_string(report, "plugin", "removed", o->plugin);
		coco_report_size(report, "answer_bytes", "answer", got.n);
	}
	coco_secret_free(&got);
	coco_arg_broker_close(&b);
	return r;
}
