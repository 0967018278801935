/*
 * known_value.h - the value of a whole register that somebody knows and
 * cococtl cannot compute: "tpm.pcr0=HEX:ORIGIN". In a measurement record it is
 * an allowed value whose only step has the basis "given".
 */
#ifndef COCO_KNOWN_VALUE_H
#define COCO_KNOWN_VALUE_H

#include "formats/measure/mrecord.h"

/* The type of that step, and of no other. */
#define COCO_KNOWN_TYPE "known value"

struct coco_known_value {
	char reg[COCO_MRECORD_WORD];      /* "tdx.rtmr0", "tpm.pcr0" */
	const char *algorithm;            /* by the length of the value; static */
	struct coco_mrecord_digest value;
	const char *origin;               /* where it comes from; "": nothing said; borrowed */
};

/*
 * coco_known_value_parse - "REGISTER=HEX" or "REGISTER=HEX:ORIGIN" for a record
 * of this platform ("tdx", "tpm"). ret->origin points into text. Errors:
 * USAGE_VALUE (no such form), KNOWN_REGISTER, KNOWN_SIZE.
 */
int coco_known_value_parse(struct coco_known_value *ret, const char *platform, const char *text,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_known_value_apply - puts it into a record whose registers are computed.
 * A register without a value takes it as its allowed value, in place of its
 * steps and of what the record says cannot be computed; further known values of
 * it are further allowed values. A register that was computed must allow it,
 * and stays as it is. A register that the record does not have is added, unless
 * only_there. Errors: KNOWN_DIFFERS, USAGE_CONFLICT (the same value twice),
 * LIMIT_MEMORY.
 */
int coco_known_value_apply(struct coco_mrecord *rec, const struct coco_known_value *known,
			   bool only_there, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_known_value_is - whether the register's values were given so. */
bool coco_known_value_is(const struct coco_mrecord_register *reg);

#endif
