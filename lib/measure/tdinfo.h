/*
 * tdinfo.h - the TDINFO hash: SHA-384 of the 512 bytes of TDINFO_STRUCT, which
 * is one value for everything that a TD's report says of the TD itself
 * (measure.md 2.2). Without service TD: the fields after RTMR3 are zero.
 */
#ifndef COCO_TDINFO_H
#define COCO_TDINFO_H

#include "formats/measure/mrecord.h"

#define COCO_TDINFO_REGISTER "tdx.tdinfo_hash"

enum {
	COCO_TDINFO_SIZE = 512,
	COCO_TDINFO_VALUES = 4096,   /* allowed values at most */
};

/*
 * coco_tdinfo_record - adds the register "tdx.tdinfo_hash" to a TDX record
 * that has the parameters attributes or xfam; to another it adds nothing. All
 * fields come from the record: the parameters attributes and xfam, the
 * registers tdx.mrtd, mrconfigid, mrowner, mrownerconfig, rtmr0 to rtmr3. One
 * of them without a value is named as missing. Registers with several values
 * make an allowed value for each combination whose labels agree. Errors:
 * MATRIX_SIZE, LIMIT_MEMORY, INTERNAL.
 */
int coco_tdinfo_record(struct coco_mrecord *rec, struct coco_diag *diag) COCO_MUSTUSE;

#endif
