/*
 * td_hob.h - the list of memory that QEMU writes for a TDX guest's firmware,
 * and that the firmware measures first (measure.md 2.5).
 *
 * The list is a PHIT entry and then one entry for each range of memory of a
 * q35 machine, cut by the firmware's sections. Its end entry is not measured.
 */
#ifndef COCO_TD_HOB_H
#define COCO_TD_HOB_H

#include "formats/core/wr.h"
#include "formats/measure/tdvf.h"

#define COCO_Q35_LOW_LIMIT UINT64_C(0xb0000000)   /* RAM from here on is split */
#define COCO_Q35_LOW UINT64_C(0x80000000)         /* what is then below 4 GiB */

enum {
	COCO_TD_HOB_PHIT = 56,
	COCO_TD_HOB_ENTRY = 48,
	COCO_TD_HOB_END = 8,
	COCO_TD_HOB_MAX = COCO_TD_HOB_PHIT + COCO_TD_HOB_ENTRY * (2 * COCO_TDVF_SECTIONS + 4),
};

/*
 * coco_td_hob_encode - appends the measured bytes of the list for ram bytes.
 * Errors: GUEST_MEMORY (ram is 0, not whole pages, beyond 2^52, or the
 * sections do not lie in it), TDVF_SECTION (the list does not fit the
 * TD_HOB section, or there are sections that QEMU does not know); a failure of
 * wr stays in it.
 */
int coco_td_hob_encode(struct coco_wr *wr, const struct coco_tdvf *t, uint64_t ram,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
