/*
 * acpi.h - the ACPI files that QEMU hands to the firmware, which measures each
 * of them as it is (measure.md 2.4 item 6, 2.6), and the SMBIOS tables that
 * come the same way.
 */
#ifndef COCO_ACPI_H
#define COCO_ACPI_H

#include "formats/measure/acpi_loader.h"
#include "formats/measure/mrecord.h"

/* A file of fw_cfg. */
struct coco_acpi_blob {
	char name[COCO_ACPI_NAME];   /* "etc/table-loader", "etc/acpi/tables" */
	uint8_t *p;                  /* owned */
	size_t n;
};

/*
 * In the order in which the firmware measures: blob 0 is "etc/table-loader",
 * the others are the files of its ALLOCATE commands.
 */
struct coco_acpi {
	size_t n;
	struct coco_acpi_blob blob[COCO_ACPI_FILES + 1];
	struct coco_acpi_blob smbios;   /* "etc/smbios/smbios-tables"; p NULL: there is none */
	bool asked;                     /* QEMU made them (qemu_ask.h) */
	bool has_window;                /* then: a device uses the window of 64-bit PCI memory */
	uint64_t window;                /* its start */
};

/*
 * coco_acpi_load - reads a directory that holds them under the names of
 * coco_acpi_file_name; "smbios-tables" may be missing. Gives *ret
 * (coco_acpi_free). Errors: ACPI_LOADER, ACPI_FILE (a file is missing, empty
 * or two would have one name), IO_..., LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_acpi_load(const char *dir, struct coco_acpi *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_acpi_save - writes them as the directory dir, whole or not at all;
 * flags: enum coco_out_flags. coco_acpi_load reads it.
 */
int coco_acpi_save(const struct coco_acpi *a, const char *dir, unsigned flags,
		   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_acpi_record - names every file with its digest in a record, as "acpi
 * table-loader" and so on, the SMBIOS tables as "smbios-tables", and the
 * parameter pci_window when QEMU was asked and a device uses it.
 */
int coco_acpi_record(const struct coco_acpi *a, struct coco_mrecord *rec,
		     struct coco_diag *diag) COCO_MUSTUSE;

void coco_acpi_free(struct coco_acpi *a);   /* fine on a zeroed struct */

#endif
