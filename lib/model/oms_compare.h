/*
 * oms_compare.h - between oms_verify.c and oms_compare.c; not for anyone else.
 */
#ifndef COCO_OMS_COMPARE_H
#define COCO_OMS_COMPARE_H

#include "lib/model/oms_report.h"
#include "lib/model/tree.h"

/*
 * coco_oms_compare_tree - hashes the files of a tree that the statement names
 * and fills the checks about files. Errors: those of coco_hash_ranges,
 * OMS_FILES.
 */
int coco_oms_compare_tree(const struct coco_run *run, const struct coco_oms *oms,
			  const struct coco_tree *tree, bool ignore_unsigned,
			  struct coco_oms_report *report, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_oms_compare_known - the same with digests that are known (sorted files). */
int coco_oms_compare_known(const struct coco_run *run, const struct coco_oms *oms,
			   const struct coco_oms_file *files, size_t n, bool ignore_unsigned,
			   struct coco_oms_report *report, struct coco_diag *diag) COCO_MUSTUSE;

#endif
