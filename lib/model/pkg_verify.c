/*
 * pkg_verify.c - every check of a package in order (see pkg_verify.h).
 */
#include "lib/model/pkg_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/model/extract.h"
#include "lib/model/oms_verify.h"

static const struct {
	const char *id;
	const char *title;
} names[COCO_PKG_CHECKS] = {
	[COCO_PKG_CHECK_SIGNATURE] = { "signature.valid", "a trusted signer signed it" },
	[COCO_PKG_CHECK_STATEMENT] = { "statement.package", "the signature is about this package" },
	[COCO_PKG_CHECK_VERSION] = { "version.minimum", "the version is high enough" },
	[COCO_PKG_CHECK_PREVIOUS] = { "version.previous", "it follows the given predecessor" },
	[COCO_PKG_CHECK_BLOBS] = { "blobs.digests", "every blob has its digest" },
	[COCO_PKG_CHECK_CATALOGUE] = { "catalogue.authentic", "the catalogue opens and fits" },
	[COCO_PKG_CHECK_CHUNKS] = { "chunks.authentic", "every chunk opens and is authentic" },
	[COCO_PKG_CHECK_DIGESTS] = { "files.digests", "every file has its plaintext digest" },
	[COCO_PKG_CHECK_OMS] = { "files.signature", "the files are the ones that were signed" },
};

static void set(struct coco_pkg_verdict *v, enum coco_pkg_check_id id,
		enum coco_pkg_check_status status, const char *fmt, ...) COCO_PRINTF(4, 5);

static void set(struct coco_pkg_verdict *v, enum coco_pkg_check_id id,
		enum coco_pkg_check_status status, const char *fmt, ...)
{
	struct coco_pkg_check *c = &v->checks[id];
	va_list ap;

	c->status = status;
	va_start(ap, fmt);
	if (vsnprintf(c->detail, sizeof(c->detail), fmt, ap) < 0)
		c->detail[0] = '\0';
	va_end(ap);
}

/* A failure: "no" for what does not hold, "cannot decide" for what is missing. */
static void set_failed(struct coco_pkg_verdict *v, enum coco_pkg_check_id id,
		       const struct coco_diag *d)
{
	struct coco_pkg_check *c = &v->checks[id];
	enum coco_err_class class = coco_err_info(d->code)->class;
	bool undecided = class == COCO_CLASS_TRUST || class == COCO_CLASS_IO ||
			 class == COCO_CLASS_LIMIT || class == COCO_CLASS_INTERNAL;

	c->status = undecided ? COCO_PKG_CHECK_ERROR : COCO_PKG_CHECK_FAIL;
	c->code = d->code;
	snprintf(c->expected, sizeof(c->expected), "%s", d->expected);
	snprintf(c->actual, sizeof(c->actual), "%s", d->actual);
	snprintf(c->detail, sizeof(c->detail), "%s",
		 d->message[0] != '\0' ? d->message : coco_err_info(d->code)->title);
}

/* Keeps the first failure for the caller. */
static void keep(struct coco_diag *diag, const struct coco_diag *d)
{
	if (diag != NULL && diag->code == 0)
		*diag = *d;
}

static bool is_about_package(int code)
{
	return code == COCO_E_PACKAGE_SUBJECT || code == COCO_E_PACKAGE_MIXED ||
	       code == COCO_E_PACKAGE_STATEMENT;
}

static int verify_signature(const struct coco_run *run, const struct coco_pkg *pkg,
			    const struct coco_pkg_policy *policy, struct coco_pkg_verdict *v,
			    struct coco_diag *d)
{
	int r = coco_pkg_check_signature(run, pkg, policy, &v->signer, d);

	if (r == 0) {
		v->is_signed = true;
		set(v, COCO_PKG_CHECK_SIGNATURE, COCO_PKG_CHECK_PASS, "%s by %s",
		    v->signer.method, v->signer.has_certificate ? v->signer.cert.subject
								: v->signer.fingerprint);
		set(v, COCO_PKG_CHECK_STATEMENT, COCO_PKG_CHECK_PASS, "%s", "");
	} else if (is_about_package(r)) {
		set(v, COCO_PKG_CHECK_SIGNATURE, COCO_PKG_CHECK_PASS, "%s", "");
		set_failed(v, COCO_PKG_CHECK_STATEMENT, d);
	} else {
		set_failed(v, COCO_PKG_CHECK_SIGNATURE, d);
		set(v, COCO_PKG_CHECK_STATEMENT, COCO_PKG_CHECK_SKIP,
		    "nothing that a trusted signer signed");
	}
	return r;
}

static int verify_versions(const struct coco_pkg *pkg, const struct coco_pkg_policy *policy,
			   struct coco_pkg_verdict *v, struct coco_diag *d)
{
	int r = coco_pkg_check_version(pkg, policy, d);

	if (policy->min_version == 0)
		set(v, COCO_PKG_CHECK_VERSION, COCO_PKG_CHECK_SKIP, "no --min-version was given");
	else
		set(v, COCO_PKG_CHECK_VERSION, COCO_PKG_CHECK_PASS, "version %" PRIu64,
		    pkg->header.version);
	if (!policy->has_previous)
		set(v, COCO_PKG_CHECK_PREVIOUS, COCO_PKG_CHECK_SKIP, "no --previous was given");
	else
		set(v, COCO_PKG_CHECK_PREVIOUS, COCO_PKG_CHECK_PASS, "%s", "");
	if (r == COCO_E_PACKAGE_ROLLBACK)
		set_failed(v, COCO_PKG_CHECK_VERSION, d);
	else if (r != 0)
		set_failed(v, COCO_PKG_CHECK_PREVIOUS, d);
	return r;
}

static int verify_blobs(const struct coco_run *run, const struct coco_pkg *pkg,
			struct coco_pkg_verdict *v, struct coco_diag *d)
{
	struct coco_pkg_blobs blobs = { 0 };
	int r = coco_pkg_check_blobs(run, pkg, NULL, &blobs, d);

	v->blobs = blobs.checked;
	if (r == 0) {
		set(v, COCO_PKG_CHECK_BLOBS, COCO_PKG_CHECK_PASS, "%" PRIu64 " blobs",
		    blobs.checked);
		return 0;
	}
	set_failed(v, COCO_PKG_CHECK_BLOBS, d);
	if (blobs.bad > 1)
		set(v, COCO_PKG_CHECK_BLOBS, COCO_PKG_CHECK_FAIL, "%" PRIu64 " of %" PRIu64
		    " blobs, the first: %s", blobs.bad, blobs.checked, d->message);
	return r;
}

int coco_pkg_check_oms(const struct coco_run *run, const struct coco_catalogue *cat,
		       const struct coco_bundle_trust *trust, bool *ret_present,
		       struct coco_diag *diag)
{
	const struct coco_oms_verify_opts opts = { .trust = *trust };
	struct coco_oms_report *report = NULL;

	*ret_present = cat->oms != NULL;
	if (cat->oms == NULL)
		return 0;
	struct coco_oms_file *files = coco_zalloc(cat->n_files, sizeof(*files));
	if (files == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the statement");
	int r = coco_oms_report_new(&report, diag);
	for (size_t i = 0; r == 0 && i < cat->n_files; i++) {
		if (!cat->files[i].has_sha256)
			r = coco_fail(diag, COCO_E_CATALOGUE,
				      "a signed file without a digest in the catalogue");
		files[i] = (struct coco_oms_file){ cat->files[i].path, cat->files[i].sha256 };
	}
	if (r == 0)
		r = coco_oms_verify_known(run, coco_view_of(cat->oms, cat->n_oms), &opts, files,
					  cat->n_files, report, diag);
	coco_oms_report_free(report);
	coco_free(files);
	return r;
}

/* Everything that needs the content key. */
static int verify_content(const struct coco_run *run, const struct coco_pkg *pkg,
			  const struct coco_pkg_policy *policy, const struct coco_secret *key,
			  struct coco_pkg_verdict *v, struct coco_diag *d)
{
	struct coco_catalogue cat = { .n_files = 0 };
	struct coco_extract_result result = { .files = 0 };
	bool present = false;
	int r = coco_pkg_catalogue(pkg, key, &cat, d);

	if (r != 0) {
		set_failed(v, COCO_PKG_CHECK_CATALOGUE, d);
		return r;
	}
	set(v, COCO_PKG_CHECK_CATALOGUE, COCO_PKG_CHECK_PASS, "%zu files", cat.n_files);
	const struct coco_extract_request req = { .pkg = pkg, .cat = &cat, .key = key,
						  .digests = true };
	r = coco_extract(run, &req, &result, d);
	if (r == COCO_E_PACKAGE_CONTENT) {
		set_failed(v, COCO_PKG_CHECK_DIGESTS, d);
	} else if (r != 0) {
		set_failed(v, COCO_PKG_CHECK_CHUNKS, d);
	} else {
		v->files = result.files;
		v->bytes = result.bytes;
		set(v, COCO_PKG_CHECK_CHUNKS, COCO_PKG_CHECK_PASS, "%" PRIu64 " bytes",
		    result.bytes);
		if (result.digests != 0)
			set(v, COCO_PKG_CHECK_DIGESTS, COCO_PKG_CHECK_PASS, "%" PRIu64 " files",
			    result.digests);
		else
			set(v, COCO_PKG_CHECK_DIGESTS, COCO_PKG_CHECK_SKIP,
			    "packed with --no-plaintext-digests");
	}
	if (r == 0 && policy->trust != NULL) {
		r = coco_pkg_check_oms(run, &cat, policy->trust, &present, d);
		if (r != 0)
			set_failed(v, COCO_PKG_CHECK_OMS, d);
		else if (present)
			set(v, COCO_PKG_CHECK_OMS, COCO_PKG_CHECK_PASS, "OpenSSF model signature");
		else
			set(v, COCO_PKG_CHECK_OMS, COCO_PKG_CHECK_SKIP,
			    "the catalogue carries no model signature");
	}
	coco_catalogue_free(&cat);
	return r;
}

static void start(const struct coco_pkg_policy *policy, const struct coco_secret *key,
		  struct coco_pkg_verdict *v)
{
	*v = (struct coco_pkg_verdict){ .blobs = 0 };
	for (int i = 0; i < COCO_PKG_CHECKS; i++) {
		v->checks[i].id = names[i].id;
		v->checks[i].title = names[i].title;
		set(v, (enum coco_pkg_check_id)i, COCO_PKG_CHECK_SKIP, "not reached");
	}
	for (int i = COCO_PKG_CHECK_CATALOGUE; key == NULL && i <= COCO_PKG_CHECK_OMS; i++)
		set(v, (enum coco_pkg_check_id)i, COCO_PKG_CHECK_SKIP,
		    "no content key was given (--key)");
	if (key != NULL && policy->trust == NULL)
		set(v, COCO_PKG_CHECK_OMS, COCO_PKG_CHECK_SKIP, "no trusted signer was given");
}

int coco_pkg_verify(const struct coco_run *run, const struct coco_pkg *pkg,
		    const struct coco_pkg_policy *policy, const struct coco_secret *key,
		    struct coco_pkg_verdict *ret, struct coco_diag *diag)
{
	struct coco_diag *d = coco_zalloc(1, sizeof(*d));
	struct coco_diag first = { .code = 0 };
	int r = 0;

	start(policy, key, ret);
	if (d == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to verify");
	if (verify_signature(run, pkg, policy, ret, d) != 0)
		keep(&first, d);
	coco_diag_init(d);
	if (verify_versions(pkg, policy, ret, d) != 0)
		keep(&first, d);
	coco_diag_init(d);
	r = verify_blobs(run, pkg, ret, d);
	if (r != 0)
		keep(&first, d);
	coco_diag_init(d);
	if (r != COCO_E_CANCELLED && key != NULL) {
		r = verify_content(run, pkg, policy, key, ret, d);
		if (r != 0)
			keep(&first, d);
	}
	/* an unfinished check is no verdict, whatever was found before */
	if (r == COCO_E_CANCELLED) {
		coco_diag_init(&first);
		(void)coco_fail(&first, r, "interrupted");
	}
	/* "cannot decide" must not hide a "no" */
	for (int i = 0; i < COCO_PKG_CHECKS && r != COCO_E_CANCELLED; i++) {
		if (ret->checks[i].status != COCO_PKG_CHECK_FAIL ||
		    coco_err_info(first.code)->class != COCO_CLASS_TRUST)
			continue;
		coco_diag_init(&first);
		snprintf(first.expected, sizeof(first.expected), "%s", ret->checks[i].expected);
		snprintf(first.actual, sizeof(first.actual), "%s", ret->checks[i].actual);
		(void)coco_fail(&first, ret->checks[i].code, "%s", ret->checks[i].detail);
		break;
	}
	coco_free(d);
	keep(diag, &first);
	return first.code;
}

void coco_pkg_verdict_clear(struct coco_pkg_verdict *v)
{
	coco_bundle_signed_clear(&v->signer);
}
