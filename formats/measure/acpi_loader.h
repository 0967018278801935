/*
 * acpi_loader.h - the script by which the firmware puts QEMU's ACPI tables
 * together, fw_cfg file "etc/table-loader" (measure.md 2.6). Commands of 128
 * bytes, u32 id first; zeros fill the file up. The firmware downloads, and
 * measures, a file at each ALLOCATE command, so their order is what counts.
 */
#ifndef COCO_ACPI_LOADER_H
#define COCO_ACPI_LOADER_H

#include "formats/core/diag.h"

enum {
	COCO_ACPI_NAME = 56,         /* bytes of a file's name with its NUL */
	COCO_ACPI_FILES = 16,        /* files that a script may allocate */
	COCO_ACPI_COMMAND = 128,     /* bytes of a command */
	COCO_ACPI_SCRIPT_MAX = 1 << 20,
};

/* The files of a script in the order of their ALLOCATE commands. */
struct coco_acpi_files {
	size_t n;
	char name[COCO_ACPI_FILES][COCO_ACPI_NAME];
};

/*
 * coco_acpi_loader_parse - reads a script of at most COCO_ACPI_SCRIPT_MAX
 * bytes. Errors: ACPI_LOADER (not whole commands, an unknown command, a name
 * without end or that is no path below etc/, a file allocated twice or used
 * before it is, an impossible alignment, zone or pointer size, commands after
 * the zeros, nothing allocated), FORMAT_VALUE (other bytes than zeros after
 * the last command), LIMIT_SIZE.
 */
int coco_acpi_loader_parse(struct coco_acpi_files *ret, struct coco_view script,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_acpi_file_name - the name that a fw_cfg file has in a directory of
 * blobs: without "etc/", "acpi/" and "smbios/" in front, '-' for '/':
 * "table-loader", "rsdp", "tables", "tpm-log". False when the name cannot be
 * one (it starts with a dot, or holds other than letters, digits and ._-).
 */
bool coco_acpi_file_name(const char *fw_cfg, char ret[COCO_ACPI_NAME]);

#endif
