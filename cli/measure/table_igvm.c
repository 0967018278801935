/*
 * table_igvm.c - measure igvm in the command table.
 */
#include "cli/measure/profile_use.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

static const char *const platforms[] = { "auto", "snp", "tdx", "sev", "sev-es", NULL };
static const char *const rules[] = { "auto", "igvm", "igvmmeasure", "qemu", NULL };

#define IGVM struct coco_opts_measure_igvm

static const struct coco_operand igvm_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .max = 1, .help = "IGVM file",
	  .offset = offsetof(IGVM, file) },
};

static const struct coco_opt igvm_opts[] = {
	COCO_OPTIONS_PROFILE(IGVM, profile),
	{ .name = "platform", .kind = COCO_KIND_ENUM, .arg = "PLATFORM", .values = platforms,
	  .def = "auto", .help = "which guest; auto: the only one that the file is for",
	  COCO_BIND_ENUM(IGVM, platform) },
	{ .name = "rules", .kind = COCO_KIND_ENUM, .arg = "RULES", .values = rules,
	  .def = "auto", .help = "who loads the file; auto: igvm, for SEV igvmmeasure",
	  COCO_BIND_ENUM(IGVM, rules) },
	{ .name = "native-zero", .kind = COCO_KIND_FLAG,
	  .help = "igvmmeasure: pages without bytes are zero pages",
	  COCO_BIND_FLAG(IGVM, native_zero) },
	{ .name = "ignore-id-block", .kind = COCO_KIND_FLAG,
	  .help = "answer also when the ID block in the file does not hold",
	  COCO_BIND_FLAG(IGVM, ignore_id_block) },
	COCO_OPTIONS_ANSWER(IGVM, answer),
};

static const struct coco_example igvm_examples[] = {
	{ "measure igvm coconut-qemu.igvm --platform snp --rules qemu",
	  "what QEMU's guest will report" },
	{ "measure igvm guest.igvm --platform tdx --explain", "every page that is measured" },
};

const struct coco_cmd coco_cmd_entry_measure_igvm = {
	.id = COCO_CMD_MEASURE_IGVM,
	.path = "measure igvm",
	.group = "Measurements",
	.summary = "Compute the launch measurement of an IGVM file",
	.text = "The value is the launch digest (SEV-SNP, SEV-ES, SEV) or MRTD (TDX) of a guest "
		"that starts from the file. Loaders differ in details: igvm follows the igvm "
		"crate and the text of the format, igvmmeasure COCONUT-SVSM's tool, qemu QEMU "
		"with KVM, which adds the vCPUs at the end and forces some of their registers; a "
		"file that such rules do not cover is refused.\n\n"
		"The checksum of the headers is compared. An ID block for SEV-SNP in the file is "
		"judged: when it demands another digest than the computed one, or a signature in "
		"it does not hold, the command ends with exit code 1 and names both digests. "
		"Arm CCA and IBM Secure Execution are left out: their measurements need facts that "
		"are not in an image file.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, igvm_operands),
	COCO_LIST(opts, igvm_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, igvm_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "measure snp, measure id-block, measure eif",
	.opts_size = sizeof(IGVM),
	.since = "0.2.0",
};
