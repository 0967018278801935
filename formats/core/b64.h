/*
 * b64.h - base64 (RFC 4648). Strict: no blanks, canonical last digit,
 * correct padding where the variant pads.
 */
#ifndef COCO_B64_H
#define COCO_B64_H

#include "formats/core/diag.h"

enum coco_b64_variant {
	COCO_B64_STD,      /* + / with padding */
	COCO_B64_URL,      /* - _ without padding */
	COCO_B64_ANY,      /* reading only: either alphabet, padding optional */
};

/* Text length for n bytes, without the NUL. */
static inline size_t coco_b64_len(enum coco_b64_variant v, size_t n)
{
	return v == COCO_B64_URL ? (n * 4 + 2) / 3 : (n + 2) / 3 * 4;
}

/* coco_b64_encode - coco_b64_len() characters and a NUL into ret. */
void coco_b64_encode(enum coco_b64_variant v, char *ret, const uint8_t *p, size_t n);

/* coco_b64_dup - the encoded text, given (coco_free); NULL on exhaustion. */
char *coco_b64_dup(enum coco_b64_variant v, const uint8_t *p, size_t n);

/*
 * coco_b64_decode - gives *ret (coco_free; NUL-terminated past *ret_n) and
 * *ret_n. COCO_E_FORMAT_BASE64 with the offset of the first bad character.
 */
int coco_b64_decode(enum coco_b64_variant v, const char *text, size_t n_text, uint8_t **ret,
		    size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
