/*
 * boot_stage_priv.h - what the files behind boot_stage.h share.
 */
#ifndef COCO_BOOT_STAGE_PRIV_H
#define COCO_BOOT_STAGE_PRIV_H

#include <stdio.h>

#include "lib/measure/boot_stage.h"

/* How a systemd of a given version behaves, where versions differ. */
enum coco_boot_side {
	COCO_SIDE_OLD,
	COCO_SIDE_NEW,
	COCO_SIDE_UNKNOWN,
};

/*
 * coco_boot_either - the side of a version; UNKNOWN: a new branch with the
 * choices old and new, the last one of the list.
 */
int coco_boot_either(struct coco_boot_list *list, unsigned version, const char *label,
		     const char *old, const char *new, enum coco_boot_side *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_when_last - the events to come happen with one choice of the newest branch. */
void coco_boot_when_last(struct coco_boot_list *list, size_t choice);

/* coco_boot_systemd_smbios - what systemd measures into PCR 1, once in a boot. */
int coco_boot_systemd_smbios(struct coco_boot_list *list, unsigned version,
			     const struct coco_boot_smbios *smbios, bool *done,
			     struct coco_diag *diag) COCO_MUSTUSE;

#endif
