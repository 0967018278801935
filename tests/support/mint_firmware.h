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
	/* lies, each when not 0 */
	uint32_t magic;               /* instead of "ASEV" */
	uint32_t version;
	uint32_t count;
	uint32_t size;
	uint32_t distance;
	uint16_t table_length;
	uint16_t reset_length;        /* length of the reset entry */
	bool reset_twice;
};

/* The sections of a usual image, with a page for kernel hashes at 0x810000. */
extern const struct coco_mint_section coco_mint_sections[];
extern const size_t coco_mint_n_sections;

/* An image without defect, for SEV, SEV-ES and SEV-SNP with a kernel. */
extern const struct coco_mint_firmware coco_mint_amdsev;

/* coco_mint_firmware - the bytes of an image; coco_free. */
uint8_t *coco_mint_firmware(const struct coco_mint_firmware *spec, size_t *ret_n);

/* coco_mint_firmware_file - the same as dir/name; the path is in a static buffer. */
const char *coco_mint_firmware_file(const char *dir, const char *name,
				    const struct coco_mint_firmware *spec);

#endif
