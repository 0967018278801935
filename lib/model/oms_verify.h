/*
 * oms_verify.h - checking a model, or known digests of its files, against an
 * OpenSSF model signature (packaging.md 1.4).
 *
 * Stricter than model_signing 1.1.1: certificates are judged at run->now with
 * usage and expected subject, names must be plain and unique, one signature
 * only. Like it: extra files fail unless they may be ignored, missing files
 * always fail, and what the signer left out is left out here too.
 */
#ifndef COCO_OMS_VERIFY_H
#define COCO_OMS_VERIFY_H

#include "lib/crypto/bundle_sign.h"
#include "lib/model/oms_report.h"
#include "lib/model/tree.h"

struct coco_oms_verify_opts {
	struct coco_bundle_trust trust;
	const char *signature;        /* path of the bundle, not a file of the model; or NULL */
	const char *const *ignore;    /* more relative paths that need not be signed */
	size_t n_ignore;
	bool ignore_git;              /* as model_signing does by default */
	bool ignore_unsigned_files;
	enum coco_tree_links links;   /* the verifier's own choice, not the recorded one */
};

/*
 * coco_oms_verify - 0 only when the signature holds, was made by whom trust
 * names, and every file is the signed one. report (fresh from
 * coco_oms_report_new) is filled as far as the checks came, also on failure.
 * Errors: those of coco_bundle_verify, coco_oms_decode, OMS_ROOT, OMS_FILES,
 * OMS_HASH (blake3: cannot decide), those of coco_tree_scan and
 * coco_hash_ranges, USAGE_VALUE.
 */
int coco_oms_verify(const struct coco_run *run, const char *model, struct coco_view bundle,
		    const struct coco_oms_verify_opts *opts, struct coco_oms_report *report,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_oms_verify_known - the same against files whose SHA-256 is known
 * already (in ascending byte order of path; else INTERNAL). opts->signature
 * and links are not used; ignored paths are left out as in a tree. Statements
 * with shards or another hash cannot be decided: OMS_HASH.
 */
int coco_oms_verify_known(const struct coco_run *run, struct coco_view bundle,
			  const struct coco_oms_verify_opts *opts,
			  const struct coco_oms_file *files, size_t n,
			  struct coco_oms_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_oms_compare - a statement (its root is checked) with known digests,
 * without any signature: for statements that were authenticated otherwise.
 */
int coco_oms_compare(const struct coco_run *run, const struct coco_oms *oms,
		     const struct coco_oms_verify_opts *opts, const struct coco_oms_file *files,
		     size_t n, struct coco_oms_report *report, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
