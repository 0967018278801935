/*
 * oms_statement.h - model statements from digests that are known, and the root
 * digest: one SHA-256 over the raw digests of all files, in an order
 * (packaging.md 1.1).
 */
#ifndef COCO_OMS_STATEMENT_H
#define COCO_OMS_STATEMENT_H

#include "formats/model/oms.h"

/* A file whose plaintext digest is known already; all borrowed. */
struct coco_oms_file {
	const char *path;       /* relative, '/'-separated */
	const uint8_t *sha256;  /* 32 bytes */
};

/* coco_oms_root - over the digests in the order of the statement's resources. */
void coco_oms_root(const struct coco_oms *oms, uint8_t ret[COCO_OMS_ROOT]);

/*
 * coco_oms_check_root - OMS_ROOT unless the statement's root is that of its
 * own resources. Nothing is claimed by an old_predicate, so that passes.
 */
int coco_oms_check_root(const struct coco_oms *oms, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_oms_root_of - the root of files in the order of model_signing, path
 * components compared one by one, as "model_signing digest" prints it. files
 * may come in any order. LIMIT_MEMORY.
 */
int coco_oms_root_of(const struct coco_oms_file *files, size_t n, uint8_t ret[COCO_OMS_ROOT],
		     struct coco_diag *diag) COCO_MUSTUSE;

/* What goes into a statement beside the files; all borrowed, zeroes are fine. */
struct coco_oms_about {
	const char *name;            /* the model's name; NULL: "model" */
	const char *const *ignore;   /* what was left out, plain relative paths */
	size_t n_ignore;
	bool allow_symlinks;
};

/*
 * coco_oms_statement_for - the statement about files whose digests are known;
 * gives *ret (coco_free), and ret_root (may be NULL). files must be in
 * ascending byte order of path, or one file "."; else INTERNAL. Errors: those
 * of coco_oms_encode.
 */
int coco_oms_statement_for(const struct coco_oms_about *about, const struct coco_oms_file *files,
			   size_t n, uint8_t **ret, size_t *ret_n,
			   uint8_t ret_root[COCO_OMS_ROOT], struct coco_diag *diag) COCO_MUSTUSE;

#endif
