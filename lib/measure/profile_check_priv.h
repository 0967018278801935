/*
 * profile_check_priv.h - what the files of profile_check.h share.
 */
#ifndef COCO_PROFILE_CHECK_PRIV_H
#define COCO_PROFILE_CHECK_PRIV_H

#include "formats/measure/ovmf.h"
#include "formats/measure/sev_metadata.h"
#include "lib/measure/profile_check.h"

struct coco_profile_work {
	const struct coco_run *run;
	const struct coco_profile *p;
	struct coco_findings *out;
	struct coco_diag *diag;
	bool snp, sev, es, tdx, vtpm;
	bool have_firmware;            /* it was read, and ovmf is what it says */
	struct coco_ovmf ovmf;
	struct coco_sev_metadata sev_list;
	bool have_list;
};

/* profile_check.c: one more finding; one that holds. */
int coco_profile_find(struct coco_profile_work *c, enum coco_finding_kind kind, const char *id,
		      const char *title, const char *fmt, ...) COCO_PRINTF(5, 6);
int coco_profile_good(struct coco_profile_work *c, const char *id, const char *title);

/* profile_check_disk.c: formats, root hashes on command lines against the images. */
int coco_profile_check_disks(struct coco_profile_work *c);

#endif
