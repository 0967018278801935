/*
 * eif_measure.h - the registers of an AWS Nitro enclave that its image file
 * makes: PCR 0, 1, 2, and 8 for a signed one (measure.md 6).
 */
#ifndef COCO_EIF_MEASURE_H
#define COCO_EIF_MEASURE_H

#include "formats/measure/eif.h"
#include "formats/measure/mrecord.h"
#include "lib/core/run.h"

/* Everything is borrowed. */
struct coco_eif_request {
	const char *file;
	bool ignore_signature;   /* do not judge it; PCR 8 is computed nevertheless */
};

struct coco_eif_measured {
	struct coco_mrecord record;
	struct coco_eif_head head;
	bool is_signed;
	bool signature_holds;    /* over this image's PCR 0, by the certificate in it */
	char subject[256];       /* of that certificate */
};

/*
 * coco_eif_measure - reads the file once, in constant memory. The certificate
 * of a signed image is not checked against anything: PCR 8 is what a verifier
 * compares. Gives *ret (coco_eif_measured_free). Errors: those of eif.h and
 * eif_signature.h, IMAGE_CRC, EIF_SIGNATURE (the signature does not hold,
 * unless it is ignored), those of x509.h for the certificate, IO_...,
 * LIMIT_MEMORY, CANCELLED.
 */
int coco_eif_measure(const struct coco_run *run, const struct coco_eif_request *req,
		     struct coco_eif_measured *ret, struct coco_diag *diag) COCO_MUSTUSE;

void coco_eif_measured_free(struct coco_eif_measured *m);   /* fine on a zeroed struct */

#endif
