/*
 * jcs.h - canonical JSON (RFC 8785): what is hashed when a document is not
 * hashed byte by byte. Members are sorted by the UTF-16 code units of their
 * names, nothing stands between the tokens, strings have the shortest escapes.
 */
#ifndef COCO_JCS_H
#define COCO_JCS_H

#include "formats/core/json.h"

/* coco_jcs_compare - the order of member names: as strcmp, by UTF-16 code units. */
int coco_jcs_compare(const char *a, const char *b);

/* coco_jcs_string - one string with the escapes of RFC 8785 section 3.2.2.2. */
void coco_jcs_string(struct coco_wr *wr, const char *s);

/*
 * coco_jcs_encode - appends v (borrowed) to wr. Numbers must be integers of at
 * most 2^53 in size, which every reader of JSON agrees on: FORMAT_JSON_TYPE
 * with the pointer otherwise. Other errors: LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_jcs_encode(struct coco_wr *wr, const struct coco_jv *v, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
