/*
 * record_forms_priv.h - the forms that have files of their own, private to
 * record_forms*.c.
 */
#ifndef COCO_RECORD_FORMS_PRIV_H
#define COCO_RECORD_FORMS_PRIV_H

#include "formats/core/err_measure.h"
#include "lib/measure/record_forms.h"

/* Each gives *ret; errors as coco_record_form. */
int coco_record_rvps(const struct coco_run *run, const struct coco_mrecord *rec,
		     const struct coco_record_spec *spec, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_record_corim(const struct coco_run *run, const struct coco_mrecord *rec,
		      enum coco_corim_profile profile, const struct coco_key *key, uint8_t **ret,
		      size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_record_statement(const struct coco_mrecord *rec, const struct coco_key *key,
			  uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
