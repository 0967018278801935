/*
 * fw_volume.h - firmware volumes, the files in them and the sections of the
 * files (UEFI Platform Initialization specification, volume 3: 3.2).
 *
 * Readers of one level each; they borrow the bytes and allocate nothing. A
 * section that is packed (LZMA) is a byte range here; unpacking it gives a
 * sequence of sections again (lib/measure/firmware.h does that).
 */
#ifndef COCO_FW_VOLUME_H
#define COCO_FW_VOLUME_H

#include "formats/core/diag.h"
#include "formats/measure/guid.h"

enum {
	COCO_FV_HEADER = 56,         /* bytes of the fixed part of a volume's header */
	COCO_FV_ALIGN = 4096,        /* volumes of an image start at multiples of it */
};

/* Types of sections that matter here. */
enum coco_fw_section_type {
	COCO_FW_SECTION_GUIDED = 0x02,   /* contents stand for something: packed, signed */
	COCO_FW_SECTION_PE32 = 0x10,
	COCO_FW_SECTION_UI = 0x15,       /* name, UTF-16 */
	COCO_FW_SECTION_VOLUME = 0x17,   /* a volume */
};

struct coco_fv {
	struct coco_view bytes;          /* the whole volume */
	uint64_t offset;                 /* of it, in the source */
	uint8_t file_system[COCO_GUID_SIZE];
	bool has_files;                  /* FFS2 or FFS3: the file system with files */
	bool has_name;
	uint8_t name[COCO_GUID_SIZE];
	size_t first;                    /* offset of the first file */
};

struct coco_fw_file {
	struct coco_view body;           /* sections, or other contents */
	uint64_t offset;                 /* of body, in the source */
	uint8_t name[COCO_GUID_SIZE];
	uint8_t type;
	bool has_sections;
};

struct coco_fw_section {
	uint8_t type;                    /* enum coco_fw_section_type or another */
	struct coco_view body;           /* contents; of a guided one those after its header */
	uint64_t offset;                 /* of body, in the source */
	uint8_t guid[COCO_GUID_SIZE];    /* of a guided one, else zeros */
};

/* GUID of guided sections whose contents are an LZMA "alone" stream. */
extern const uint8_t coco_fw_lzma_guid[COCO_GUID_SIZE];

/* GUID of the volume that is the store of variables. */
extern const uint8_t coco_fv_nvram_guid[COCO_GUID_SIZE];

/*
 * coco_fv_parse - the volume at the start of bytes; offset is where they lie
 * in the source. Errors: FIRMWARE_VOLUME (no signature, lengths that
 * disagree, a wrong checksum).
 */
int coco_fv_parse(struct coco_fv *ret, struct coco_view bytes, uint64_t offset,
		  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fv_next - the next volume of an image at or after *at, which moves
 * past it; *ret_found false at the end. What lies between volumes is skipped.
 * Errors: as coco_fv_parse.
 */
int coco_fv_next(struct coco_view image, size_t *at, struct coco_fv *ret, bool *ret_found,
		 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fw_file_next - the next file of a volume with has_files; *at starts at
 * fv->first. Pad files are skipped. *ret_found false at the end. Errors:
 * FIRMWARE_VOLUME (a size that leaves the volume, a wrong checksum).
 */
int coco_fw_file_next(const struct coco_fv *fv, size_t *at, struct coco_fw_file *ret,
		      bool *ret_found, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_fw_section_next - the next of a sequence of sections; *at starts at 0,
 * offset is where bytes lie in the source. Errors: FIRMWARE_VOLUME.
 */
int coco_fw_section_next(struct coco_view bytes, uint64_t offset, size_t *at,
			 struct coco_fw_section *ret, bool *ret_found, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
