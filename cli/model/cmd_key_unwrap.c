/*
 * cmd_key_unwrap.c - cococtl key unwrap: a content key back from its wraps.
 */
#include "cli/model/key_any.h"
#include "cli/model/opts_model.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/key_wrap.h"

static int read_wraps(const char *path, struct coco_wraps *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_read_file(path, COCO_WRAPS_MAX, &text, &n, diag);

	if (r != 0)
		return r;
	r = coco_wraps_decode(ret, coco_view_of(text, n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(text);
	return r;
}

int coco_cmd_key_unwrap(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_key_unwrap *o = opts;
	struct coco_wraps wraps = { 0 };
	struct coco_key *identity = NULL;
	struct coco_secret content = { 0 };
	int r = coco_key_out_check(cli, cli->common.output, diag);

	if (r == 0)
		r = read_wraps(o->wraps, &wraps, diag);
	if (r == 0)
		r = coco_key_load_private(o->identity, coco_key_ref_flags(cli), &identity, diag);
	if (r == 0)
		r = coco_key_unwrap(&wraps, identity, &content, diag);
	if (r == 0 && !cli->common.dry_run)
		r = coco_keyref_write(cli->common.output, &content, coco_cli_out_flags(cli, 0),
				      diag);
	if (r == 0) {
		coco_report_string(report, "identity", "identity",
				   coco_key_fingerprint_text(identity));
		if (wraps.package[0] != '\0')
			coco_report_string(report, "package", "package", wraps.package);
		coco_report_string(report, "output",
				   cli->common.dry_run ? "would be written" : "written",
				   cli->common.output);
	}
	coco_secret_free(&content);
	coco_key_free(identity);
	coco_wraps_clear(&wraps);
	return r;
}
