/*
 * cmd_model_open.c - cococtl model open: verify and decrypt into a directory.
 */
#include <fnmatch.h>

#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/mem.h"
#include "lib/model/extract.h"
#include "lib/model/pkg_verify.h"

/* Which files match one of the patterns; *ret NULL: all. */
static int select_files(const struct coco_catalogue *cat, const struct coco_strlist *globs,
			bool **ret, struct coco_diag *diag)
{
	size_t found = 0;

	*ret = NULL;
	if (globs->n == 0)
		return 0;
	bool *selected = coco_zalloc(cat->n_files, sizeof(*selected));
	if (selected == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to select files");
	for (size_t g = 0; g < globs->n; g++) {
		found = 0;
		for (size_t i = 0; i < cat->n_files; i++) {
			if (fnmatch(globs->v[g], cat->files[i].path, FNM_PERIOD) != 0)
				continue;
			selected[i] = true;
			found++;
		}
		if (found == 0) {
			coco_free(selected);
			return coco_fail(diag, COCO_E_FILE_NONE,
					 "pattern %zu of --file matches no file", g + 1);
		}
	}
	*ret = selected;
	return 0;
}

static bool have_digests(const struct coco_catalogue *cat, const bool *selected)
{
	for (size_t i = 0; i < cat->n_files; i++)
		if ((selected == NULL || selected[i]) && !cat->files[i].has_sha256)
			return false;
	return true;
}

/* Signed packages: the model signature inside must be by the same signer. */
static int check_oms(struct coco_cli *cli, const struct coco_opts_model_open *o,
		     const struct coco_arg_opening *x, bool *ret_present, struct coco_diag *diag)
{
	struct coco_arg_trust trust = { .given = false };
	int r = coco_arg_trust_load(&o->trust, &trust, diag);

	*ret_present = false;
	if (r == 0 && trust.given)
		r = coco_pkg_check_oms(&cli->run, &x->cat, &trust.trust, ret_present, diag);
	coco_arg_trust_free(&trust);
	return r;
}

int coco_cmd_model_open(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_model_open *o = opts;
	struct coco_arg_opening x = { .verified = false };
	struct coco_extract_result res = { 0 };
	bool *selected = NULL;
	bool oms = false;
	double start = coco_arg_clock();
	int r = coco_arg_opening_load(cli, o->package, o->key, o->identity, &o->trust,
				      o->min_version, &x, diag);

	if (r != 0)
		return r;
	r = check_oms(cli, o, &x, &oms, diag);
	if (r == 0)
		r = select_files(&x.cat, &o->files, &selected, diag);
	/* plaintext digests prove as much as those of the segments, where there are any */
	if (r == 0 && x.verified && !have_digests(&x.cat, selected))
		r = coco_pkg_check_files(&cli->run, &x.pkg, &x.cat, selected, diag);
	if (r == 0) {
		const struct coco_extract_request req = {
			.pkg = &x.pkg, .cat = &x.cat, .key = &x.key, .out = cli->common.output,
			.out_flags = coco_cli_out_flags(cli, 0), .selected = selected,
			.dry_run = cli->common.dry_run,
			.digests = x.verified,
		};

		r = coco_extract(&cli->run, &req, &res, diag);
	}
	if (r == 0) {
		double seconds = coco_arg_clock() - start;

		coco_arg_header(report, &x.pkg.found.digest, &x.pkg.header);
		coco_report_count(report, "files", "files", res.files);
		coco_report_size(report, "bytes", "opened", res.bytes);
		coco_report_bool(report, "signature_checked", NULL, x.verified);
		coco_report_string(report, x.verified ? "signer" : NULL, "signed by",
				   x.verified ? x.signer : "not checked");
		coco_report_count(report, "digests_checked", "digests checked", res.digests);
		coco_report_bool(report, "model_signature", NULL, oms);
		coco_report_format(report, NULL, "rate", "%.2f GB/s in %.2f s",
				   (double)res.bytes / 1e9 / seconds, seconds);
		coco_report_string(report, NULL, coco_arg_written(cli), cli->common.output);
	}
	coco_free(selected);
	coco_arg_opening_free(&x);
	return r;
}
