/*
 * qemu_pci.h - what the firmware does to the chipset of a q35 machine before
 * QEMU makes its ACPI tables, done to a QEMU that is asked (measure.md 2.6).
 */
#ifndef COCO_QEMU_PCI_H
#define COCO_QEMU_PCI_H

#include "lib/measure/qtest.h"

/* A function of the root bus that makes the window of 64-bit memory appear. */
struct coco_qemu_user {
	bool found;
	bool bridge;     /* a root port before such a device */
	unsigned devfn;  /* device << 3 | function */
	unsigned bar;    /* register of its BAR, unless bridge */
};

/* coco_qemu_chipset - PCIEXBAR and PMBASE, as OVMF sets them. Errors: those of qtest.h. */
int coco_qemu_chipset(struct coco_qtest *q, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_qemu_find_user - the first function of the root bus with a 64-bit
 * prefetchable BAR, or before a device that has one; buses behind bridges get
 * numbers for that. Errors: those of qtest.h, FW_CFG (bridges nested deeper
 * than 8, or more than 255 buses).
 */
int coco_qemu_find_user(struct coco_qtest *q, struct coco_qemu_user *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_qemu_set_window - gives that function an address at the window's start. */
int coco_qemu_set_window(struct coco_qtest *q, const struct coco_qemu_user *user, uint64_t window,
			 struct coco_diag *diag) COCO_MUSTUSE;

#endif
