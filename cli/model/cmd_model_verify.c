/*
 * cmd_model_verify.c - cococtl model verify: the verdict on a package, or on a
 * directory with an OpenSSF model signature.
 */
#include "cli/model/key_any.h"
#include "cli/model/model_args.h"
#include "cli/model/run_model.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/model/bundle.h"
#include "lib/core/io.h"
#include "lib/crypto/content_key.h"
#include "lib/model/oms_verify.h"
#include "lib/model/pkg_verify.h"

static const char *or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

/* ---- packages --------------------------------------------------------------- */

static void report_package(struct coco_report *report, const struct coco_pkg *pkg,
			   const struct coco_pkg_verdict *v)
{
	static const enum coco_status status[] = {
		[COCO_PKG_CHECK_SKIP] = COCO_STATUS_SKIP,
		[COCO_PKG_CHECK_PASS] = COCO_STATUS_PASS,
		[COCO_PKG_CHECK_FAIL] = COCO_STATUS_FAIL,
		[COCO_PKG_CHECK_ERROR] = COCO_STATUS_ERROR,
	};

	for (int i = 0; i < COCO_PKG_CHECKS; i++) {
		const struct coco_pkg_check *c = &v->checks[i];

		coco_report_check(report, &(struct coco_check){
			.id = c->id, .status = status[c->status], .title = c->title,
			.expected = or_null(c->expected), .actual = or_null(c->actual),
			.detail = or_null(c->detail) });
	}
	coco_report_string(report, "kind", NULL, "package");
	coco_arg_header(report, &pkg->found.digest, &pkg->header);
	if (v->is_signed) {
		coco_report_string(report, "signer", "signed by", v->signer.has_certificate
				   ? v->signer.cert.subject : v->signer.fingerprint);
		coco_report_string(report, "method", NULL, v->signer.method);
		if (v->signer.has_certificate)
			coco_report_time(report, "signer_not_after", "certificate until",
					 v->signer.cert.not_after);
	}
	coco_report_count(report, "blobs", NULL, v->blobs);
	coco_report_size(report, "bytes_sealed", NULL, pkg->bytes);
}

static int verify_package(struct coco_cli *cli, const struct coco_opts_model_verify *o,
			  const struct coco_arg_trust *trust, struct coco_report *report,
			  struct coco_diag *diag)
{
	struct coco_pkg_policy policy = { .trust = trust->given ? &trust->trust : NULL,
					  .min_version = o->min_version };
	struct coco_pkg_verdict *v = coco_zalloc(1, sizeof(*v));
	struct coco_pkg pkg = { .layout = NULL };
	struct coco_secret key = { 0 };
	uint8_t *bundle = NULL;
	size_t n = 0;
	int r = v != NULL ? coco_arg_package(o->target, &pkg, diag)
			  : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to verify");

	if (r == 0 && o->signature != NULL)
		r = coco_read_file(o->signature, COCO_BUNDLE_MAX, &bundle, &n, diag);
	policy.signature = coco_view_of(bundle, n);
	if (r == 0 && o->previous != NULL) {
		policy.has_previous = true;
		r = coco_arg_previous(o->previous, &policy.previous, &policy.previous_version,
				      diag);
	}
	if (r == 0 && o->key != NULL)
		r = coco_content_key_load(o->key, coco_key_ref_flags(cli), &key, diag);
	if (r == 0) {
		r = coco_pkg_verify(&cli->run, &pkg, &policy, o->key != NULL ? &key : NULL, v,
				    diag);
		report_package(report, &pkg, v);
		coco_pkg_verdict_clear(v);
	}
	coco_secret_free(&key);
	coco_free(bundle);
	if (pkg.layout != NULL)
		coco_pkg_close(&pkg);
	coco_free(v);
	return r;
}

/* ---- directories ------------------------------------------------------------ */

static void name_list(struct coco_report *report, const char *key, const char *label,
		      const struct coco_oms_names *list)
{
	coco_report_count(report, key, NULL, list->count);
	for (size_t i = 0; i < list->n; i++)
		coco_report_line(report, "  %s: %s", label, list->names[i]);
}

static void report_directory(struct coco_report *report, const struct coco_oms_report *oms)
{
	static const enum coco_status status[] = {
		[COCO_OMS_SKIP] = COCO_STATUS_SKIP,
		[COCO_OMS_PASS] = COCO_STATUS_PASS,
		[COCO_OMS_FAIL] = COCO_STATUS_FAIL,
		[COCO_OMS_ERROR] = COCO_STATUS_ERROR,
	};

	for (int i = 0; i < COCO_OMS_CHECKS; i++) {
		const struct coco_oms_check *c = &oms->checks[i];

		coco_report_check(report, &(struct coco_check){
			.id = c->id, .status = status[c->status], .title = c->title,
			.expected = or_null(c->expected), .actual = or_null(c->actual),
			.detail = or_null(c->detail) });
	}
	coco_report_string(report, "kind", NULL, "directory");
	coco_report_count(report, "files_signed", "files signed", oms->signed_files);
	coco_report_count(report, "files_matching", "files matching", oms->matching);
	name_list(report, "files_missing", "missing", &oms->missing);
	name_list(report, "files_unsigned", "not signed", &oms->extra);
	name_list(report, "files_different", "different", &oms->different);
	if (oms->method != NULL) {
		coco_report_string(report, "method", "method", oms->method);
		coco_report_string(report, "signer", "signed by",
				   oms->has_certificate ? oms->cert.subject : oms->fingerprint);
	}
}

static int verify_directory(struct coco_cli *cli, const struct coco_opts_model_verify *o,
			    const struct coco_arg_trust *trust, struct coco_report *report,
			    struct coco_diag *diag)
{
	char *inside = coco_path_join(o->target, "model.sig");
	const char *signature = o->signature != NULL ? o->signature : inside;
	struct coco_oms_report *oms = NULL;
	uint8_t *bundle = NULL;
	size_t n = 0;
	int r = 0;

	if (inside == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (o->key != NULL || o->min_version != 0 || o->previous != NULL)
		r = coco_fail(diag, COCO_E_USAGE_CONFLICT, "--key, --min-version and --previous "
			      "are about packages; this is a plain directory");
	if (r == 0 && !trust->given)
		r = coco_fail(diag, COCO_E_PACKAGE_TRUST,
			      "neither --public-key nor --certificate-root was given");
	if (r == 0)
		r = coco_read_file(signature, COCO_BUNDLE_MAX, &bundle, &n, diag);
	if (r == 0)
		r = coco_oms_report_new(&oms, diag);
	if (r == 0) {
		const struct coco_oms_verify_opts vo = {
			.trust = trust->trust,
			.signature = signature,
			.ignore = o->ignore.v,
			.n_ignore = o->ignore.n,
			.ignore_git = o->ignore_git_paths,
			.ignore_unsigned_files = o->ignore_unsigned_files,
			.links = o->allow_symlinks ? COCO_TREE_LINKS_BENEATH
						   : COCO_TREE_LINKS_REFUSE,
		};

		r = coco_oms_verify(&cli->run, o->target, coco_view_of(bundle, n), &vo, oms, diag);
		report_directory(report, oms);
	}
	coco_oms_report_free(oms);
	coco_free(bundle);
	coco_free(inside);
	return r;
}

int coco_cmd_model_verify(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_model_verify *o = opts;
	struct coco_arg_trust trust = { .given = false };
	enum coco_target_kind kind = COCO_TARGET_LAYOUT_DIR;
	struct coco_diag probe = { .code = 0 };
	bool one_file = false;
	int r = coco_arg_trust_load(&o->trust, &trust, diag);

	/* "DIR:TAG" is no path; opening it as a package says so if it is nothing else */
	if (r == 0 && coco_layout_probe(o->target, &kind, &probe) != 0)
		kind = COCO_TARGET_LAYOUT_DIR;
	else if (kind == COCO_TARGET_OTHER) /* a model may also be one file */
		one_file = o->signature != NULL;
	if (r == 0 && (kind == COCO_TARGET_PLAIN_DIR || one_file))
		r = verify_directory(cli, o, &trust, report, diag);
	else if (r == 0)
		r = verify_package(cli, o, &trust, report, diag);
	coco_arg_trust_free(&trust);
	return r;
}
