/*
 * evidence_args.h - what the evidence commands read in the same way.
 */
#ifndef COCO_EVIDENCE_ARGS_H
#define COCO_EVIDENCE_ARGS_H

#include "cli/core/cli.h"

/*
 * coco_evidence_bytes - an option's value as bytes: hexadecimal (blanks and
 * "0x" allowed), or @FILE with the bytes themselves. Gives *ret (coco_free).
 * USAGE_VALUE for another length than min to max.
 */
int coco_evidence_bytes(const char *option, const char *text, size_t min, size_t max,
			uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_evidence_require - words of --require, which may hold commas, as enum coco_require. */
int coco_evidence_require(const struct coco_strlist *words, unsigned *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
