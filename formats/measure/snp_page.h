/*
 * snp_page.h - PAGE_INFO, the record that each page adds to an SEV-SNP launch
 * digest (measure.md 1.2; AMD 56860, SNP_LAUNCH_UPDATE).
 */
#ifndef COCO_SNP_PAGE_H
#define COCO_SNP_PAGE_H

#include "formats/core/base.h"

enum {
	COCO_SNP_DIGEST = 48,      /* SHA-384 */
	COCO_SNP_PAGE_INFO = 0x70, /* bytes of the record */
};

enum coco_snp_page_type {
	COCO_SNP_NORMAL = 1,
	COCO_SNP_VMSA = 2,
	COCO_SNP_ZERO = 3,
	COCO_SNP_UNMEASURED = 4,
	COCO_SNP_SECRETS = 5,
	COCO_SNP_CPUID = 6,
};

/* KVM puts every VMSA here. */
#define COCO_SNP_VMSA_GPA UINT64_C(0xfffffffff000)

/*
 * coco_snp_page_info - the record of one page: current digest, digest of the
 * page's contents (NULL: zeros, for all types but NORMAL and VMSA), type,
 * address. The next digest is SHA-384 of the record.
 */
void coco_snp_page_info(uint8_t ret[COCO_SNP_PAGE_INFO], const uint8_t current[COCO_SNP_DIGEST],
			const uint8_t *contents, enum coco_snp_page_type type, uint64_t gpa);

/* coco_snp_page_type_name - "normal", "vmsa", ...; static. */
const char *coco_snp_page_type_name(enum coco_snp_page_type type);

#endif
