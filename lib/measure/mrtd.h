/*
 * mrtd.h - what the TDX module measures while a guest is built from its
 * firmware (measure.md 2.2).
 */
#ifndef COCO_MRTD_H
#define COCO_MRTD_H

#include "formats/measure/mrecord.h"
#include "formats/measure/tdvf.h"
#include "lib/core/run.h"

enum { COCO_MRTD_SIZE = 48 };

/* How the VMM walks the pages of a section. */
enum coco_mrtd_order {
	COCO_MRTD_SINGLE,   /* each page is added, then measured: QEMU 9 and newer */
	COCO_MRTD_TWO,      /* all pages are added, then all measured: patched QEMU 8 */
	COCO_MRTD_ORDERS,   /* how many there are */
};

/* coco_mrtd_order_name - "single" or "two"; static. */
const char *coco_mrtd_order_name(enum coco_mrtd_order order);

/*
 * coco_mrtd_compute - MRTD of a firmware image (borrowed) with this list of
 * memory. Errors: CANCELLED, LIMIT_MEMORY.
 */
int coco_mrtd_compute(const struct coco_run *run, struct coco_view image,
		      const struct coco_tdvf *t, enum coco_mrtd_order order,
		      uint8_t ret[COCO_MRTD_SIZE], struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_mrtd_record - the register "tdx.mrtd": a step for each section, and one
 * value for each of the n orders (at most COCO_MRTD_ORDERS), labelled
 * "add_page"; on run->jobs threads.
 */
int coco_mrtd_record(const struct coco_run *run, struct coco_view image,
		     const struct coco_tdvf *t, const enum coco_mrtd_order *orders, size_t n,
		     struct coco_mrecord *rec, struct coco_diag *diag) COCO_MUSTUSE;

#endif
