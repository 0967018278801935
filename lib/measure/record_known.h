/*
 * record_known.h - what makes a computed record complete: values that the user
 * knows, and what is computed from several registers.
 */
#ifndef COCO_RECORD_KNOWN_H
#define COCO_RECORD_KNOWN_H

#include "formats/measure/known_value.h"

/*
 * coco_record_known - puts n known values ("REGISTER=HEX:ORIGIN") into a record
 * of a TDX or TPM guest, and adds the TDINFO hash where the record has what it
 * needs (tdinfo.h). only_there: values of registers that the record does not
 * have are left out. Errors: those of known_value.h and tdinfo.h.
 */
int coco_record_known(struct coco_mrecord *rec, const char *const *texts, size_t n,
		      bool only_there, struct coco_diag *diag) COCO_MUSTUSE;

#endif
