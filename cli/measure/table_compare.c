/*
 * table_compare.c - measure diff and measure search in the command table.
 */
#include "cli/measure/disk_args.h"
#include "cli/measure/profile_use.h"
#include "cli/measure/table_measure.h"

#define DIFF struct coco_opts_measure_diff

static const struct coco_operand diff_operands[] = {
	{ .name = "record", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "measurement record: what is expected", COCO_BIND_STR(DIFF, record) },
	{ .name = "observed", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "event log, SEV-SNP report, TDX quote, or another record",
	  COCO_BIND_STR(DIFF, actual) },
};

static const struct coco_opt diff_opts[] = {
	{ .name = "explain", .kind = COCO_KIND_FLAG,
	  .help = "print every difference, not only the first of each register",
	  COCO_BIND_FLAG(DIFF, explain) },
};

static const struct coco_example diff_examples[] = {
	{ "measure diff record.json binary_bios_measurements",
	  "where the boot of a guest left the prediction" },
	{ "measure diff old.json new.json --explain", "what a new kernel changes" },
};

const struct coco_cmd coco_cmd_entry_measure_diff = {
	.id = COCO_CMD_MEASURE_DIFF,
	.path = "measure diff",
	.group = "Measurements",
	.summary = "Compare a measurement record with an event log or a record",
	.text = "For each register of the record the answer is equal, differs, or not compared "
		"with the reason. Where a register differs, the first step at which the two part "
		"is shown with both contents; steps that were inserted or left out are "
		"recognised, and among several allowed values the one that agrees for longest is "
		"taken.\n\n"
		"Event logs are TPM logs (binary_bios_measurements) with any banks, the CCEL data "
		"of TDX guests, and dstack's JSON. Digests are compared, never texts: what a log "
		"says of an event is shown as a label. A report or quote gives values without "
		"steps. Nothing is verified here; the log proves something only together with a "
		"quote of its registers.",
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, diff_operands),
	COCO_LIST(opts, diff_opts),
	COCO_LIST(examples, diff_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "measure search, measure snp",
	.opts_size = sizeof(DIFF),
	.since = "0.2.0",
};

/* ---- measure search --------------------------------------------------------------- */

#define SEARCH struct coco_opts_measure_search

static const char *const platforms[] = { "snp", "sev-es", "sev", "tdx", "tpm", "vtpm", NULL };
static const char *const linux_events[] = { "both", "initrd", "none", NULL };
static const char *const search_vmms[] = { "qemu", "ec2", "gce", "krun", NULL };

static const struct coco_opt search_opts[] = {
	COCO_OPTIONS_PROFILE(SEARCH, profile),
	{ .name = "actual", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REQUIRED,
	  .arg = "HEX|FILE", .help = "launch digest, SEV-SNP report, event log or TDX quote",
	  COCO_BIND_STR(SEARCH, actual) },
	{ .name = "platform", .kind = COCO_KIND_ENUM, .arg = "NAME", .values = platforms,
	  .def = "snp", .help = "what has this value",
	  COCO_BIND_ENUM(SEARCH, platform) },
	{ .name = "register", .kind = COCO_KIND_STRING, .arg = "NAME",
	  .help = "rtmr0, pcr4, ...; when not given rtmr2, pcr9",
	  COCO_BIND_STR(SEARCH, reg) },
	{ .name = "firmware", .kind = COCO_KIND_INPUT, .arg = "FILE|DIR",
	  .help = "OVMF image, or a directory of them", COCO_BIND_STR(SEARCH, firmware) },
	{ .name = "kernel", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "disk uki",
	  .help = "that the VMM hands over, or its hash",
	  COCO_BIND_STR(SEARCH, kernel) },
	{ .name = "initrd", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "initial RAM disk, likewise", COCO_BIND_STR(SEARCH, initrd) },
	{ .name = "append", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",
	  .help = "kernel command line; @FILE: the bytes of a file",
	  COCO_BIND_STR(SEARCH, append) },
	{ .name = "vcpus", .kind = COCO_KIND_STRING, .arg = "LIST", .def = "1-64",
	  .help = "numbers of vCPUs", COCO_BIND_STR(SEARCH, cpu.vcpus) },
	{ .name = "vcpu-type", .kind = COCO_KIND_STRING, .arg = "MODEL|all", .def = "all",
	  .conflicts = "vcpu-sig", .help = "vCPU models, comma between",
	  COCO_BIND_STR(SEARCH, cpu.type) },
	{ .name = "vcpu-sig", .kind = COCO_KIND_STRING, .arg = "N",
	  .help = "CPUID signature instead of a model",
	  COCO_BIND_STR(SEARCH, cpu.signature) },
	{ .name = "vmm", .kind = COCO_KIND_ENUM, .arg = "VMM", .values = search_vmms,
	  .help = "who started the guest; any when not given",
	  COCO_BIND_ENUM(SEARCH, cpu.vmm) },
	{ .name = "guest-features", .kind = COCO_KIND_STRING, .arg = "N",
	  .help = "SEV_FEATURES; the usual ones when not given",
	  COCO_BIND_STR(SEARCH, features) },
	{ .name = "memory", .kind = COCO_KIND_STRING, .arg = "LIST",
	  .help = "TDX, vTPM: memory sizes of the guest, as 2G,64G",
	  COCO_BIND_STR(SEARCH, memory) },
	{ .name = "firmware-generation", .kind = COCO_KIND_STRING, .arg = "LIST|all",
	  .def = "the image's", .help = "TDX, vTPM: releases of edk2",
	  COCO_BIND_STR(SEARCH, generation) },
	{ .name = "qemu-version", .kind = COCO_KIND_STRING, .arg = "LIST",
	  .help = "TDX, vTPM: versions of QEMU, as 8.2,10.0",
	  COCO_BIND_STR(SEARCH, qemu_version) },
	{ .name = "acpi", .kind = COCO_KIND_STRING, .arg = "DIR", .conflicts = "qemu",
	  .help = "TDX, vTPM: ACPI files, comma between several",
	  COCO_BIND_STR(SEARCH, acpi) },
	{ .name = "qemu", .kind = COCO_KIND_STRING, .arg = "PROGRAM",
	  .help = "TDX: ask it for those of each memory size and vCPU count",
	  COCO_BIND_STR(SEARCH, qemu) },
	{ .name = "qemu-args", .kind = COCO_KIND_STRING, .arg = "TEXT|@FILE",
	  .requires = "qemu", .help = "options of the machine",
	  COCO_BIND_STR(SEARCH, qemu_args) },
	{ .name = "phys-bits", .kind = COCO_KIND_U32, .arg = "N", .requires = "qemu",
	  .min = 36, .max = 52, .help = "physical address bits that the firmware uses",
	  COCO_BIND_U32(SEARCH, phys_bits) },
	COCO_OPTIONS_DISK_BOOT(SEARCH, from),
	{ .name = "vars", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED, .arg = "FILE",
	  .conflicts = "secure-boot", .help = "vTPM: store of variables: OVMF_VARS.fd",
	  COCO_BIND_STR(SEARCH, vars) },
	{ .name = "secure-boot", .kind = COCO_KIND_DIR, .flags = COCO_OPT_SHARED, .arg = "DIR",
	  .help = "vTPM: on, with the variables PK, KEK, db, dbx",
	  COCO_BIND_STR(SEARCH, secure_boot) },
	{ .name = "authority", .kind = COCO_KIND_INPUT,
	  .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED, .arg = "FILE",
	  .help = "certificate of db that is used, DER", COCO_BIND_LIST(SEARCH, authority) },
	{ .name = "mok", .kind = COCO_KIND_DIR, .flags = COCO_OPT_SHARED, .arg = "DIR",
	  .help = "vTPM: shim's MokList, MokListX, MokListTrusted",
	  COCO_BIND_STR(SEARCH, mok) },
	{ .name = "option-rom", .kind = COCO_KIND_INPUT,
	  .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED, .arg = "FILE",
	  .help = "vTPM: EFI drivers in devices, in order", COCO_BIND_LIST(SEARCH, roms) },
	{ .name = "shim", .kind = COCO_KIND_FLAG, .flags = COCO_OPT_SHARED,
	  .help = "vTPM: QEMU has -shim", COCO_BIND_FLAG(SEARCH, shim) },
	{ .name = "linux-events", .kind = COCO_KIND_ENUM, .flags = COCO_OPT_SHARED,
	  .arg = "WHICH", .values = linux_events, .def = "both",
	  .help = "of the kernel's EFI stub (6.12: both)",
	  COCO_BIND_ENUM(SEARCH, linux_events) },
	{ .name = "event", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED,
	  .arg = "NAME=HEX", .help = "TDX: SHA-384 of an event, instead of computing it",
	  COCO_BIND_LIST(SEARCH, events) },
	{ .name = "fw-cfg", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED,
	  .arg = "NAME=HEX", .help = "TDX: bytes of a measured fw_cfg item",
	  COCO_BIND_LIST(SEARCH, items) },
	{ .name = "vary", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "NAME=LIST", .help = "what to try instead, as below",
	  COCO_BIND_LIST(SEARCH, vary) },
};

static const struct coco_example search_examples[] = {
	{ "measure search --actual report.bin --firmware OVMF.amdsev.fd --kernel vmlinuz "
	  "--initrd initrd.img --append @cmdline.txt",
	  "which vCPUs, VMM and features a guest was started with" },
	{ "measure search --actual 0123...cdef --firmware OVMF.amdsev.fd --kernel vmlinuz "
	  "--vary append=@lines.txt,vcpus=1..8,vcpu-type=EPYC-v4",
	  "which of many command lines" },
	{ "measure search --actual binary_bios_measurements --vary "
	  "append=@lines.txt,initrd=initrds.d,kernel=kernels.d",
	  "what a guest with a vTPM has booted" },
	{ "measure search --actual quote.bin --kernel vmlinuz --append @cmdline.txt --vary "
	  "firmware=firmware.d,memory=2G,4G,8G,acpi=acpi2,acpi4",
	  "which firmware and machine a TDX guest has" },
	{ "measure search --actual log.bin --firmware OVMF.fd --vary uki=releases.d",
	  "which release a guest with a vTPM and Secure Boot has booted" },
};

const struct coco_cmd coco_cmd_entry_measure_search = {
	.id = COCO_CMD_MEASURE_SEARCH,
	.path = "measure search",
	.group = "Measurements",
	.summary = "Find the launch that explains an observed digest",
	.text = "Tries every combination of what is varied until one has the observed value, and "
		"prints the command that computes it. What is not given is varied over what is "
		"usual: 1 to 64 vCPUs, all models and VMMs, the features that hosts set, with and "
		"without kernel hashes.\n\n"
		"--vary takes NAME=LIST, several with a comma between: vcpus=1..64, vcpu-type=all, "
		"vmm=all, ec2-reset=all, features=0x1,0x21, hashes=on,off, append-form=all, "
		"append=@FILE (a line each), append=TEXT, firmware=DIR, kernel=DIR, initrd=DIR or "
		"none. It replaces the option of the same thing.\n\n"
		"A digest fits or it does not; there is no nearest one. When none fits, the answer "
		"says whether the value is one on the way (the firmware alone, everything but the "
		"vCPUs). Of an event log command line, initrd and images are explained one by one, "
		"of RTMR2 or PCR 9 command line and initrd together.\n\n"
		"Given firmware, or an image or a disk for a vTPM, every register of a log, a "
		"quote or --register is searched over what it depends on; disk, Secure Boot keys "
		"and addons stay as they are given. --vary then also takes "
		"memory=2G,4G, firmware-generation=all, qemu-version=8.2,10.0, acpi=DIR,DIR, "
		"uki=DIR. Both orders of pages in MRTD, ExitBootServices once or twice and all "
		"boot phases are tried. Of a log the nearest candidate and the first event that "
		"differs are shown.",
	.flags = COCO_CMD_VERIFIES | COCO_CMD_JOBS | COCO_CMD_PROGRESS,
	COCO_LIST(opts, search_opts),
	COCO_LIST(examples, search_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "measure snp, measure sev-es, measure diff",
	.opts_size = sizeof(SEARCH),
	.since = "0.2.0",
};
