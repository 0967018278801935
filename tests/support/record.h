/*
 * record.h - a measurement record with every member, for tests.
 */
#ifndef COCO_TEST_RECORD_H
#define COCO_TEST_RECORD_H

#include "formats/measure/mrecord.h"

/*
 * coco_test_record - an SNP launch digest for 4 and for 8 vCPUs, a TPM
 * register in two banks, one that could not be computed. Gives *ret
 * (coco_mrecord_free, also on failure).
 */
int coco_test_record(struct coco_mrecord *ret, struct coco_diag *d);

#endif
