/*
 * acpi_args.h - the options by which a command gets ACPI files and SMBIOS
 * tables: from a directory, or from a QEMU that is asked.
 */
#ifndef COCO_ACPI_ARGS_H
#define COCO_ACPI_ARGS_H

#include "cli/core/cli.h"
#include "cli/measure/opts_measure.h"
#include "formats/measure/smbios.h"
#include "lib/measure/acpi.h"

/* The options behind struct coco_opts_acpi; s is the option struct, m the member. */
#define COCO_OPTIONS_ACPI(s, m)                                                           \
	{ .name = "acpi", .kind = COCO_KIND_DIR, .arg = "DIR", .conflicts = "qemu",       \
	  .help = "ACPI files of fw_cfg: table-loader, rsdp, tables",                     \
	  COCO_BIND_STR(s, m.acpi) },                                                     \
	{ .name = "qemu", .kind = COCO_KIND_STRING, .arg = "PROGRAM",                     \
	  .help = "ask this QEMU for them; no guest runs",                                \
	  COCO_BIND_STR(s, m.qemu) },                                                     \
	{ .name = "qemu-args", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",             \
	  .requires = "qemu",                                                             \
	  .help = "the machine's options, every device among them: -nodefaults is added", \
	  COCO_BIND_STR(s, m.qemu_args) },                                                \
	{ .name = "phys-bits", .kind = COCO_KIND_U32, .arg = "N", .requires = "qemu",     \
	  .conflicts = "pci-window", .min = 36, .max = 52,                                \
	  .help = "physical address bits that OVMF uses, up to 46",                       \
	  COCO_BIND_U32(s, m.phys_bits) },                                                \
	{ .name = "pci-window", .kind = COCO_KIND_STRING, .arg = "N", .requires = "qemu", \
	  .help = "start of the window of 64-bit PCI memory",                             \
	  COCO_BIND_STR(s, m.pci_window) },                                               \
	{ .name = "save-acpi", .kind = COCO_KIND_DIR, .arg = "DIR", .requires = "qemu",   \
	  .help = "write what QEMU answers as a directory for --acpi",                    \
	  COCO_BIND_STR(s, m.save) },                                                     \
	{ .name = "smbios", .kind = COCO_KIND_INPUT, .arg = "FILE",                       \
	  .help = "SMBIOS tables, when not in the same directory",                        \
	  COCO_BIND_STR(s, m.smbios) },                                                   \
	{ .name = "bios-vendor", .kind = COCO_KIND_STRING, .arg = "TEXT",                 \
	  .requires = "bios-version bios-date",                                           \
	  .help = "vendor in the firmware's own SMBIOS structure",                        \
	  COCO_BIND_STR(s, m.bios_vendor) },                                              \
	{ .name = "bios-version", .kind = COCO_KIND_STRING, .arg = "TEXT",                \
	  .requires = "bios-vendor bios-date", .help = "version in it",                   \
	  COCO_BIND_STR(s, m.bios_version) },                                             \
	{ .name = "bios-date", .kind = COCO_KIND_STRING, .arg = "MM/DD/YYYY",             \
	  .requires = "bios-vendor bios-version", .help = "date in it",                   \
	  COCO_BIND_STR(s, m.bios_date) }

/* What the options give. */
struct coco_acpi_args {
	bool has_acpi;                 /* acpi holds files; else at most its smbios */
	struct coco_acpi acpi;         /* owned */
	bool has_bios;
	struct coco_smbios_firmware bios;   /* borrowed from the options */
};

/*
 * coco_acpi_args - loads or asks, and saves; coco_acpi_args_free in any case.
 * Errors: those of coco_acpi_load, coco_qemu_ask, coco_acpi_save,
 * USAGE_VALUE.
 */
int coco_acpi_args(struct coco_cli *cli, const struct coco_opts_acpi *o,
		   struct coco_acpi_args *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_acpi_args_free(struct coco_acpi_args *a);

#endif
