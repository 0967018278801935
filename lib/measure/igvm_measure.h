/*
 * igvm_measure.h - the launch measurement of a guest that starts from an IGVM
 * file (measure.md 5.2), and the ID block in it (5.3).
 */
#ifndef COCO_IGVM_MEASURE_H
#define COCO_IGVM_MEASURE_H

#include "formats/measure/igvm.h"
#include "formats/measure/mrecord.h"
#include "lib/core/run.h"

enum { COCO_IGVM_PAGES_MAX = 1 << 24 };   /* pages of one measurement: 64 GiB */

/* Who loads the file: they differ in details. */
enum coco_igvm_rules {
	COCO_IGVM_RULES_AUTO,         /* IGVM; for SEV and SEV-ES IGVMMEASURE */
	COCO_IGVM_RULES_IGVM,         /* the igvm crate, the text of the format */
	COCO_IGVM_RULES_IGVMMEASURE,  /* COCONUT-SVSM's tool */
	COCO_IGVM_RULES_QEMU,         /* QEMU with KVM */
};

/* Everything is borrowed. */
struct coco_igvm_request {
	const char *file;
	bool has_platform;
	enum coco_igvm_platform platform;   /* else the only one that the file is for */
	enum coco_igvm_rules rules;
	bool native_zero;                   /* IGVMMEASURE: pages without bytes are zero pages */
	bool ignore_id_block;               /* do not judge it */
};

struct coco_igvm_measured {
	struct coco_mrecord record;
	bool has_id_block;
	uint8_t id_digest[48];              /* launch digest that the block demands */
	bool id_matches;                    /* it is the computed one */
	bool id_signed;                     /* both signatures hold */
	bool has_author;
	uint8_t id_key_digest[48];          /* as the attestation report shows them */
	uint8_t author_key_digest[48];
};

/*
 * coco_igvm_measure - computes the measurement. Gives *ret
 * (coco_igvm_measured_free). Errors: those of igvm.h, IGVM_PLATFORM (the file
 * is not for that platform, or for several and none was chosen), IGVM_RULES
 * (a directive that the rules do not cover), USAGE_CONFLICT (rules that the
 * platform does not have), IGVM_ID_BLOCK (digest or signature of the ID block
 * do not hold, unless it is ignored), IO_..., LIMIT_SIZE, LIMIT_MEMORY,
 * CANCELLED.
 */
int coco_igvm_measure(const struct coco_run *run, const struct coco_igvm_request *req,
		      struct coco_igvm_measured *ret, struct coco_diag *diag) COCO_MUSTUSE;

void coco_igvm_measured_free(struct coco_igvm_measured *m);   /* fine on a zeroed struct */

#endif
