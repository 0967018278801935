/*
 * oms_sign.h - signing a model directory as OpenSSF Model Signing does, so
 * that "model_signing verify key|certificate" accepts it (packaging.md 1).
 * Always method files and SHA-256: its command line verifies nothing else.
 */
#ifndef COCO_OMS_SIGN_H
#define COCO_OMS_SIGN_H

#include "lib/crypto/bundle_sign.h"
#include "lib/model/oms_statement.h"
#include "lib/model/tree.h"

/*
 * coco_oms_bundle_for - the same, signed: gives the text of a Sigstore bundle.
 * Errors: also those of coco_bundle_sign.
 */
int coco_oms_bundle_for(const struct coco_run *run, const struct coco_bundle_signer *signer,
			const struct coco_oms_about *about, const struct coco_oms_file *files,
			size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

struct coco_oms_sign_opts {
	struct coco_bundle_signer signer;
	bool any_key;                /* also Ed25519 and RSA, which model_signing refuses */
	const char *signature;       /* where the bundle will be written: left out; may be NULL */
	const char *const *ignore;   /* relative paths to leave out, a directory with its subtree */
	size_t n_ignore;
	bool ignore_git;
	enum coco_tree_links links;
};

struct coco_oms_signed {
	uint8_t *bundle;             /* text; owned */
	size_t n_bundle;
	size_t files;
	uint64_t bytes;              /* hashed */
	uint8_t root[COCO_OMS_ROOT]; /* in the order of the statement */
	const char *method;          /* "ecdsa-p384-sha384"; static */
};

/*
 * coco_oms_sign - hashes the model (a directory, or one file) and signs what
 * it found; gives *ret (coco_oms_signed_clear). Errors: those of
 * coco_tree_scan, coco_hash_tree and coco_bundle_sign, KEY_TYPE, USAGE_VALUE
 * (an ignored path that is absolute or leads upward).
 */
int coco_oms_sign(const struct coco_run *run, const char *model,
		  const struct coco_oms_sign_opts *opts, struct coco_oms_signed *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;

void coco_oms_signed_clear(struct coco_oms_signed *s);   /* fine on a zeroed struct */

#endif
