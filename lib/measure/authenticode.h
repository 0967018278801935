/*
 * authenticode.h - the digest of a PE image as firmware measures it
 * (measure.md 3.1), from a file of any size or from memory.
 *
 * It is the same before and after signing only when the length of the unsigned
 * file is a multiple of 8: signing tools pad with zeros, firmware does not.
 */
#ifndef COCO_AUTHENTICODE_H
#define COCO_AUTHENTICODE_H

#include "lib/measure/pe_file.h"

struct coco_authenticode {
	unsigned banks;                  /* COCO_BANK(alg) of those that are filled */
	struct coco_bank_values digest;
	unsigned padding;                /* zeros (1 to 7) that signing would add; 0: none */
	struct coco_bank_values padded;  /* the digest with them; with padding != 0 */
};

/*
 * coco_authenticode - digests of an open image in the banks of the mask. run
 * may be NULL. Errors: IO_READ, CANCELLED, LIMIT_MEMORY.
 */
int coco_authenticode(const struct coco_pe_file *f, unsigned banks, const struct coco_run *run,
		      struct coco_authenticode *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* The same from a file's path and from bytes; errors also those of coco_pe_file_open. */
int coco_authenticode_path(const char *path, unsigned banks, const struct coco_run *run,
			   struct coco_authenticode *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_authenticode_bytes(struct coco_view bytes, unsigned banks,
			    struct coco_authenticode *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
