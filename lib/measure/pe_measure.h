/*
 * pe_measure.h - everything about one PE image: what firmware measures when it
 * loads it, as a measurement record, and what is in it.
 */
#ifndef COCO_PE_MEASURE_H
#define COCO_PE_MEASURE_H

#include "formats/measure/mrecord.h"
#include "lib/measure/authenticode.h"

struct coco_pe_measure {
	struct coco_mrecord record;         /* registers "pe.authenticode", one per bank */
	struct coco_pe pe;
	uint8_t (*section_sha256)[32];      /* owned; of the raw data of each section */
	uint32_t computed_checksum;         /* what the CheckSum field should hold */
	unsigned padding;                   /* zeros that signing would add; 0: none */
	bool certs_elsewhere;               /* the certificate table does not end the file */
};

/*
 * coco_pe_measure - with padding != 0 each register has a second allowed value,
 * that of the image after signing. Gives *ret (coco_pe_measure_free). Errors:
 * those of coco_pe_file_open, CANCELLED, LIMIT_MEMORY.
 */
int coco_pe_measure(const struct coco_run *run, const char *path, unsigned banks,
		    struct coco_pe_measure *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_pe_measure_free(struct coco_pe_measure *m);   /* fine on a zeroed struct */

#endif
