/*
 * hex.h - hexadecimal text. Written in lower case; both cases are read.
 */
#ifndef COCO_HEX_H
#define COCO_HEX_H

#include "formats/core/diag.h"

/* coco_hex_encode - 2 * n digits and a NUL into ret (2 * n + 1 bytes). */
void coco_hex_encode(char *ret, const uint8_t *p, size_t n);

/*
 * coco_hex_decode - text of n_text digits into exactly n bytes at ret.
 * COCO_E_FORMAT_HEX with the offset of the first bad digit; ret is then
 * untouched.
 */
int coco_hex_decode(uint8_t *ret, size_t n, const char *text, size_t n_text,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
