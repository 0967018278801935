/*
 * cmd_model_sign.c - cococtl model sign: a package (attestation in its layout)
 * or a plain directory or file (OpenSSF model signature).
 */
#include <string.h>
#include <unistd.h>

#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/oms_sign.h"
#include "lib/model/pkg_attach.h"

static int attach(const struct coco_cli *cli, const char *target, const struct coco_pkg *pkg,
		  const struct coco_arg_signer *signer, struct coco_diag *diag)
{
	struct coco_descriptor d = { .size = 0 };
	int fd = -1;
	int r = coco_layout_open_dir(target, &fd, diag);

	if (r == 0)
		r = coco_arg_describe(pkg, &d, diag);
	if (r == 0 && !cli->common.dry_run)
		r = coco_pkg_attach_signature(&cli->run, fd, &d, &pkg->header,
					      &pkg->found.manifest.layers[0].digest,
					      &signer->signer, diag);
	coco_descriptor_free(&d);
	if (fd >= 0)
		close(fd);
	return r;
}

static int write_bundle(const struct coco_cli *cli, const char *output, const uint8_t *bundle,
			size_t n, struct coco_diag *diag)
{
	unsigned flags = coco_cli_out_flags(cli, 0);

	return cli->common.dry_run ? coco_out_check(output, flags, NULL, diag)
				   : coco_write_file(output, bundle, n, flags, diag);
}

static int sign_package(struct coco_cli *cli, const char *path, const char *tag,
			const struct coco_arg_signer *signer, struct coco_report *report,
			struct coco_diag *diag)
{
	const char *output = cli->common.output;
	struct coco_pkg pkg;
	uint8_t *bundle = NULL;
	size_t n = 0;
	int r = coco_pkg_open(path, tag, &pkg, diag);

	if (r != 0)
		return r;
	if (output == NULL)
		r = attach(cli, path, &pkg, signer, diag);
	if (r == 0 && (output != NULL || cli->common.dry_run)) {
		r = coco_pkg_sign(&cli->run, &pkg.found.digest, &pkg.header,
				  &pkg.found.manifest.layers[0].digest, &signer->signer, &bundle,
				  &n, diag);
		if (r == 0 && output != NULL)
			r = write_bundle(cli, output, bundle, n, diag);
	}
	if (r == 0) {
		coco_arg_header(report, &pkg.found.digest, &pkg.header);
		coco_report_string(report, "signer", "signed by",
				   coco_key_fingerprint_text(signer->key));
		coco_report_string(report, "kind", NULL, "package");
		coco_report_string(report, NULL, coco_arg_written(cli),
				   output != NULL ? output : "into the package, as a referrer");
	}
	coco_free(bundle);
	coco_pkg_close(&pkg);
	return r;
}

static int sign_directory(struct coco_cli *cli, const struct coco_opts_model_sign *o,
			  const struct coco_arg_signer *signer, struct coco_report *report,
			  struct coco_diag *diag)
{
	char *inside = coco_path_join(o->target, "model.sig");
	const char *output = cli->common.output != NULL ? cli->common.output : inside;
	struct coco_oms_signed s = { 0 };

	if (inside == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	const struct coco_oms_sign_opts so = {
		.signer = signer->signer,
		.signature = output,
		.ignore = o->ignore.v,
		.n_ignore = o->ignore.n,
		.ignore_git = o->ignore_git_paths,
		.links = o->allow_symlinks ? COCO_TREE_LINKS_BENEATH : COCO_TREE_LINKS_REFUSE,
	};
	int r = coco_oms_sign(&cli->run, o->target, &so, &s, diag);
	if (r == 0)
		r = write_bundle(cli, output, s.bundle, s.n_bundle, diag);
	if (r == 0) {
		char root[2 * COCO_OMS_ROOT + 1];

		coco_hex_encode(root, s.root, sizeof(s.root));
		coco_report_string(report, "kind", NULL, "directory");
		coco_report_count(report, "files", "files", s.files);
		coco_report_size(report, "bytes", "hashed", s.bytes);
		coco_report_format(report, "root", "root digest", "sha256:%s", root);
		coco_report_string(report, "method", "method", s.method);
		coco_report_string(report, "signer", "signed by",
				   coco_key_fingerprint_text(signer->key));
		coco_report_string(report, NULL, coco_arg_written(cli),
				   cli->common.output != NULL ? output : "model.sig in the model");
	}
	coco_oms_signed_clear(&s);
	coco_free(inside);
	return r;
}

int coco_cmd_model_sign(struct coco_cli *cli, const void *opts, struct coco_report *report,
			struct coco_diag *diag)
{
	const struct coco_opts_model_sign *o = opts;
	struct coco_arg_signer signer = { .given = false };
	enum coco_target_kind kind = COCO_TARGET_OTHER;
	const char *tag = NULL;
	char *path = NULL;
	int r = coco_arg_target(o->target, &path, &tag, diag);

	if (r == 0)
		r = coco_layout_probe(path, &kind, diag);
	if (r == 0)
		r = coco_arg_signer_load(cli, &o->sign, &signer, diag);
	/* a model may also be one file; then where the signature goes has to be said */
	bool one_file = kind == COCO_TARGET_OTHER && cli->common.output != NULL;
	if (r == 0 && tag == NULL && (kind == COCO_TARGET_PLAIN_DIR || one_file))
		r = sign_directory(cli, o, &signer, report, diag);
	else if (r == 0)
		r = sign_package(cli, path, tag, &signer, report, diag);
	coco_arg_signer_free(&signer);
	coco_free(path);
	return r;
}
