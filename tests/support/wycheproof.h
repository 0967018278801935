/*
 * wycheproof.h - walks a Wycheproof file: every test of every group.
 */
#ifndef COCO_WYCHEPROOF_H
#define COCO_WYCHEPROOF_H

#include "formats/core/json.h"

/* One test in its group; result is "valid", "invalid" or "acceptable". */
typedef void coco_wycheproof_fn(const struct coco_jv *group, const struct coco_jv *test,
				const char *result);

/*
 * coco_wycheproof_run - the number of tests run; 0 (after a "skip:" line) when
 * the file is not there.
 */
size_t coco_wycheproof_run(const char *name, coco_wycheproof_fn *fn);

/* coco_wycheproof_hex - a hexadecimal member; gives *ret (coco_free). */
size_t coco_wycheproof_hex(const struct coco_jv *obj, const char *key, uint8_t **ret);

#endif
