/*
 * mint_volume.h - images with the volumes of OVMF: a store of variables, a packed
 * part with a volume of drivers each for before and after memory, and the tables
 * of mint_firmware.h at the end.
 */
#ifndef COCO_MINT_VOLUME_H
#define COCO_MINT_VOLUME_H

#include "formats/core/wr.h"
#include "tests/support/mint_firmware.h"

/* Volumes and their parts; each appends to wr, which the test owns. */

/* coco_mint_section - type and body, aligned. guid: of a guided section, else NULL. */
void coco_mint_fw_section(struct coco_wr *wr, uint8_t type, const uint8_t *guid, const void *body,
			  size_t n);

/* coco_mint_fw_file - a file of this type, aligned; for a volume's contents. */
void coco_mint_fw_file(struct coco_wr *wr, const uint8_t *name, uint8_t type, const void *body,
		       size_t n);

/*
 * coco_mint_fv - a volume with these files, size bytes long (rest erased); name
 * NULL: without extended header. nvram: the file system is that of variables.
 */
void coco_mint_fv(struct coco_wr *wr, const uint8_t *name, bool nvram, const void *files,
		  size_t n, size_t size);

/* coco_mint_lzma - an "alone" stream with its size in the header. */
void coco_mint_lzma(struct coco_wr *wr, const void *p, size_t n);

/* The texts and drivers that tell generations apart. */
struct coco_mint_ovmf {
	bool acpi;
	bool blobs;
	bool entries;
	bool smbios;
	bool fw_cfg;
	bool prefix;
	bool no_initrd_form;      /* neither form of the command line */
	const char *version;      /* in Tcg2Pei; NULL: none */
	const char *second_text;  /* another one there */
	const char *date;         /* in SmbiosPlatformDxe, with version and vendor */
	const char *vendor;
	struct coco_view vars;    /* contents of the volume of variables, behind its header */
	const struct coco_mint_firmware *end;   /* last pages */
	bool no_packed;           /* no packed part */
	bool packed_damaged;      /* its first byte is of no LZMA stream */
	bool no_setup;            /* the setup program is not among the drivers */
	bool secure_boot;         /* a build with Secure Boot */
};

enum {
	COCO_MINT_VARS = 0x4000,   /* bytes of the volume of variables, at offset 0 */
	COCO_MINT_MAIN = 0x8000,   /* of the volume with the packed part, after it */
};

/* The behaviour of edk2-stable202508, with TDX metadata that fits. */
extern const struct coco_mint_ovmf coco_mint_ovmf_new;

/* coco_mint_ovmf - the bytes of an image; coco_free. */
uint8_t *coco_mint_ovmf(const struct coco_mint_ovmf *spec, size_t *ret_n);

/* coco_mint_ovmf_file - the same as dir/name; the path is in a static buffer. */
const char *coco_mint_ovmf_file(const char *dir, const char *name,
				const struct coco_mint_ovmf *spec);

#endif
