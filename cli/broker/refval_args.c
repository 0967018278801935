/*
 * refval_args.c - what the refval commands share (see refval_args.h).
 */
#include "cli/broker/refval_args.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

const char *const coco_refval_verifiers[] = { "plain", "az-snp-vtpm", "az-tdx-vtpm", NULL };
const char *const coco_refval_forms[] = { "rvps", "payload", "stored", "configmap", "json",
					  "in-toto", "corim", NULL };

int coco_refval_load(struct coco_cli *cli, const char *path, const struct coco_refval_source *src,
		     struct coco_refset *s, struct coco_report *report, struct coco_diag *diag)
{
	char text[8 + 2 * COCO_SHA256_SIZE] = "sha256:";
	uint8_t digest[COCO_SHA256_SIZE];
	uint8_t *bytes = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_MRECORD_MAX, &bytes, &n, diag);
	if (r == 0)
		r = coco_refval_read(&cli->run, s, coco_view_of(bytes, n), src, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
	} else {
		coco_sha256_once(bytes, n, digest);
		coco_hex_encode(text + 7, digest, sizeof(digest));
		coco_report_input(report, "file", text, n);
	}
	coco_free(bytes);
	return r;
}

int coco_refval_write(struct coco_cli *cli, const struct coco_refset *s,
		      struct coco_report *report, struct coco_diag *diag)
{
	const char *output = cli->common.output;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_refset_encode(s, &text, &n, diag);
	if (r == 0 && cli->common.dry_run && strcmp(output, "-") != 0)
		r = coco_out_check(output, coco_cli_out_flags(cli, 0), NULL, diag);
	else if (r == 0)
		r = coco_write_file(output, text, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(text);
	if (r != 0)
		return r;
	if (s->id[0] != '\0')
		coco_report_string(report, "id", "id", s->id);
	coco_report_count(report, "values", "values", s->n);
	coco_report_string(report, "output", cli->common.dry_run ? "would be written" : "written",
			   output);
	return 0;
}

int coco_refval_release(const char *text, unsigned *ret, struct coco_diag *diag)
{
	unsigned release = text != NULL ? coco_ref_release(text) : COCO_REF_LAST;

	if (release == 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--trustee: \"%s\" is not a release from v0.%d to v0.%d",
				 text, COCO_REF_FIRST, COCO_REF_LAST);
	*ret = release;
	return 0;
}

void coco_refval_cells(const struct coco_refvalue *v, struct coco_refval_cells *ret)
{
	*ret = (struct coco_refval_cells){ .name = "" };
	if (v->step[0] != '\0')
		snprintf(ret->name, sizeof(ret->name), "%s (%s)", v->name, v->step);
	else
		snprintf(ret->name, sizeof(ret->name), "%s", v->name);
	coco_escape(ret->value, sizeof(ret->value), v->value, strlen(v->value));
	if (v->has_after)
		coco_rfc3339_print(ret->until, v->not_after);
}
