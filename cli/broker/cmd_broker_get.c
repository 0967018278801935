/*
 * cmd_broker_get.c - cococtl broker get: a resource or token for this guest, or
 * what an administrator may read.
 */
#include <stdio.h>
#include <string.h>

#include "cli/broker/fetch_args.h"
#include "cli/broker/kbs_args.h"
#include "cli/broker/run_broker.h"
#include "formats/broker/plugin_uri.h"

/* By evidence, from a broker. */
static int attested(struct coco_cli *cli, const struct coco_opts_broker_get *o,
		    const struct coco_rcar_want *want, struct coco_secret *ret,
		    struct coco_report *report, struct coco_diag *diag)
{
	const struct coco_opts_broker *b = &o->broker;
	const struct coco_fetch_texts texts = {
		.url = b->url, .ca = b->ca, .pin = b->pin, .client_cert = b->client_cert,
		.client_key = b->client_key, .timeout = b->timeout,
		.attester = coco_opt_attesters[o->attest.attester],
		.attester_path = o->attest.attester_path, .initdata = o->attest.initdata,
		.tee_key = coco_opt_tee_keys[o->attest.tee_key],
	};
	struct coco_fetch_info info;
	struct coco_arg_fetch fetch;
	int r;

	if (b->admin_key != NULL || b->admin_token != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "an administrator gets no resource: leave out --admin-key and "
				 "--admin-token");
	r = coco_arg_fetch_load(cli, &texts, &fetch, diag);
	if (r != 0)
		return r;
	r = coco_fetch_plugin(&fetch.config, &cli->run, want, ret, &info, diag);
	if (r == 0) {
		coco_report_string(report, "attester", "attester", info.attester);
		coco_report_string(report, "tee", "TEE", info.tee);
		coco_report_string(report, "protocol", "protocol", info.protocol);
	}
	coco_arg_fetch_free(&fetch);
	return r;
}

/* From a directory, which whoever can read it may. */
static int from_store(struct coco_cli *cli, const struct coco_opts_broker_get *o,
		      const char *name, struct coco_secret *ret, struct coco_diag *diag)
{
	const struct coco_item_id id = { .type = COCO_ITEM_RESOURCE, .name = name };
	struct coco_arg_broker b;
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	r = coco_backend_get(b.backend, &cli->run, &id, ret, diag);
	coco_arg_broker_close(&b);
	return r;
}

/* The operand: a resource, or what a plugin is asked for. */
static int parse_operand(const char *text, struct coco_plugin_uri *ret, struct coco_diag *diag)
{
	char path[COCO_RESOURCE_URI_MAX + 16];
	struct coco_resource_id id;

	if (strncmp(text, "kbs:", 4) == 0 || strncmp(text, "kbs+", 4) == 0)
		return coco_plugin_uri_parse(ret, text, strlen(text), diag);
	int r = coco_resource_id_parse(&id, text, strlen(text), diag);
	if (r != 0)
		return r;
	snprintf(path, sizeof(path), "resource/%s/%s/%s", id.repo, id.type, id.tag);
	return coco_plugin_path_parse(ret, path, strlen(path), diag);
}

/* What goes with the question. */
static int load_body(const struct coco_cli *cli, const struct coco_opts_broker_get *o,
		     const char *resource, struct coco_secret *ret, struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;

	if (o->from == NULL)
		return 0;
	if (resource != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--from is for plugins; a resource has nothing but a name");
	return coco_keyref_load(o->from, COCO_BACKEND_VALUE, flags, ret, diag);
}

/* From the broker or the directory; uri NULL: a token. */
static int get_from(struct coco_cli *cli, const struct coco_opts_broker_get *o,
		    const struct coco_plugin_uri *uri, struct coco_secret *ret,
		    struct coco_report *report, struct coco_diag *diag)
{
	const char *resource = uri != NULL ? coco_plugin_uri_resource(uri) : NULL;
	struct coco_rcar_want want = { .path = uri != NULL ? uri->path : NULL };
	struct coco_secret body = { 0 };
	int r = load_body(cli, o, resource, &body, diag);

	if (r != 0)
		return r;
	if (strncmp(o->broker.url, "store:", 6) == 0 && resource == NULL) {
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT, uri != NULL ?
			      "a directory has no plugins" : "a directory gives no tokens");
	} else if (strncmp(o->broker.url, "store:", 6) == 0) {
		r = from_store(cli, o, resource, ret, diag);
	} else {
		if (o->from != NULL)
			want.body = coco_view_of(coco_secret_expose(&body), body.n);
		r = attested(cli, o, uri != NULL ? &want : NULL, ret, report, diag);
	}
	coco_secret_free(&body);
	return r;
}

static int get_secret(struct coco_cli *cli, const struct coco_opts_broker_get *o,
		      struct coco_report *report, struct coco_diag *diag)
{
	struct coco_secret secret = { 0 };
	struct coco_plugin_uri uri;
	int r = o->resource != NULL ? parse_operand(o->resource, &uri, diag) : 0;

	if (r == 0)
		r = coco_arg_secret_output(cli, diag);
	if (r == 0)
		r = get_from(cli, o, o->resource != NULL ? &uri : NULL, &secret, report, diag);
	if (r == 0)
		r = coco_keyref_write(cli->common.output, &secret, coco_cli_out_flags(cli, 0),
				      diag);
	if (r == 0) {
		if (o->resource != NULL)
			coco_report_string(report, "resource", "resource", o->resource);
		coco_report_size(report, "bytes", "fetched", secret.n);
		coco_report_string(report, "output", "written", cli->common.output);
	}
	coco_secret_free(&secret);
	return r;
}

static int show(struct coco_cli *cli, enum coco_item_type type, const char *name,
		const struct coco_secret *value, struct coco_report *report,
		struct coco_diag *diag)
{
	const char *text = (const char *)coco_secret_expose(value);
	const char *output = cli->common.output;

	if (output != NULL && strcmp(output, "-") != 0) {
		int r = coco_write_file(output, text, value->n, coco_cli_out_flags(cli, 0), diag);

		if (r == 0)
			coco_report_string(report, "output", "written", output);
		return r;
	}
	if (type == COCO_ITEM_REFERENCE_VALUE) {
		struct coco_jw *jw = coco_report_json(report);

		coco_report_string(report, "name", "name", name);
		coco_jw_key(jw, "value");
		coco_jw_raw(jw, text, value->n);
		coco_report_line(report, "%.*s", (int)value->n, text);
	} else {
		coco_report_text(report, "policy", text, value->n);
	}
	return 0;
}

int coco_cmd_broker_get(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_broker_get *o = opts;
	const struct coco_item_id id = {
		.type = o->reference_value != NULL ? COCO_ITEM_REFERENCE_VALUE :
			COCO_ITEM_RESOURCE_POLICY,
		.name = o->reference_value != NULL ? o->reference_value : "",
	};
	bool item = o->reference_value != NULL || o->resource_policy;
	struct coco_secret value = { 0 };
	struct coco_arg_broker b;

	if ((o->resource != NULL) + o->token + item > 1)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "a resource, --token, --reference-value and --resource-policy "
				 "exclude each other");
	if (o->resource == NULL && o->from != NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "--from needs kbs+PLUGIN:///SEGMENT...: whom the bytes are for");
	if (o->resource != NULL || o->token)
		return get_secret(cli, o, report, diag);
	if (!item)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "name a resource (repo/type/tag), or give --token, "
				 "--reference-value or --resource-policy");
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);
	if (r != 0)
		return r;
	r = coco_backend_get(b.backend, &cli->run, &id, &value, diag);
	if (r == 0)
		r = show(cli, id.type, id.name, &value, report, diag);
	coco_secret_free(&value);
	coco_arg_broker_close(&b);
	return r;
}
