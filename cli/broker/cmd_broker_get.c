/*
 * cmd_broker_get.c - cococtl broker get: a resource or token for this guest, or
 * what an administrator may read.
 */
#include <string.h>

#include "cli/broker/fetch_args.h"
#include "cli/broker/kbs_args.h"
#include "cli/broker/run_broker.h"

/* A secret goes to a file or a store, and is not fetched when it cannot. */
static int check_output(const struct coco_cli *cli, struct coco_diag *diag)
{
	const char *ref = cli->common.output;
	enum coco_keyref_kind kind;

	if (ref == NULL || strcmp(ref, "-") == 0)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "a secret needs a file: -o FILE, or -o store:DIR/repo/type/tag");
	int r = coco_keyref_check(ref, &kind, diag);
	if (r != 0 || kind == COCO_KEYREF_STORE)
		return r;
	if (kind != COCO_KEYREF_FILE)
		return coco_fail(diag, COCO_E_USAGE_KEYREF,
				 "-o takes a file or store:DIR/repo/type/tag; a secret goes "
				 "nowhere else");
	return coco_out_check(strncmp(ref, "file:", 5) == 0 ? ref + 5 : ref,
			      coco_cli_out_flags(cli, 0), NULL, diag);
}

/* By evidence, from a broker. */
static int attested(struct coco_cli *cli, const struct coco_opts_broker_get *o,
		    const struct coco_resource_id *id, struct coco_secret *ret,
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
	r = coco_fetch(&fetch.config, &cli->run, id, ret, &info, diag);
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
		      struct coco_secret *ret, struct coco_diag *diag)
{
	const struct coco_item_id id = { .type = COCO_ITEM_RESOURCE, .name = o->resource };
	struct coco_arg_broker b;
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);

	if (r != 0)
		return r;
	r = coco_backend_get(b.backend, &cli->run, &id, ret, diag);
	coco_arg_broker_close(&b);
	return r;
}

static int get_secret(struct coco_cli *cli, const struct coco_opts_broker_get *o,
			struct coco_report *report, struct coco_diag *diag)
{
	bool store = strncmp(o->broker.url, "store:", 6) == 0;
	struct coco_secret secret = { 0 };
	struct coco_resource_id id;
	int r = o->resource != NULL ?
		coco_resource_id_parse(&id, o->resource, strlen(o->resource), diag) : 0;

	if (r == 0 && store && o->resource == NULL)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT, "a directory gives no tokens");
	if (r == 0)
		r = check_output(cli, diag);
	if (r == 0)
		r = store ? from_store(cli, o, &secret, diag) :
		    attested(cli, o, o->resource != NULL ? &id : NULL, &secret, report, diag);
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
