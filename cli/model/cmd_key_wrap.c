/*
 * cmd_key_wrap.c - cococtl key wrap: a content key for holders of private keys.
 */
#include <string.h>

#include "cli/model/key_any.h"
#include "cli/model/opts_model.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/key_wrap.h"

static int load_recipients(const struct coco_strlist *files, struct coco_key **keys,
			   struct coco_diag *diag)
{
	for (size_t i = 0; i < files->n; i++) {
		int r = coco_key_load_public(files->v[i], &keys[i], diag);

		if (r != 0)
			return r;
		for (size_t k = 0; k < i; k++)
			if (coco_key_same(keys[i], keys[k]))
				return coco_fail(diag, COCO_E_USAGE_CONFLICT,
						 "recipients %zu and %zu have the same key", k + 1,
						 i + 1);
	}
	return 0;
}

static void show(const struct coco_cli *cli, const struct coco_opts_key_wrap *o,
		 struct coco_key *const *keys, struct coco_report *report)
{
	struct coco_jw *jw = coco_report_json(report);

	coco_jw_key(jw, "recipients");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < o->recipients.n; i++) {
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "type", coco_key_name(keys[i]));
		coco_jw_kv_string(jw, "fingerprint", coco_key_fingerprint_text(keys[i]));
		coco_jw_end(jw, '}');
		coco_report_string(report, NULL, "recipient", coco_key_fingerprint_text(keys[i]));
	}
	coco_jw_end(jw, ']');
	if (o->key_id != NULL)
		coco_report_string(report, "key_id", "key id", o->key_id);
	coco_report_string(report, "output", cli->common.dry_run ? "would be written" : "written",
			   cli->common.output);
}

int coco_cmd_key_wrap(struct coco_cli *cli, const void *opts, struct coco_report *report,
		      struct coco_diag *diag)
{
	const struct coco_opts_key_wrap *o = opts;
	struct coco_key **keys = coco_zalloc(o->recipients.n, sizeof(*keys));
	struct coco_secret content = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	int r;

	if (keys == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the recipients");
	r = load_recipients(&o->recipients, keys, diag);
	if (r == 0)
		r = coco_content_key_load(o->key, coco_key_ref_flags(cli), &content, diag);
	if (r == 0) {
		struct coco_wrap_request req = {
			.recipients = (const struct coco_key *const *)keys,
			.n_recipients = o->recipients.n,
			.key_id = o->key_id,
		};

		r = coco_key_wrap(&content, &req, &text, &n, diag);
	}
	if (r == 0 && cli->common.dry_run)
		r = strcmp(cli->common.output, "-") == 0 ? 0 :
			    coco_out_check(cli->common.output, coco_cli_out_flags(cli, 0), NULL,
					   diag);
	else if (r == 0)
		r = coco_write_file(cli->common.output, text, n, coco_cli_out_flags(cli, 0), diag);
	if (r == 0)
		show(cli, o, keys, report);
	coco_free(text);
	coco_secret_free(&content);
	for (size_t i = 0; i < o->recipients.n; i++)
		coco_key_free(keys[i]);
	coco_free(keys);
	return r;
}
