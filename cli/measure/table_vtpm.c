/*
 * table_vtpm.c - measure vtpm in the command table.
 */
#include "cli/measure/acpi_args.h"
#include "cli/measure/bank_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"
#include "lib/measure/firmware.h"

#define VTPM struct coco_opts_measure_vtpm

static const char *const kernel_logs[] = { "both", "initrd", "nothing", NULL };

static const struct coco_opt vtpm_opts[] = {
	/* what the machine is */
	{ .name = "firmware", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "OVMF image as QEMU loads it", COCO_BIND_STR(VTPM, firmware) },
	{ .name = "firmware-generation", .kind = COCO_KIND_ENUM, .arg = "NAME",
	  .values = coco_fw_generation_names, .def = "auto",
	  .help = "which release of edk2 it behaves like", COCO_BIND_ENUM(VTPM, generation) },
	{ .name = "firmware-version", .kind = COCO_KIND_STRING, .arg = "TEXT",
	  .help = "its version text for PCR 0, when the image does not show it",
	  COCO_BIND_STR(VTPM, firmware_version) },
	{ .name = "qemu-version", .kind = COCO_KIND_STRING, .arg = "N.N", .def = "10.0",
	  .help = "before 10.0 a kernel reaches the firmware changed",
	  COCO_BIND_STR(VTPM, qemu_version) },
	{ .name = "memory", .kind = COCO_KIND_SIZE, .arg = "SIZE",
	  .help = "of the guest; matters for an initrd of a changed kernel",
	  COCO_BIND_U64(VTPM, memory) },
	COCO_OPTIONS_ACPI(VTPM, acpi),
	{ .name = "option-rom", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "EFI driver in a device's ROM, in the order of loading",
	  COCO_BIND_LIST(VTPM, roms) },
	{ .name = "secure-boot", .kind = COCO_KIND_DIR, .arg = "DIR",
	  .help = "Secure Boot is on: files PK, KEK, db, dbx with the variables' data",
	  COCO_BIND_STR(VTPM, secure_boot) },
	{ .name = "authority", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .requires = "secure-boot",
	  .help = "certificate (DER) of db that lets the images run, when db has several",
	  COCO_BIND_LIST(VTPM, authority) },
	{ .name = "mok", .kind = COCO_KIND_DIR, .arg = "DIR",
	  .help = "shim's MokList, MokListX, MokListTrusted for PCR 14",
	  COCO_BIND_STR(VTPM, mok) },
	/* a kernel from QEMU */
	{ .name = "kernel", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "disk uki",
	  .help = "kernel, or unified kernel image, that QEMU hands over",
	  COCO_BIND_STR(VTPM, kernel) },
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "kernel",
	  .help = "initial RAM disk, likewise", COCO_BIND_STR(VTPM, initrd) },
	{ .name = "append", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE", .requires = "kernel",
	  .help = "kernel command line; @FILE: the bytes of a file",
	  COCO_BIND_STR(VTPM, append) },
	{ .name = "shim", .kind = COCO_KIND_FLAG, .requires = "kernel",
	  .help = "QEMU has -shim: the kernel sees one word more", COCO_BIND_FLAG(VTPM, shim) },
	{ .name = "kernel-logs", .kind = COCO_KIND_ENUM, .arg = "WHAT", .values = kernel_logs,
	  .def = "both",
	  .help = "what the kernel's EFI stub measures: load options and initrd from 6.12 on",
	  COCO_BIND_ENUM(VTPM, logs) },
	/* a disk */
	{ .name = "disk", .kind = COCO_KIND_INPUT, .arg = "IMAGE", .conflicts = "uki",
	  .help = "disk that the firmware boots from", COCO_BIND_STR(VTPM, disk) },
	{ .name = "entry", .kind = COCO_KIND_STRING, .arg = "PATH", .requires = "disk",
	  .help = "image on the EFI system partition that systemd-boot starts",
	  COCO_BIND_STR(VTPM, entry) },
	{ .name = "boot-device", .kind = COCO_KIND_STRING, .arg = "DEVICE",
	  .help = "virtio-blk:SLOT or sata:PORT, for the disk's boot entry",
	  COCO_BIND_STR(VTPM, boot_device) },
	/* files of a disk */
	{ .name = "uki", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "unified kernel image that is booted from a disk", COCO_BIND_STR(VTPM, uki) },
	{ .name = "loader", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "uki",
	  .help = "systemd-boot, which starts it", COCO_BIND_STR(VTPM, loader) },
	{ .name = "loader-conf", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "loader",
	  .help = "its loader.conf", COCO_BIND_STR(VTPM, loader_conf) },
	{ .name = "global-addon", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT,
	  .arg = "FILE", .requires = "uki", .help = "addon of loader/addons, in order of names",
	  COCO_BIND_LIST(VTPM, global_addons) },
	{ .name = "addon", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .requires = "uki", .help = "addon beside the image, in order of names",
	  COCO_BIND_LIST(VTPM, addons) },
	{ .name = "global-credential", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT,
	  .arg = "FILE", .requires = "uki", .help = "NAME.cred of loader/credentials",
	  COCO_BIND_LIST(VTPM, global_credentials) },
	{ .name = "credential", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .requires = "uki", .help = "NAME.cred beside the image",
	  COCO_BIND_LIST(VTPM, credentials) },
	{ .name = "extension", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .requires = "uki", .help = "NAME.raw or NAME.confext.raw beside the image",
	  COCO_BIND_LIST(VTPM, extensions) },
	{ .name = "uki-profile", .kind = COCO_KIND_U32, .arg = "N", .def = "0", .max = 255,
	  .help = "profile of the image that is chosen", COCO_BIND_U32(VTPM, profile) },
	{ .name = "phase", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "PATH",
	  .help = "boot phases in PCR 11, as enter-initrd:leave-initrd; \":\" for none of them",
	  COCO_BIND_LIST(VTPM, phases) },
	/* the answer */
	{ .name = "pcr", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "N",
	  .help = "only these registers", COCO_BIND_LIST(VTPM, pcrs) },
	COCO_OPTION_BANK(VTPM, banks, "sha256 and sha384"),
	COCO_OPTIONS_ANSWER(VTPM, answer),
};

static const struct coco_example vtpm_examples[] = {
	{ "measure vtpm --firmware OVMF.fd --kernel vmlinuz --initrd initrd.img "
	  "--append console=ttyS0",
	  "a kernel that QEMU starts: PCR 4, 5 and 9 at least" },
	{ "measure vtpm --firmware OVMF.fd --disk guest.img --boot-device virtio-blk:1 "
	  "--acpi acpi -o record.json", "a disk with a unified kernel image" },
	{ "measure vtpm --uki linux.efi --pcr 11 --phase enter-initrd --explain",
	  "one register and its steps" },
};

const struct coco_cmd coco_cmd_entry_measure_vtpm = {
	.id = COCO_CMD_MEASURE_VTPM,
	.path = "measure vtpm",
	.group = "Measurements",
	.summary = "Compute the PCRs of a guest with a virtual TPM",
	.text = "QEMU and OVMF boot a kernel (--kernel), a disk image (--disk), or a unified "
		"kernel image that lies on some disk (--uki). Nothing is started. Each register is "
		"computed from files as far as they tell it; for the others the answer names "
		"what is missing and which option supplies it.\n\n"
		"Where a boot may go two ways, there are two allowed values with labels: firmware "
		"whose ExitBootServices fails once with a virtio disk, and versions of systemd "
		"between those whose behaviour is known.\n\n"
		"docs/measure-registers.md lists which register needs which input.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, vtpm_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, vtpm_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "measure snp, measure pe",
	.opts_size = sizeof(VTPM),
	.since = "0.2.0",
};
