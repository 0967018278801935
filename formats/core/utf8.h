/*
 * utf8.h - strict UTF-8 (RFC 3629: no surrogates, no overlong forms).
 */
#ifndef COCO_UTF8_H
#define COCO_UTF8_H

#include "formats/core/base.h"

/*
 * coco_utf8_char - length in bytes (1-4) of the well-formed character at p,
 * or 0 when the n bytes there do not start with one.
 */
size_t coco_utf8_char(const uint8_t *p, size_t n);

/*
 * coco_utf8_valid - true when all n bytes are well-formed UTF-8; otherwise
 * *ret_offset (may be NULL) is the offset of the first bad byte.
 */
bool coco_utf8_valid(const uint8_t *p, size_t n, size_t *ret_offset);

#endif
