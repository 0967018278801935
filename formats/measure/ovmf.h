/*
 * ovmf.h - the table of GUIDs at the end of an OVMF image (measure.md 1.1).
 *
 * The table ends 32 bytes before the end of the file and is read backwards:
 * an entry is data, u16 length (data + 18), GUID; the last one is the footer,
 * whose length is that of the whole table.
 */
#ifndef COCO_OVMF_H
#define COCO_OVMF_H

#include "formats/core/diag.h"

enum {
	COCO_OVMF_PAGE = 4096,
	COCO_OVMF_MAX = 64 << 20,   /* bytes of an image */
	COCO_OVMF_TAIL = 32,        /* bytes after the table */
	COCO_OVMF_ENTRY = 18,       /* u16 length and GUID */
};

/* What the known entries say; has_x false: there is no such entry. */
struct coco_ovmf {
	bool has_table;
	bool has_reset;        /* SEV-ES reset block */
	uint32_t reset_eip;
	bool has_hashes;       /* area for the kernel hashes table */
	uint32_t hashes_base;  /* 0: not supported */
	uint32_t hashes_size;
	bool has_secret;       /* launch secret area */
	uint32_t secret_base;
	uint32_t secret_size;
	bool has_sev;          /* SEV metadata, this far from the end of the file */
	uint32_t sev_distance;
	bool has_tdx;          /* TDX metadata, likewise */
	uint32_t tdx_distance;
	bool has_igvm;         /* IGVM metadata, likewise */
	uint32_t igvm_distance;
	bool has_svsm;         /* SVSM info: start relative to the image's address */
	uint32_t svsm_start;
};

/*
 * coco_ovmf_parse - reads the table of a whole image (borrowed). An image
 * without one is fine (has_table false). Errors: FIRMWARE_SIZE (empty, not
 * whole pages, above the maximum), FIRMWARE_TABLE (a length that leaves the
 * table, a known entry that is too short or appears twice).
 */
int coco_ovmf_parse(struct coco_ovmf *ret, struct coco_view image, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
