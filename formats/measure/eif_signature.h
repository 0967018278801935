/*
 * eif_signature.h - the signature section of an EIF (measure.md 6): CBOR, an
 * array of maps {signing_certificate, signature}, both as arrays of numbers;
 * the signature is a COSE_Sign1 (RFC 9052) over the CBOR of {register_index,
 * register_value}.
 */
#ifndef COCO_EIF_SIGNATURE_H
#define COCO_EIF_SIGNATURE_H

#include "formats/core/diag.h"

enum { COCO_EIF_ES384 = 96 };   /* bytes of a signature: r, s */

struct coco_eif_signature {
	uint8_t *certificate;        /* owned: PEM, as the image has it */
	size_t n_certificate;
	uint8_t *signed_bytes;       /* owned: what the signature is over */
	size_t n_signed;
	uint8_t signature[COCO_EIF_ES384];
	uint8_t pcr0[48];            /* the register that is signed */
};

/*
 * coco_eif_signature_parse - the first signature of a section. base is the
 * section's offset in the file. Gives *ret (coco_eif_signature_free). Errors:
 * those of cbor.h, EIF (no signature, numbers that are no bytes, another
 * algorithm than ES384, another register than PCR 0), LIMIT_MEMORY.
 */
int coco_eif_signature_parse(struct coco_eif_signature *ret, struct coco_view section,
			     uint64_t base, struct coco_diag *diag) COCO_MUSTUSE;

void coco_eif_signature_free(struct coco_eif_signature *s);   /* fine on a zeroed struct */

#endif
