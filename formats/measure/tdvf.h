/*
 * tdvf.h - the list of memory that a TDX guest starts with, from the firmware
 * (measure.md 2.1): "TDVF", u32 length, u32 version, u32 count, then for each
 * section u32 data_offset, u32 raw_size, u64 address, u64 size, u32 type,
 * u32 attributes. The 16 bytes before it are a GUID.
 */
#ifndef COCO_TDVF_H
#define COCO_TDVF_H

#include "formats/core/diag.h"
#include "formats/measure/ovmf.h"

enum {
	COCO_TDVF_SECTIONS = 64,      /* at most */
	COCO_TDVF_PAGES = 1 << 20,    /* of all sections together, at most */
};

/* Those from PERM_MEM on are of td-shim only. */
enum coco_tdvf_type {
	COCO_TDVF_BFV,
	COCO_TDVF_CFV,
	COCO_TDVF_TD_HOB,
	COCO_TDVF_TEMP_MEM,
	COCO_TDVF_PERM_MEM,
	COCO_TDVF_PAYLOAD,
	COCO_TDVF_PAYLOAD_PARAM,
	COCO_TDVF_TD_INFO,
	COCO_TDVF_TD_PARAMS,
};

enum coco_tdvf_attribute {
	COCO_TDVF_EXTEND = 1,   /* contents are measured */
	COCO_TDVF_AUG = 2,      /* pages are not added at launch */
};

/* gpa and size are whole pages; raw bytes of the image at offset, then zeros. */
struct coco_tdvf_section {
	uint32_t offset;
	uint32_t raw;
	uint64_t gpa;
	uint64_t size;
	uint32_t type;         /* enum coco_tdvf_type */
	uint32_t attributes;   /* enum coco_tdvf_attribute */
};

struct coco_tdvf {
	uint64_t at;           /* offset of the list in the image */
	size_t n;
	struct coco_tdvf_section section[COCO_TDVF_SECTIONS];
};

/*
 * coco_tdvf_parse - reads the list of an image (borrowed) whose table is
 * given; without an entry in it, the offset that older images have 32 bytes
 * before their end. Errors: TDVF_NONE, TDVF_METADATA (outside the image, wrong
 * magic, GUID or version, sizes that disagree, no or several TD_HOB, no BFV),
 * TDVF_SECTION (unknown type or attribute, not whole pages, contents longer
 * than the memory or outside the image, overlap, too many pages).
 */
int coco_tdvf_parse(struct coco_tdvf *ret, struct coco_view image, const struct coco_ovmf *table,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tdvf_find - the first section of this type, or NULL; borrowed. */
const struct coco_tdvf_section *coco_tdvf_find(const struct coco_tdvf *t,
					       enum coco_tdvf_type type);

/* coco_tdvf_type_name - "bfv", "td_hob", ... for a known type; static. */
const char *coco_tdvf_type_name(uint32_t type);

#endif
