/*
 * table_profile.c - measure profile import and check in the command table.
 */
#include "cli/measure/opts_profile.h"
#include "cli/measure/table_measure.h"

static const char *const platforms[] = COCO_PROFILE_PLATFORM_WORDS;

/* ---- measure profile import ------------------------------------------------------- */

#define IMPORT struct coco_opts_measure_profile_import

static const struct coco_opt import_opts[] = {
	{ .name = "qemu-argv", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "libvirt kata",
	  .help = "QEMU command line: /proc/PID/cmdline, shell text or JSON array",
	  COCO_BIND_STR(IMPORT, qemu_argv) },
	{ .name = "libvirt", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "kata",
	  .help = "domain as virsh dumpxml prints it", COCO_BIND_STR(IMPORT, libvirt) },
	{ .name = "kata", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "Kata configuration.toml; config.d beside it is read too",
	  COCO_BIND_STR(IMPORT, kata) },
	{ .name = "platform", .kind = COCO_KIND_ENUM, .arg = "NAME", .values = platforms,
	  .help = "platform, where the input does not say it or says another",
	  COCO_BIND_ENUM(IMPORT, platform) },
	{ .name = "max-vcpus", .kind = COCO_KIND_U32, .arg = "N", .requires = "kata", .min = 1,
	  .max = 4096, .help = "processors of the node, where default_maxvcpus is 0",
	  COCO_BIND_U32(IMPORT, max_vcpus) },
};

static const struct coco_example import_examples[] = {
	{ "measure profile import --qemu-argv cmdline -o guest.toml",
	  "cmdline is a copy of /proc/PID/cmdline" },
	{ "measure profile import --libvirt guest.xml -o guest.toml", "of a libvirt domain" },
	{ "measure profile import --kata configuration-qemu-snp.toml --max-vcpus 64 -o kata.toml",
	  "of a Kata runtime class, for every size of a pod" },
};

const struct coco_cmd coco_cmd_entry_measure_profile_import = {
	.id = COCO_CMD_MEASURE_PROFILE_IMPORT,
	.path = "measure profile import",
	.group = "Measurements",
	.summary = "Make a launch profile from a recorded launch",
	.text = "The profile has a comment with the origin of each value. Warnings name what may "
	"be "
		"measured and is not in the profile: options that are not known, devices behind "
		"ACPI "
		"tables, firmware that is chosen elsewhere. Nothing is fetched and no file of the "
		"guest is read.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, import_opts),
	.one_of = "qemu-argv|libvirt|kata",
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the launch profile, TOML",
		    .def = "standard output" },
	COCO_LIST(examples, import_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(INDETERMINATE) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "measure profile check, measure snp",
	.opts_size = sizeof(IMPORT),
	.since = "0.2.0",
};

/* ---- measure profile check -------------------------------------------------------- */

#define CHECK struct coco_opts_measure_profile_check

static const struct coco_operand check_operands[] = {
	{ .name = "profile", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "the launch profile", COCO_BIND_STR(CHECK, profile) },
};

static const struct coco_example check_examples[] = {
	{ "measure profile check guest.toml", "before measurements are published" },
};

const struct coco_cmd coco_cmd_entry_measure_profile_check = {
	.id = COCO_CMD_MEASURE_PROFILE_CHECK,
	.path = "measure profile check",
	.group = "Measurements",
	.summary = "Check whether a launch profile is complete and consistent",
	.text = "Looks at the profile and the files that it names, for each of its platforms: "
	"inputs "
		"that are measured and missing, parts that cannot both hold, firmware that does "
		"not "
		"fit. Exit code 0 when it is complete, 1 when it contradicts itself, 8 when "
		"something "
		"is missing. Warnings do not count.",
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, check_operands),
	COCO_LIST(examples, check_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "measure profile import, measure snp",
	.opts_size = sizeof(CHECK),
	.since = "0.2.0",
};
