/*
 * verify_args.h - what evidence verify and explain read, and the verification
 * itself.
 */
#ifndef COCO_VERIFY_ARGS_H
#define COCO_VERIFY_ARGS_H

#include "cli/core/cli.h"
#include "cli/evidence/opts_evidence.h"
#include "lib/crypto/sha256.h"
#include "lib/evidence/each.h"

enum { COCO_VERIFY_FILES = 64 };   /* policies and reference values */

/* A file that was read whole. */
struct coco_verify_file {
	const char *role;
	size_t n;
	uint8_t sha256[COCO_SHA256_SIZE];
};

/* Everything that a run reads. */
struct coco_verify_inputs {
	struct coco_pieces pieces;
	struct coco_collateral collateral;
	struct coco_collateral roots;
	struct coco_policy policy;
	struct coco_refset references;
	uint8_t *nonce;
	size_t n_nonce;
	uint8_t *report_data;
	size_t n_report_data;
	uint8_t *initdata;
	size_t n_initdata;
	unsigned require;
	struct coco_verify_file files[COCO_VERIFY_FILES];   /* policy, reference values */
	size_t n_files;
};

/* coco_verify_read - everything that the options name; _free in any case. */
int coco_verify_read(const struct coco_run *run, struct coco_verify_inputs *in,
		     const struct coco_opts_evidence_verify *o, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_verify_free(struct coco_verify_inputs *in);   /* fine on a zeroed struct */

/* coco_verify_run - the verification; result is to be freed in any case. */
int coco_verify_run(const struct coco_run *run, const struct coco_opts_evidence_verify *o,
		    struct coco_verify_inputs *in, struct coco_result *result,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_verify_each - the verification of every operand file on its own; list
 * is to be freed in any case. coco_verify_settle_each - the worst verdict.
 */
int coco_verify_each(const struct coco_run *run, const struct coco_opts_evidence_verify *o,
		     struct coco_verify_inputs *in, struct coco_each *list,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_verify_settle_each(const struct coco_each *list, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_verify_settle - the verdict as 0, EVIDENCE_REJECTED or EVIDENCE_INDETERMINATE. */
int coco_verify_settle(const struct coco_result *r, bool authentic_only, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
