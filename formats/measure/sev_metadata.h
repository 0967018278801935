/*
 * sev_metadata.h - the list of memory that an SEV-SNP guest starts with, from
 * the firmware (measure.md 1.1): "ASEV", u32 size, u32 version, u32 count,
 * then u32 gpa, u32 size, u32 type for each section.
 */
#ifndef COCO_SEV_METADATA_H
#define COCO_SEV_METADATA_H

#include "formats/core/diag.h"

enum { COCO_SEV_SECTIONS = 64 };   /* at most */

enum coco_sev_section_type {
	COCO_SEV_SEC_MEM = 1,
	COCO_SEV_SECRETS = 2,
	COCO_SEV_CPUID = 3,
	COCO_SEV_SVSM_CAA = 4,
	COCO_SEV_KERNEL_HASHES = 0x10,
};

/* size and gpa are whole pages; size 0: nothing, wherever gpa points. */
struct coco_sev_section {
	uint32_t gpa;
	uint32_t size;
	uint32_t type;   /* enum coco_sev_section_type */
};

struct coco_sev_metadata {
	size_t n;
	struct coco_sev_section section[COCO_SEV_SECTIONS];
};

/*
 * coco_sev_metadata_parse - reads the list that lies distance bytes before
 * the end of image (borrowed). Errors: SEV_METADATA (outside the image, wrong
 * magic or version, sizes that disagree, too many), SEV_SECTION (unknown
 * type, not whole pages, beyond 4 GiB, overlap, secrets or CPUID that are not
 * one page).
 */
int coco_sev_metadata_parse(struct coco_sev_metadata *ret, struct coco_view image,
			    uint32_t distance, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_sev_metadata_find - the first section of this type, or NULL; borrowed. */
const struct coco_sev_section *coco_sev_metadata_find(const struct coco_sev_metadata *m,
						      enum coco_sev_section_type type);

/* coco_sev_section_name - "sec_mem", "secrets", ... for a known type; static. */
const char *coco_sev_section_name(uint32_t type);

#endif
