/*
 * reference.h - reference values beside claims: a reference-value set says
 * which values a register may have.
 */
#ifndef COCO_REFERENCE_H
#define COCO_REFERENCE_H

#include "formats/broker/refset.h"
#include "formats/evidence/result.h"

/*
 * coco_references_judge - a check of the aspect ACCEPTABLE for each register
 * that the set names and a subject has: one of the values, valid at the
 * result's time, must be the subject's. Evidence of a CPU or TPM for which
 * there is no value at all is MISSING; values that no evidence here has are
 * SKIPPED. What is not authentic is not looked at.
 */
void coco_references_judge(const struct coco_refset *set, struct coco_result *r);

#endif
