/*
 * table_vtpm.c - measure vtpm in the command table.
 */
#include "cli/measure/acpi_args.h"
#include "cli/measure/bank_args.h"
#include "cli/measure/disk_args.h"
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

#define VTPM struct coco_opts_measure_vtpm

static const char *const kernel_logs[] = { "both", "initrd", "nothing", NULL };

static const struct coco_opt vtpm_opts[] = {
	COCO_OPTIONS_PROFILE(VTPM, launch),
	/* what the machine is */
	{ .name = "firmware", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "OVMF image as QEMU loads it", COCO_BIND_STR(VTPM, firmware) },
	{ .name = "generation", .kind = COCO_KIND_STRING, .arg = "NAME", .def = "the image's",
	  .help = "of OVMF: edk2-stable202508", COCO_BIND_STR(VTPM, generation) },
	{ .name = "qemu-version", .kind = COCO_KIND_STRING, .arg = "N.N", .def = "10.0",
	  .help = "before 10.0 it changes the kernel", COCO_BIND_STR(VTPM, qemu_version) },
	{ .name = "memory", .kind = COCO_KIND_SIZE, .arg = "SIZE",
	  .help = "of the guest, when QEMU changes the kernel", COCO_BIND_U64(VTPM, memory) },
	{ .name = "acpi", .kind = COCO_KIND_DIR, .arg = "DIR", .conflicts = "qemu",
	  .help = "ACPI and SMBIOS files of QEMU's fw_cfg", COCO_BIND_STR(VTPM, acpi.acpi) },
	{ .name = "qemu", .kind = COCO_KIND_STRING, .arg = "PROGRAM",
	  .help = "ask this QEMU for them; no guest runs", COCO_BIND_STR(VTPM, acpi.qemu) },
	{ .name = "qemu-args", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",
	  .requires = "qemu", .help = "all options of the machine",
	  COCO_BIND_STR(VTPM, acpi.qemu_args) },
	{ .name = "phys-bits", .kind = COCO_KIND_U32, .arg = "N", .requires = "qemu",
	  .min = 36, .max = 52, .help = "physical address bits that OVMF uses",
	  COCO_BIND_U32(VTPM, acpi.phys_bits) },
	{ .name = "option-rom", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "EFI drivers in devices, in order", COCO_BIND_LIST(VTPM, roms) },
	{ .name = "secure-boot", .kind = COCO_KIND_DIR, .arg = "DIR",
	  .help = "on, with the variables PK, KEK, db, dbx", COCO_BIND_STR(VTPM, secure_boot) },
	{ .name = "vars", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "secure-boot",
	  .help = "store with these variables: OVMF_VARS.fd", COCO_BIND_STR(VTPM, vars) },
	{ .name = "authority", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "certificate of db that is used, DER",
	  COCO_BIND_LIST(VTPM, authority) },
	{ .name = "mok", .kind = COCO_KIND_DIR, .arg = "DIR",
	  .help = "shim's MokList, MokListX, MokListTrusted", COCO_BIND_STR(VTPM, mok) },
	/* a kernel from QEMU */
	{ .name = "kernel", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "disk uki",
	  .help = "that QEMU hands over, plain or unified", COCO_BIND_STR(VTPM, kernel) },
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "kernel",
	  .help = "initial RAM disk, likewise", COCO_BIND_STR(VTPM, initrd) },
	{ .name = "append", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE", .requires = "kernel",
	  .help = "kernel command line", COCO_BIND_STR(VTPM, append) },
	COCO_OPTIONS_DIRECT_MORE(VTPM, machine, shim, dtb),
	{ .name = "kernel-logs", .kind = COCO_KIND_ENUM, .arg = "WHAT", .values = kernel_logs,
	  .def = "both", .help = "in PCR 9",
	  COCO_BIND_ENUM(VTPM, logs) },
	/* a disk, or files of one */
	COCO_OPTIONS_DISK_BOOT(VTPM, from),
	{ .name = "phase", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "PATH",
	  .help = "as enter-initrd:leave-initrd; \":\" for none", COCO_BIND_LIST(VTPM, phases) },
	/* the answer */
	{ .name = "pcr", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "N",
	  .help = "only these registers", COCO_BIND_LIST(VTPM, pcrs) },
	COCO_OPTION_BANK(VTPM, banks, "sha256 and sha384"),
	COCO_OPTION_KNOWN(VTPM, answer),
	COCO_OPTIONS_ANSWER(VTPM, answer),
};

static const struct coco_example vtpm_examples[] = {
	{ "measure vtpm --firmware OVMF.fd --disk guest.img --acpi acpi",
	  "a disk with a unified kernel image" },
	{ "measure vtpm --uki linux.efi --pcr 11 --explain", "one register and its steps" },
};

const struct coco_cmd coco_cmd_entry_measure_vtpm = {
	.id = COCO_CMD_MEASURE_VTPM,
	.path = "measure vtpm",
	.group = "Measurements",
	.summary = "Compute the PCRs of a guest with a virtual TPM",
	.text = "QEMU and OVMF boot a kernel, a disk, or a unified kernel image of some disk. What "
		"is not computed is named with the option that supplies it "
		"(docs/measure-registers.md). Where a boot may go two ways there are two values.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, vtpm_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, vtpm_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS) | COCO_EXIT_BIT(INDETERMINATE),
	.see = "measure snp, measure pe",
	.opts_size = sizeof(VTPM),
	.since = "0.2.0",
};
