/*
 * mint_firmware.h - small firmware images with the tables of OVMF, whole or
 * with any one defect.
 */
#ifndef COCO_MINT_FIRMWARE_H
#define COCO_MINT_FIRMWARE_H

#include "formats/core/base.h"

/* One section of the SEV metadata. */
struct coco_mint_section {
	uint32_t gpa;
	uint32_t size;
	uint32_t type;
};

/* One section of the TDX metadata, as it lies there. */
struct coco_mint_tdx {
	uint32_t offset;
	uint32_t raw;
	uint64_t gpa;
	uint64_t size;
	uint32_t type;
	uint32_t attributes;
};

/* What an image shall have; zero members are left out of it. */
struct coco_mint_firmware {
	size_t pages;                 /* 0: 2 */
	uint32_t reset_eip;           /* an entry with 0: reset_zero */
	bool reset_zero;
	uint32_t hashes_base;
	bool hashes_zero;
	uint32_t svsm_start;
	const struct coco_mint_section *sections;
	size_t n_sections;            /* metadata when not 0, or with_metadata */
	bool with_metadata;
	bool no_table;
	const struct coco_mint_tdx *tdx;   /* TDX metadata when not NULL */
	size_t n_tdx;
	bool tdx_legacy;              /* named by its offset at the end, not by the table */
	/* lies, each when not 0 */
	uint32_t magic;               /* instead of "ASEV" */
	uint32_t version;
	uint32_t count;
	uint32_t size;
	uint32_t distance;
	uint16_t table_length;
	uint32_t tdx_magic;
	uint32_t tdx_version;
	uint32_t tdx_length;
	uint32_t tdx_count;
	uint32_t tdx_distance;
	bool tdx_bad_guid;
	uint16_t reset_length;        /* length of the reset entry */
	bool reset_twice;
};

/* The sections of a usual image, with a page for kernel hashes at 0x810000. */
extern const struct coco_mint_section coco_mint_sections[];
extern const size_t coco_mint_n_sections;

/*
 * The TDX sections of an image of 4 pages that the firmware's volume is all of:
 * BFV (3 pages), CFV (the first page), memory and TD HOB as in OVMF.
 */
extern const struct coco_mint_tdx coco_mint_tdx_sections[];
extern const size_t coco_mint_n_tdx;

/* An image without defect for TDX, 4 pages. */
extern const struct coco_mint_firmware coco_mint_tdvf;

/* An image without defect, for SEV, SEV-ES and SEV-SNP with a kernel. */
extern const struct coco_mint_firmware coco_mint_amdsev;

/* coco_mint_firmware - the bytes of an image; coco_free. */
uint8_t *coco_mint_firmware(const struct coco_mint_firmware *spec, size_t *ret_n);

/* coco_mint_firmware_file - the same as dir/name; the path is in a static buffer. */
const char *coco_mint_firmware_file(const char *dir, const char *name,
				    const struct coco_mint_firmware *spec);

#endif
