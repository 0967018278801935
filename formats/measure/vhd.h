/*
 * vhd.h - the footer of VHD files; a fixed one is a raw disk with these 512
 * bytes behind it. Source: Virtual Hard Disk Image Format Specification 1.0.
 */
#ifndef COCO_VHD_H
#define COCO_VHD_H

#include "formats/core/diag.h"

enum { COCO_VHD_FOOTER = 512 };

/* coco_vhd_is - whether these bytes begin as a VHD footer does. */
bool coco_vhd_is(struct coco_view bytes);

/*
 * coco_vhd_parse - the footer at the end of a file of file_size bytes; *ret is
 * the size of the disk. Errors: DISK_CONTAINER, DISK_FEATURE when it is not a
 * fixed one, FORMAT_SHORT.
 */
int coco_vhd_parse(uint64_t *ret, struct coco_view footer, uint64_t file_size,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
