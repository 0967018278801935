/*
 * pem.h - PEM blocks (RFC 7468, with the encapsulated headers of RFC 1421
 * recognised but not understood). Text between blocks is skipped, as openssl
 * writes explanations there. Line ends LF or CRLF; blanks at the end of a
 * line are tolerated; the base64 itself is strict.
 */
#ifndef COCO_PEM_H
#define COCO_PEM_H

#include "formats/core/diag.h"

enum {
	COCO_PEM_LABEL_MAX = 64,
	COCO_PEM_MAX = 1 << 20,   /* bytes of text in one block */
};

struct coco_pem {
	char label[COCO_PEM_LABEL_MAX + 1];   /* "PRIVATE KEY", "CERTIFICATE", ... */
	bool has_headers;                     /* "Proc-Type: ..." lines: encrypted the old way */
	uint8_t *der;                         /* given; coco_pem_clear wipes and frees it */
	size_t n_der;
};

/* coco_pem_looks - true when the text has a line that starts a PEM block. */
bool coco_pem_looks(struct coco_view text);

/*
 * coco_pem_next - decodes the next block of *rest and moves *rest past it.
 * *ret_found is false at the end of the text, *ret is then untouched.
 * COCO_E_FORMAT_PEM for a block that does not end, ends with another label
 * or holds something else than base64.
 */
int coco_pem_next(struct coco_view *rest, struct coco_pem *ret, bool *ret_found,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pem_len - characters of the block that coco_pem_encode writes, without a NUL. */
size_t coco_pem_len(const char *label, size_t n_der);

/*
 * coco_pem_encode - "-----BEGIN LABEL-----", base64 in lines of 64, the END
 * line, LF ends: coco_pem_len() characters and a NUL into ret.
 */
void coco_pem_encode(char *ret, const char *label, const uint8_t *der, size_t n_der);

/* coco_pem_clear - wipes and frees der; fine on a zeroed struct. */
void coco_pem_clear(struct coco_pem *pem);

#endif
