/*
 * oms_report.h - the outcome of checking files against a model signature:
 * named checks in order, counts, and (only where the caller may show names)
 * which files.
 */
#ifndef COCO_OMS_REPORT_H
#define COCO_OMS_REPORT_H

#include "lib/crypto/x509.h"
#include "lib/model/oms_statement.h"

enum coco_oms_status {
	COCO_OMS_SKIP = 0,  /* not looked at; detail says why */
	COCO_OMS_PASS,
	COCO_OMS_FAIL,
	COCO_OMS_ERROR,     /* could not be looked at: an unreadable file, a missing algorithm */
};

/* The checks, in the order in which they are done. */
enum coco_oms_check_id {
	COCO_OMS_CHECK_SIGNATURE,   /* "signature.valid" */
	COCO_OMS_CHECK_CERTIFICATE, /* "certificate.valid": chain, time, usage */
	COCO_OMS_CHECK_SUBJECT,     /* "certificate.subject" */
	COCO_OMS_CHECK_STATEMENT,   /* "statement.type" */
	COCO_OMS_CHECK_ROOT,        /* "statement.root" */
	COCO_OMS_CHECK_MISSING,     /* "files.missing" */
	COCO_OMS_CHECK_UNSIGNED,    /* "files.unsigned" */
	COCO_OMS_CHECK_DIGESTS,     /* "files.digests" */
	COCO_OMS_CHECKS,
};

struct coco_oms_check {
	enum coco_oms_status status;
	const char *id;         /* stable, dotted; static */
	const char *title;      /* a sentence; static */
	char expected[192];     /* empty: nothing to show */
	char actual[192];
	char detail[128];
};

enum { COCO_OMS_NAMES_MAX = 1000 };   /* names kept of each kind; the counts go on */

struct coco_oms_names {
	char **names;           /* owned; empty unless run->show_names */
	size_t n;
	size_t cap;
	uint64_t count;         /* of files, named or not */
};

struct coco_oms_report {
	struct coco_oms_check checks[COCO_OMS_CHECKS];

	/* after the signature held */
	bool has_certificate;
	struct coco_cert_info cert;
	const char *method;                        /* "ecdsa-p384-sha384"; static */
	char fingerprint[COCO_FINGERPRINT_TEXT];   /* of the signing key */

	/* after the statement was read */
	bool old_predicate;
	enum coco_oms_method layout;
	enum coco_oms_hash hash;
	bool allow_symlinks;                       /* as the signer recorded it */
	uint64_t shard_size;
	uint8_t root[COCO_OMS_ROOT];
	uint64_t signed_files;

	/* after the files were looked at */
	uint64_t matching;
	struct coco_oms_names missing;             /* signed, not there */
	struct coco_oms_names extra;               /* there, not signed */
	struct coco_oms_names different;
	uint64_t empty_uncovered;                  /* shards only: empty files cannot be signed */
};

/*
 * coco_oms_report_new - a report with every check skipped ("not reached");
 * gives *ret (coco_oms_report_free). It is too large for the stack.
 */
int coco_oms_report_new(struct coco_oms_report **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_oms_report_free(struct coco_oms_report *report);   /* NULL is fine */

/* coco_oms_report_set - status and, where not NULL, the texts of a check. */
void coco_oms_report_set(struct coco_oms_report *report, enum coco_oms_check_id id,
			 enum coco_oms_status status, const char *expected, const char *actual,
			 const char *detail);

/* coco_oms_report_name - counts one file; keeps its name (copied) when show is set. */
int coco_oms_report_name(struct coco_oms_names *list, const char *name, bool show,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_report_pairs - sets the checks about missing and unsigned files from the counts. */
void coco_oms_report_pairs(struct coco_oms_report *report, bool ignore_unsigned);

/*
 * coco_oms_report_files - sets the check about digests; 0, or OMS_FILES when
 * it or one of the two before it failed.
 */
int coco_oms_report_files(struct coco_oms_report *report, bool ignore_unsigned,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
