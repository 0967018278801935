/*
 * pkg_verify.h - the verdict on a model package: every check, in the order in
 * which trust is built, with what was expected and found.
 */
#ifndef COCO_PKG_VERIFY_H
#define COCO_PKG_VERIFY_H

#include "lib/model/pkg.h"

enum coco_pkg_check_status {
	COCO_PKG_CHECK_SKIP = 0, /* not looked at; detail says why */
	COCO_PKG_CHECK_PASS,
	COCO_PKG_CHECK_FAIL,     /* the answer is no */
	COCO_PKG_CHECK_ERROR,    /* could not be decided */
};

enum coco_pkg_check_id {
	COCO_PKG_CHECK_SIGNATURE, /* "signature.valid" */
	COCO_PKG_CHECK_STATEMENT, /* "statement.package": about exactly this package */
	COCO_PKG_CHECK_VERSION,   /* "version.minimum" */
	COCO_PKG_CHECK_PREVIOUS,  /* "version.previous" */
	COCO_PKG_CHECK_BLOBS,     /* "blobs.digests" */
	COCO_PKG_CHECK_CATALOGUE, /* "catalogue.authentic", with the content key */
	COCO_PKG_CHECK_CHUNKS,    /* "chunks.authentic", with the content key */
	COCO_PKG_CHECK_DIGESTS,   /* "files.digests", with the content key */
	COCO_PKG_CHECK_OMS,       /* "files.signature": the OMS bundle in the catalogue */
	COCO_PKG_CHECKS,
};

struct coco_pkg_check {
	enum coco_pkg_check_status status;
	const char *id;       /* stable, dotted; static */
	const char *title;    /* static */
	int code;             /* of FAIL and ERROR */
	char expected[192];
	char actual[192];
	char detail[384];
};

struct coco_pkg_verdict {
	struct coco_pkg_check checks[COCO_PKG_CHECKS];
	bool is_signed;                   /* signer below is filled */
	struct coco_bundle_signed signer; /* who signed; no payload */
	uint64_t blobs;
	uint64_t files;                   /* with the content key */
	uint64_t bytes;
};

/*
 * coco_pkg_verify - runs all checks that policy and key allow and goes on
 * after a failure where the rest still says something. 0 only when every
 * check that was done passed and the signature was among them. The code of
 * the first failure otherwise; without trust: PACKAGE_TRUST. key: NULL or the
 * content key. ret is always filled (coco_pkg_verdict_clear).
 */
int coco_pkg_verify(const struct coco_run *run, const struct coco_pkg *pkg,
		    const struct coco_pkg_policy *policy, const struct coco_secret *key,
		    struct coco_pkg_verdict *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_pkg_verdict_clear(struct coco_pkg_verdict *v);

/*
 * coco_pkg_check_oms - the OMS bundle of a catalogue against its digests:
 * made by whom trust names. 0, or the failure; *ret_present says whether there
 * is one.
 */
int coco_pkg_check_oms(const struct coco_run *run, const struct coco_catalogue *cat,
		       const struct coco_bundle_trust *trust, bool *ret_present,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
