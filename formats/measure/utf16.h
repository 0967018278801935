/*
 * utf16.h - UTF-16, the text of EFI, as UTF-8.
 */
#ifndef COCO_UTF16_H
#define COCO_UTF16_H

#include "formats/core/base.h"

/*
 * coco_utf16_text - the units up to the first zero (at most n) as UTF-8 and a
 * NUL into ret; three bytes for each unit always suffice, with less the text
 * is cut. A lone surrogate becomes U+FFFD. Returns the bytes without the NUL.
 */
size_t coco_utf16_text(char *ret, size_t cap, const uint16_t *unit, size_t n);

#endif
