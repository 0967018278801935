/*
 * snp_page.c - the record that a page adds to a launch digest (see snp_page.h).
 */
#include "formats/measure/snp_page.h"

#include <string.h>

enum {
	AT_CURRENT = 0x00,
	AT_CONTENTS = 0x30,
	AT_LENGTH = 0x60,
	AT_TYPE = 0x62,
	AT_GPA = 0x68,
};

void coco_snp_page_info(uint8_t ret[COCO_SNP_PAGE_INFO], const uint8_t current[COCO_SNP_DIGEST],
			const uint8_t *contents, enum coco_snp_page_type type, uint64_t gpa)
{
	memset(ret, 0, COCO_SNP_PAGE_INFO);
	memcpy(ret + AT_CURRENT, current, COCO_SNP_DIGEST);
	if (contents != NULL)
		memcpy(ret + AT_CONTENTS, contents, COCO_SNP_DIGEST);
	ret[AT_LENGTH] = COCO_SNP_PAGE_INFO;
	ret[AT_TYPE] = (uint8_t)type;
	for (unsigned i = 0; i < 8; i++)
		ret[AT_GPA + i] = (uint8_t)(gpa >> (8 * i) & 0xff);
}

const char *coco_snp_page_type_name(enum coco_snp_page_type type)
{
	switch (type) {
	case COCO_SNP_NORMAL:
		return "normal";
	case COCO_SNP_VMSA:
		return "vmsa";
	case COCO_SNP_ZERO:
		return "zero";
	case COCO_SNP_UNMEASURED:
		return "unmeasured";
	case COCO_SNP_SECRETS:
		return "secrets";
	case COCO_SNP_CPUID:
		return "cpuid";
	}
	return "unknown";
}
