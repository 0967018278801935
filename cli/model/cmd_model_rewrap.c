/*
 * cmd_model_rewrap.c - cococtl model rewrap: new recipients for the content
 * key; no data is touched.
 */
#include <unistd.h>

#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/crypto/content_key.h"
#include "lib/model/pkg_attach.h"

/* The key must be the package's: the catalogue opens with it. */
static int check_key(const struct coco_pkg *pkg, const struct coco_secret *key,
		     struct coco_diag *diag)
{
	struct coco_catalogue cat = { .n_files = 0 };
	int r = coco_pkg_catalogue(pkg, key, &cat, diag);

	coco_catalogue_free(&cat);
	return r;
}

int coco_cmd_model_rewrap(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_model_rewrap *o = opts;
	struct coco_arg_recipients recipients = { .n = 0 };
	struct coco_descriptor d = { .size = 0 };
	struct coco_pkg pkg = { .layout = NULL };
	struct coco_secret key = { 0 };
	const char *tag = NULL;
	char *path = NULL;
	int fd = -1;
	int r = coco_arg_key_id(o->key_id, diag);

	if (r == 0)
		r = coco_arg_target(o->package, &path, &tag, diag);
	if (r == 0)
		r = coco_pkg_open(path, tag, &pkg, diag);
	if (r != 0) {
		coco_free(path);
		return r;
	}
	r = coco_arg_recipients_load(&o->recipients, &recipients, diag);
	if (r == 0)
		r = coco_content_key_load(o->key, coco_key_ref_flags(cli), &key, diag);
	if (r == 0)
		r = check_key(&pkg, &key, diag);
	if (r == 0)
		r = coco_layout_open_dir(path, &fd, diag);
	if (r == 0 && !cli->common.dry_run) {
		struct coco_pkg_header h = pkg.header;
		char *key_id = coco_strdup(o->key_id != NULL ? o->key_id : h.key_id);

		h.key_id = key_id;
		r = key_id != NULL ? coco_arg_describe(&pkg, &d, diag)
				   : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory");
		if (r == 0)
			r = coco_pkg_attach_wraps(fd, &d, &h, &key,
						  (const struct coco_key *const *)recipients.keys,
						  recipients.n, diag);
		coco_free(key_id);
	}
	if (r == 0) {
		coco_arg_header(report, &pkg.found.digest, &pkg.header);
		coco_report_count(report, "recipients", "recipients", recipients.n);
		for (size_t i = 0; i < recipients.n; i++)
			coco_report_string(report, NULL, "wrapped for",
					   coco_key_fingerprint_text(recipients.keys[i]));
	}
	coco_descriptor_free(&d);
	if (fd >= 0)
		close(fd);
	coco_secret_free(&key);
	coco_arg_recipients_free(&recipients);
	coco_pkg_close(&pkg);
	coco_free(path);
	return r;
}
