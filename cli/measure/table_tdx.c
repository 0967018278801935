/*
 * table_tdx.c - measure tdx in the command table.
 */
#include "cli/measure/acpi_args.h"
#include "cli/measure/disk_args.h"
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"
#include "lib/measure/firmware.h"

#define TDX struct coco_opts_measure_tdx

static const char *const add_pages[] = { "auto", "single", "two", "both", NULL };
static const char *const linux_events[] = { "both", "initrd", "none", NULL };
static const char *const exit_services[] = { "once", "either", NULL };

static const struct coco_opt tdx_opts[] = {
	COCO_OPTIONS_PROFILE(TDX, profile),
	{ .name = "firmware", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REQUIRED,
	  .arg = "FILE", .help = "whole OVMF image, as of -bios",
	  COCO_BIND_STR(TDX, firmware) },
	{ .name = "firmware-generation", .kind = COCO_KIND_ENUM, .arg = "NAME",
	  .values = coco_fw_generation_names, .def = "auto",
	  .help = "how the firmware behaves; auto: as the image shows",
	  COCO_BIND_ENUM(TDX, generation) },
	{ .name = "kernel", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "disk uki",
	  .help = "kernel or unified kernel image of QEMU's -kernel",
	  COCO_BIND_STR(TDX, kernel) },
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "kernel",
	  .help = "initial RAM disk, likewise", COCO_BIND_STR(TDX, initrd) },
	{ .name = "append", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",
	  .requires = "kernel", .help = "kernel command line; @FILE: the bytes of a file",
	  COCO_BIND_STR(TDX, append) },
	COCO_OPTIONS_DIRECT_MORE(TDX, machine, shim, dtb),
	COCO_OPTIONS_DISK_BOOT(TDX, from),
	{ .name = "memory", .kind = COCO_KIND_STRING, .arg = "LIST",
	  .help = "memory sizes: 2G or 2G,2560M,64G", COCO_BIND_STR(TDX, memory) },
	{ .name = "vcpus", .kind = COCO_KIND_STRING, .arg = "LIST", .requires = "qemu",
	  .help = "vCPU counts that QEMU is asked for: 4 or 1-8", COCO_BIND_STR(TDX, vcpus) },
	{ .name = "max-vcpus", .kind = COCO_KIND_U32, .arg = "N", .requires = "vcpus",
	  .min = 1, .max = 4096, .help = "vCPUs that could be added, for QEMU's -smp",
	  COCO_BIND_U32(TDX, max_vcpus) },
	{ .name = "qemu-version", .kind = COCO_KIND_STRING, .arg = "N",
	  .help = "of the QEMU that starts the guest, as 10.1", COCO_BIND_STR(TDX, qemu_version) },
	{ .name = "add-page", .kind = COCO_KIND_ENUM, .arg = "ORDER", .values = add_pages,
	  .def = "auto", .help = "order of pages in MRTD; two: QEMU 8",
	  COCO_BIND_ENUM(TDX, add_page) },
	{ .name = "linux-events", .kind = COCO_KIND_ENUM, .arg = "WHICH",
	  .values = linux_events, .def = "both",
	  .help = "of the kernel's EFI stub (6.12: both)",
	  COCO_BIND_ENUM(TDX, linux_events) },
	{ .name = "exit-boot-services", .kind = COCO_KIND_ENUM, .arg = "TIMES",
	  .values = exit_services, .def = "once",
	  .help = "either: also where it is repeated",
	  COCO_BIND_ENUM(TDX, exit_services) },
	COCO_OPTIONS_ACPI(TDX, tables),
	{ .name = "event", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "NAME=HEX", .help = "SHA-384 of an event, instead of computing it",
	  COCO_BIND_LIST(TDX, events) },
	{ .name = "fw-cfg", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "NAME=HEX", .help = "bytes of a measured fw_cfg item",
	  COCO_BIND_LIST(TDX, items) },
	{ .name = "attributes", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "TD attributes that the quote must show, 8 bytes",
	  COCO_BIND_STR(TDX, attributes) },
	{ .name = "xfam", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "XFAM that the quote must show, 8 bytes", COCO_BIND_STR(TDX, xfam) },
	{ .name = "mrconfigid", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "MRCONFIGID that the host sets, 48 bytes", COCO_BIND_STR(TDX, mrconfigid) },
	{ .name = "mrowner", .kind = COCO_KIND_STRING, .arg = "HEX", .help = "MROWNER, likewise",
	  COCO_BIND_STR(TDX, mrowner) },
	{ .name = "mrownerconfig", .kind = COCO_KIND_STRING, .arg = "HEX",
	  .help = "MROWNERCONFIG, likewise", COCO_BIND_STR(TDX, mrownerconfig) },
	COCO_OPTION_KNOWN(TDX, answer),
	{ .name = "register", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME",
	  .help = "only these: mrtd, rtmr0 to rtmr3", COCO_BIND_LIST(TDX, registers) },
	COCO_OPTIONS_ANSWER(TDX, answer),
};

static const struct coco_example tdx_examples[] = {
	{ "measure tdx --firmware OVMF.fd --explain",
	  "MRTD alone, and the sections that make it" },
	{ "measure tdx --firmware OVMF.fd --kernel vmlinuz --initrd initrd.img "
	  "--append console=hvc0 --memory 2G,64G --qemu-version 10.1 "
	  "--qemu qemu-system-x86_64 --qemu-args \"-machine q35,smm=off\" -o record.json",
	  "every register, for two sizes of a guest" },
};

const struct coco_cmd coco_cmd_entry_measure_tdx = {
	.id = COCO_CMD_MEASURE_TDX,
	.path = "measure tdx",
	.group = "Measurements",
	.summary = "Compute MRTD and the RTMRs of an Intel TDX guest",
	.text = "For a guest that QEMU starts with OVMF and a kernel (-kernel), or that boots a "
		"unified kernel image from its disk. Nothing is started "
		"and no hardware is needed, but for ACPI tables: they come from the files of a "
		"machine (--acpi) or from a stock QEMU that is asked and never runs the guest "
		"(--qemu). What cannot be computed is named with the option that supplies it.\n\n"
		"What the firmware measures differs between releases of edk2: the image shows it. "
		"Lists of memory sizes, vCPU counts or orders make a set of allowed values, each "
		"labelled.\n\n"
		"Names for --event: TD HOB, CFV, SecureBoot, PK, KEK, db, dbx, authority, smbios, "
		"kernel, initrd, load options, fw_cfg files (etc/table-loader, etc/acpi/rsdp, "
		"etc/acpi/tables, in order), boot variables (BootOrder, Boot0000, in order).",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN | COCO_CMD_JOBS,
	COCO_LIST(opts, tdx_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, tdx_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "measure snp",
	.opts_size = sizeof(TDX),
	.since = "0.2.0",
};
