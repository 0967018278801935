/*
 * inputs.h - operands of the evidence commands: files, standard input, and
 * directories of them.
 */
#ifndef COCO_INPUTS_H
#define COCO_INPUTS_H

#include "lib/evidence/piece.h"

enum { COCO_INPUTS_DEPTH = 8 };   /* directories in each other */

/* Told of one file; "-" stands for standard input. Returns 0, or the error that ends the walk. */
typedef int coco_inputs_fn(void *ctx, const char *path, struct coco_diag *diag);

/*
 * coco_inputs_walk - calls fn for a file ("-" as well) or for all regular
 * files of a directory tree, in the order of their names. Hidden entries are
 * left out, links are not followed. Errors: those of fn, IO, LIMIT_DEPTH.
 */
int coco_inputs_walk(const char *path, coco_inputs_fn *fn, void *ctx, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_inputs_load - takes a file ("-": standard input) or all regular files
 * of a directory tree apart, in the order of their names. Hidden entries are
 * left out, links are not followed. Errors: those of coco_read_file and
 * coco_pieces_add, LIMIT_DEPTH.
 */
int coco_inputs_load(struct coco_pieces *pieces, struct coco_collateral *collateral,
		     const char *path, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_inputs_collateral - the same for a bundle of collateral: what is in it
 * and is no collateral is refused (EVIDENCE_UNKNOWN).
 */
int coco_inputs_collateral(struct coco_collateral *collateral, const char *path,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
