/*
 * uki_sections.h - which sections of a unified kernel image systemd-stub
 * measures into PCR 11, in which order, and for which profile (measure.md
 * 3.3; UAPI group, "Unified Kernel Image").
 */
#ifndef COCO_UKI_SECTIONS_H
#define COCO_UKI_SECTIONS_H

#include "formats/measure/pe.h"

/* In the order in which they are measured. */
enum coco_uki_kind {
	COCO_UKI_LINUX,
	COCO_UKI_OSREL,
	COCO_UKI_CMDLINE,
	COCO_UKI_INITRD,
	COCO_UKI_UCODE,
	COCO_UKI_SPLASH,
	COCO_UKI_DTB,
	COCO_UKI_UNAME,
	COCO_UKI_SBAT,
	COCO_UKI_PCRSIG,      /* not measured: it is made from the values */
	COCO_UKI_PCRPKEY,
	COCO_UKI_PROFILE,
	COCO_UKI_DTBAUTO,     /* there may be several: the stub takes one or none */
	COCO_UKI_HWIDS,
	COCO_UKI_EFIFW,       /* likewise */
	COCO_UKI_KINDS,
};

enum {
	COCO_UKI_PROFILES = 256,      /* of one image */
	COCO_UKI_ALTERNATIVES = 64,   /* device trees or firmware images of one profile */
};

/* coco_uki_name - ".linux"; static. */
const char *coco_uki_name(enum coco_uki_kind kind);

/* coco_uki_measured - false for .pcrsig. */
bool coco_uki_measured(enum coco_uki_kind kind);

/* coco_uki_many - true for .dtbauto and .efifw. */
bool coco_uki_many(enum coco_uki_kind kind);

/* The sections of one profile; all borrowed from the image. */
struct coco_uki_sections {
	const struct coco_pe_section *one[COCO_UKI_KINDS];   /* NULL: absent or empty */
	struct {
		const struct coco_pe_section *section[COCO_UKI_ALTERNATIVES];
		size_t n;
	} dtbauto, efifw;
	size_t n_profiles;                                   /* sections .profile */
};

/*
 * coco_uki_select - the base is what stands before the first .profile; profile
 * N (from 0) puts its own sections in the place of the base's. Without any
 * .profile there is profile 0, the base. Errors: UKI_LINUX (no .linux: not
 * such an image), UKI_PROFILE (no such profile, or too many), UKI_SECTION (one
 * that may stand there once stands there twice).
 */
int coco_uki_select(struct coco_uki_sections *ret, const struct coco_pe *pe, size_t profile,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
