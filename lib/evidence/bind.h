/*
 * bind.h - what ties evidence to its caller and its parts to each other
 * (evidence.md 6): the nonce, the report data, the initdata document, the
 * attestation payload of a key broker with its devices.
 */
#ifndef COCO_BIND_H
#define COCO_BIND_H

#include "lib/evidence/appraiser.h"

enum { COCO_BIND_REPORT_DATA = 64 };

/* What the caller expects; borrowed. */
struct coco_bindings {
	bool has_nonce;
	struct coco_view nonce;         /* bytes */
	bool has_report_data;
	struct coco_view report_data;   /* at most COCO_BIND_REPORT_DATA bytes; zeros follow */
	struct coco_view initdata;      /* TOML text as it is; n == 0: not given */
};

/*
 * coco_bind - adds the checks of all bindings, and gaps of the category
 * "fresh" for subjects whose freshness nobody could judge. What does not fit
 * is a check; errors are memory, and initdata that is no such document.
 */
int coco_bind(struct coco_appraisal *a, const struct coco_bindings *expected,
	      struct coco_diag *diag) COCO_MUSTUSE;

#endif
