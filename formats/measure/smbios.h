/*
 * smbios.h - the SMBIOS tables as the firmware measures them: what QEMU hands
 * over, what the firmware adds, and the fields that it blanks (measure.md 2.7;
 * DMTF DSP0134 for the structures).
 */
#ifndef COCO_SMBIOS_H
#define COCO_SMBIOS_H

#include "formats/core/diag.h"

enum {
	COCO_SMBIOS_MAX = 4 << 20,   /* bytes of the tables */
	COCO_SMBIOS_TEXT = 64,       /* bytes of a text of the firmware, without NUL */
};

/* The texts of the BIOS structure that the firmware adds when QEMU has none. */
struct coco_smbios_firmware {
	const char *vendor;
	const char *version;
	const char *date;
};

/*
 * coco_smbios_measured - the bytes that the firmware hashes, from QEMU's
 * "etc/smbios/smbios-tables". fw may be NULL: then tables without a BIOS
 * structure (type 0) are refused with USAGE_MISSING. Gives *ret (coco_free).
 * Errors: SMBIOS (a structure that is too short or runs past the end, a text
 * number that it has no text for, bytes after the last structure), USAGE_VALUE
 * (a text of fw is empty, too long or not ASCII), LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_smbios_measured(struct coco_view tables, const struct coco_smbios_firmware *fw,
			 uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_smbios_has_bios - whether QEMU's tables have a BIOS structure. Errors: as above. */
int coco_smbios_has_bios(struct coco_view tables, bool *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
