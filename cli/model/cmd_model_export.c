/*
 * cmd_model_export.c - cococtl model export: a container image in the form
 * that encrypted images have.
 */
#include <string.h>

#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "formats/model/oci.h"
#include "lib/crypto/content_key.h"
#include "lib/model/image_encrypt.h"

static int check(const struct coco_opts_model_export *o, struct coco_diag *diag)
{
	if (!o->ocicrypt)
		return coco_fail(diag, COCO_E_USAGE_OPTION,
				 "--ocicrypt is the only form that is written");
	if (o->key != NULL && o->key_id == NULL)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--key needs --key-id: guests fetch the key from there");
	if (o->key == NULL && o->recipients.n == 0)
		return coco_fail(diag, COCO_E_USAGE_CONFLICT,
				 "--key with --key-id for guests, --recipient for holders of a "
				 "private key, or both");
	struct coco_resource_id id;
	int r = o->key_id != NULL ? coco_resource_id_parse_uri(&id, o->key_id, strlen(o->key_id),
							       diag)
				  : 0;
	return r != 0 ? r : coco_arg_tag(o->tag, diag);
}

static void report_result(const struct coco_cli *cli, struct coco_report *report,
			  const struct coco_image_encrypted *res)
{
	char text[COCO_OCI_DIGEST_TEXT];
	struct coco_digest digest;

	coco_report_string(report, "output", coco_arg_written(cli), cli->common.output);
	coco_report_count(report, "layers", "layers", res->n_layers);
	coco_report_size(report, "size", "size", res->bytes);
	if (cli->common.dry_run)
		return;
	memcpy(digest.sha256, res->manifest, sizeof(digest.sha256));
	coco_digest_text(text, &digest);
	coco_report_string(report, "manifest", "manifest", text);
}

int coco_cmd_model_export(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_model_export *o = opts;
	struct coco_arg_recipients recipients = { .n = 0 };
	struct coco_image_encrypted res = { .n_layers = 0 };
	struct coco_secret kek = { 0 };
	const char *tag = NULL;
	char *path = NULL;
	int r = check(o, diag);

	if (r == 0)
		r = coco_arg_target(o->image, &path, &tag, diag);
	if (r == 0)
		r = coco_arg_recipients_load(&o->recipients, &recipients, diag);
	if (r == 0 && o->key != NULL)
		r = coco_content_key_load(o->key, coco_key_ref_flags(cli), &kek, diag);
	if (r == 0) {
		const struct coco_image_encrypt req = {
			.source = path,
			.tag = tag,
			.out = cli->common.output,
			.out_flags = coco_cli_out_flags(cli, 0),
			.out_tag = o->tag,
			.kek = o->key != NULL ? &kek : NULL,
			.kid = o->key_id,
			.packet = o->packet == 0 ? 2 : 1,
			.recipients = (const struct coco_key *const *)recipients.keys,
			.n_recipients = recipients.n,
			.dry_run = cli->common.dry_run,
		};

		r = coco_image_encrypt(&cli->run, &req, &res, diag);
	}
	if (r == 0)
		report_result(cli, report, &res);
	coco_secret_free(&kek);
	coco_arg_recipients_free(&recipients);
	coco_free(path);
	return r;
}
