/*
 * oms_verify.c - model signatures, from the bundle to the last file (see
 * oms_verify.h).
 */
#include "lib/model/oms_verify.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/model/dsse.h"
#include "lib/model/oms_compare.h"
#include "lib/model/oms_ignore.h"

/* Which check a failure of coco_bundle_verify belongs to. */
static enum coco_oms_check_id check_of(int code)
{
	switch (code) {
	case COCO_E_CERT_SUBJECT:
		return COCO_OMS_CHECK_SUBJECT;
	case COCO_E_CERT_EXPIRED:
	case COCO_E_CERT_NOT_YET_VALID:
	case COCO_E_CERT_USAGE:
	case COCO_E_CERT_ROOT:
	case COCO_E_CERT_CHAIN:
	case COCO_E_CERT_ALGORITHM:
	case COCO_E_TRUST_NO_ROOTS:
		return COCO_OMS_CHECK_CERTIFICATE;
	default:
		return COCO_OMS_CHECK_SIGNATURE;
	}
}

static void report_failure(struct coco_oms_report *report, enum coco_oms_check_id id, int code,
			   const struct coco_diag *diag)
{
	bool no = coco_err_exit(code) == COCO_EXIT_REJECTED;

	coco_oms_report_set(report, id, no ? COCO_OMS_FAIL : COCO_OMS_ERROR,
			    diag != NULL ? diag->expected : NULL,
			    diag != NULL ? diag->actual : NULL,
			    coco_err_info(code)->title);
}

static void report_signer(struct coco_oms_report *report, const struct coco_bundle_signed *s,
			  const struct coco_bundle_trust *trust)
{
	char text[160];

	report->method = s->method;
	report->has_certificate = s->has_certificate;
	memcpy(report->fingerprint, s->fingerprint, sizeof(report->fingerprint));
	snprintf(text, sizeof(text), "%s by %s", s->method, s->fingerprint);
	coco_oms_report_set(report, COCO_OMS_CHECK_SIGNATURE, COCO_OMS_PASS, NULL, text, NULL);
	if (!s->has_certificate) {
		coco_oms_report_set(report, COCO_OMS_CHECK_CERTIFICATE, COCO_OMS_SKIP, NULL, NULL,
				    "a key was given, no certificate");
		coco_oms_report_set(report, COCO_OMS_CHECK_SUBJECT, COCO_OMS_SKIP, NULL, NULL,
				    "a key was given, no certificate");
		return;
	}
	report->cert = s->cert;
	coco_oms_report_set(report, COCO_OMS_CHECK_CERTIFICATE, COCO_OMS_PASS, NULL,
			    s->cert.fingerprint, NULL);
	if (trust->subject != NULL)
		coco_oms_report_set(report, COCO_OMS_CHECK_SUBJECT, COCO_OMS_PASS, trust->subject,
				    s->cert.subject, NULL);
	else
		coco_oms_report_set(report, COCO_OMS_CHECK_SUBJECT, COCO_OMS_SKIP, NULL,
				    s->cert.subject,
				    "no subject was expected: any under the root passes");
}

static int read_statement(const struct coco_bundle_signed *s, struct coco_oms *ret,
			  struct coco_oms_report *report, struct coco_diag *diag)
{
	int r;

	if (strcmp(s->payload_type, COCO_DSSE_TYPE_INTOTO) != 0) {
		coco_diag_expected(diag, "%s", COCO_DSSE_TYPE_INTOTO);
		coco_diag_actual(diag, "%s", s->payload_type);
		r = coco_fail(diag, COCO_E_OMS_PREDICATE, "the signed payload is no statement");
	} else {
		r = coco_oms_decode(ret, coco_view_of(s->payload, s->n_payload), diag);
	}
	if (r != 0) {
		report_failure(report, COCO_OMS_CHECK_STATEMENT, r, diag);
		return r;
	}
	coco_oms_report_set(report, COCO_OMS_CHECK_STATEMENT, COCO_OMS_PASS, NULL,
			    ret->old_predicate ? COCO_OMS_PREDICATE_OLD : COCO_OMS_PREDICATE, NULL);
	return 0;
}

/* Copies the facts and checks the root. */
static int check_statement(const struct coco_oms *oms, struct coco_oms_report *report,
			   struct coco_diag *diag)
{
	char hex[sizeof("sha256:") + 2 * COCO_OMS_ROOT];

	report->old_predicate = oms->old_predicate;
	report->layout = oms->method;
	report->hash = oms->hash;
	report->allow_symlinks = oms->allow_symlinks;
	report->shard_size = oms->shard_size;
	if (oms->old_predicate) {
		coco_oms_root(oms, report->root);
		coco_oms_report_set(report, COCO_OMS_CHECK_ROOT, COCO_OMS_SKIP, NULL, NULL,
				    "this version of the statement has no root digest");
		return 0;
	}
	memcpy(report->root, oms->root, COCO_OMS_ROOT);
	int r = coco_oms_check_root(oms, diag);
	if (r != 0) {
		report_failure(report, COCO_OMS_CHECK_ROOT, r, diag);
		return r;
	}
	memcpy(hex, "sha256:", 7);
	coco_hex_encode(hex + 7, oms->root, COCO_OMS_ROOT);
	coco_oms_report_set(report, COCO_OMS_CHECK_ROOT, COCO_OMS_PASS, hex, hex, NULL);
	return 0;
}

/* Signature, statement and root: everything before the files. */
static int open_bundle(const struct coco_run *run, struct coco_view bundle,
		       const struct coco_oms_verify_opts *opts, struct coco_oms *ret,
		       struct coco_oms_report *report, struct coco_diag *diag)
{
	struct coco_bundle_signed s = { 0 };
	int r = coco_bundle_verify(run, bundle, &opts->trust, &s, diag);

	if (r != 0) {
		report_failure(report, check_of(r), r, diag);
		return r;
	}
	report_signer(report, &s, &opts->trust);
	r = read_statement(&s, ret, report, diag);
	coco_bundle_signed_clear(&s);
	return r;
}

/* What the signer left out, and what this verifier leaves out. */
static int make_ignore(const struct coco_oms *oms, const struct coco_oms_verify_opts *opts,
		       const char *model, struct coco_oms_ignore *ret, struct coco_diag *diag)
{
	int r = coco_oms_ignore_add_user(ret, opts->ignore, opts->n_ignore, diag);

	for (size_t i = 0; r == 0 && i < oms->n_ignore; i++)
		r = coco_oms_ignore_add(ret, oms->ignore[i], diag);
	if (r == 0 && opts->ignore_git)
		r = coco_oms_ignore_add_git(ret, diag);
	if (r == 0 && model != NULL && opts->signature != NULL)
		r = coco_oms_ignore_add_signature(ret, model, opts->signature, diag);
	coco_oms_ignore_sort(ret);
	return r;
}

static int verify_tree(const struct coco_run *run, const char *model, const struct coco_oms *oms,
		       const struct coco_oms_verify_opts *opts, struct coco_oms_report *report,
		       struct coco_diag *diag)
{
	struct coco_oms_ignore ignore = { 0 };
	struct coco_tree tree = { .root_fd = -1 };
	int r = make_ignore(oms, opts, model, &ignore, diag);

	if (r == 0) {
		const struct coco_tree_opts tree_opts = {
			.ignore = ignore.paths,
			.n_ignore = ignore.n,
			.links = opts->links,
			.allow_empty = true, /* then every signed file is missing */
		};

		r = coco_tree_scan(run, model, &tree_opts, &tree, diag);
		if (r != 0)
			coco_oms_report_set(report, COCO_OMS_CHECK_MISSING, COCO_OMS_ERROR, NULL,
					    NULL, coco_err_info(r)->title);
	}
	if (r == 0)
		r = coco_oms_compare_tree(run, oms, &tree, opts->ignore_unsigned_files, report,
					  diag);
	coco_tree_free(&tree);
	coco_oms_ignore_free(&ignore);
	return r;
}

int coco_oms_verify(const struct coco_run *run, const char *model, struct coco_view bundle,
		    const struct coco_oms_verify_opts *opts, struct coco_oms_report *report,
		    struct coco_diag *diag)
{
	struct coco_oms oms = { 0 };
	int r = open_bundle(run, bundle, opts, &oms, report, diag);

	if (r == 0)
		r = check_statement(&oms, report, diag);
	if (r == 0)
		r = verify_tree(run, model, &oms, opts, report, diag);
	coco_oms_clear(&oms);
	return r;
}

int coco_oms_compare(const struct coco_run *run, const struct coco_oms *oms,
		     const struct coco_oms_verify_opts *opts, const struct coco_oms_file *files,
		     size_t n, struct coco_oms_report *report, struct coco_diag *diag)
{
	struct coco_oms_ignore ignore = { 0 };
	struct coco_oms_file *kept = coco_alloc(n, sizeof(*kept));
	size_t n_kept = 0;
	int r = kept != NULL ? 0
			     : coco_fail(diag, COCO_E_LIMIT_MEMORY,
					 "no memory for %zu files", n);

	if (r == 0)
		r = check_statement(oms, report, diag);
	if (r == 0)
		r = make_ignore(oms, opts, NULL, &ignore, diag);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (!coco_oms_ignore_covers(&ignore, files[i].path))
			kept[n_kept++] = files[i];
	if (r == 0)
		r = coco_oms_compare_known(run, oms, kept, n_kept, opts->ignore_unsigned_files,
					   report, diag);
	coco_oms_ignore_free(&ignore);
	coco_free(kept);
	return r;
}

int coco_oms_verify_known(const struct coco_run *run, struct coco_view bundle,
			  const struct coco_oms_verify_opts *opts,
			  const struct coco_oms_file *files, size_t n,
			  struct coco_oms_report *report, struct coco_diag *diag)
{
	struct coco_oms oms = { 0 };
	int r = open_bundle(run, bundle, opts, &oms, report, diag);

	if (r == 0)
		r = coco_oms_compare(run, &oms, opts, files, n, report, diag);
	coco_oms_clear(&oms);
	return r;
}
