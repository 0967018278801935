/*
 * cmd_broker_put.c - cococtl broker put: one item registered.
 */
#include <string.h>

#include "cli/broker/kbs_args.h"
#include "cli/broker/plugin_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/mem.h"

static int read_public(const char *path, struct coco_secret *ret, struct coco_diag *diag)
{
	uint8_t *text;
	size_t n;
	int r = coco_read_file(path, COCO_BACKEND_VALUE, &text, &n, diag);

	if (r != 0)
		return r;
	r = coco_secret_from(ret, text, n, diag);
	coco_free(text);
	return r;
}

/* What is to be registered; *ret_name is given (coco_free). */
static int read_item(const struct coco_cli *cli, const struct coco_opts_broker_put *o,
		     struct coco_item_id *ret_id, char **ret_name, struct coco_secret *ret,
		     struct coco_diag *diag)
{
	unsigned flags = cli->common.insecure_permissions ? COCO_KEYREF_INSECURE_PERMISSIONS : 0;
	const char *name = "";
	size_t n = 0;
	int r;

	if (o->resource != NULL) {
		ret_id->type = COCO_ITEM_RESOURCE;
		name = o->resource;
		r = coco_keyref_load(o->from, COCO_BACKEND_VALUE, flags, ret, diag);
	} else if (o->resource_policy != NULL) {
		ret_id->type = COCO_ITEM_RESOURCE_POLICY;
		r = read_public(o->resource_policy, ret, diag);
	} else if (o->attestation_policy != NULL) {
		const char *file = strchr(o->attestation_policy, '=');

		if (file == NULL)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--attestation-policy is ID=FILE");
		ret_id->type = COCO_ITEM_ATTESTATION_POLICY;
		name = o->attestation_policy;
		n = (size_t)(file - name);
		r = read_public(file + 1, ret, diag);
	} else {
		ret_id->type = COCO_ITEM_REFERENCE_VALUE;
		name = o->reference_value;
		r = o->value[0] == '@' ? read_public(o->value + 1, ret, diag) :
		    coco_secret_from(ret, o->value, strlen(o->value), diag);
	}
	if (r != 0)
		return r;
	*ret_name = coco_strndup(name, n != 0 ? n : strlen(name));
	ret_id->name = *ret_name;
	return *ret_name != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory");
}

int coco_cmd_broker_put(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_broker_put *o = opts;
	struct coco_item_id id = { .name = NULL };
	struct coco_secret value = { 0 };
	struct coco_arg_broker b;
	char *name = NULL;

	if (o->plugin != NULL)
		return coco_arg_plugin_put(cli, o, report, diag);
	if (cli->common.output != NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "-o is for the answer of --plugin; nothing else has one");
	int r = coco_arg_broker_open(cli, &o->broker, &b, diag);
	if (r != 0)
		return r;
	r = read_item(cli, o, &id, &name, &value, diag);
	if (r == 0 && !cli->common.dry_run)
		r = coco_backend_put(b.backend, &cli->run, &id, &value, diag);
	if (r == 0) {
		coco_report_string(report, "type", "type", coco_item_type_name(id.type));
		coco_report_string(report, "name", id.name[0] != '\0' ? "name" : NULL, id.name);
		coco_report_size(report, "bytes", cli->common.dry_run ? "would be registered" :
				 "registered", value.n);
	}
	coco_secret_free(&value);
	coco_free(name);
	coco_arg_broker_close(&b);
	return r;
}
