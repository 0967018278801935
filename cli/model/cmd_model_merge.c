/*
 * cmd_model_merge.c - cococtl model merge: the parts of a plan into a package.
 */
#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "lib/crypto/content_key.h"

int coco_cmd_model_merge(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_model_merge *o = opts;
	struct coco_arg_signer signer = { .given = false };
	struct coco_arg_recipients recipients = { .n = 0 };
	struct coco_pack_result res = { 0 };
	struct coco_secret key = { 0 };
	int r = coco_arg_key_id(o->key_id, diag);

	if (r == 0)
		r = coco_arg_signer_load(cli, &o->sign, &signer, diag);
	if (r == 0)
		r = coco_arg_recipients_load(&o->recipients, &recipients, diag);
	if (r == 0)
		r = coco_content_key_load(o->key, coco_key_ref_flags(cli), &key, diag);
	if (r == 0) {
		const struct coco_merge_request req = {
			.parts = o->parts.v,
			.n_parts = o->parts.n,
			.out = cli->common.output,
			.out_flags = coco_cli_out_flags(cli, 0),
			.key = &key,
			.key_id = o->key_id,
			.dry_run = cli->common.dry_run,
			.finish = { .signer = signer.given ? &signer.signer : NULL,
				    .recipients = (const struct coco_key *const *)recipients.keys,
				    .n_recipients = recipients.n },
		};

		r = coco_merge(&cli->run, &req, &res, diag);
	}
	if (r == 0) {
		coco_arg_pack_result(report, &res, 0.0);
		coco_report_string(report, NULL, coco_arg_written(cli), cli->common.output);
	}
	coco_pack_result_free(&res);
	coco_secret_free(&key);
	coco_arg_recipients_free(&recipients);
	coco_arg_signer_free(&signer);
	return r;
}
