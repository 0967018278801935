/*
 * smbios_find.h - finding structures in QEMU's "etc/smbios/smbios-tables",
 * with their texts (DMTF DSP0134, 6.1).
 */
#ifndef COCO_SMBIOS_FIND_H
#define COCO_SMBIOS_FIND_H

#include "formats/core/diag.h"

/*
 * coco_smbios_find - the first structure of a type with the texts behind it,
 * borrowed; n 0: there is none. Errors: SMBIOS_FIND (a structure or its texts
 * run past the end).
 */
int coco_smbios_find(struct coco_view tables, uint8_t type, struct coco_view *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
