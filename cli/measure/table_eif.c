/*
 * table_eif.c - measure eif in the command table.
 */
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

#define EIF struct coco_opts_measure_eif

static const struct coco_operand eif_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1, .help = "EIF file",
	  .offset = offsetof(EIF, file) },
};

static const struct coco_opt eif_opts[] = {
	{ .name = "ignore-signature", .kind = COCO_KIND_FLAG,
	  .help = "answer also when the signature in the file does not hold",
	  COCO_BIND_FLAG(EIF, ignore_signature) },
	COCO_OPTIONS_ANSWER(EIF, answer),
};

static const struct coco_example eif_examples[] = {
	{ "measure eif enclave.eif -o record.json", "the registers, with every part's digest" },
};

const struct coco_cmd coco_cmd_entry_measure_eif = {
	.id = COCO_CMD_MEASURE_EIF,
	.path = "measure eif",
	.group = "Measurements",
	.summary = "Compute the registers of an AWS Nitro enclave image",
	.text = "PCR 0 is over kernel, command line and all RAM disks, PCR 1 over kernel, command "
		"line and the first RAM disk, PCR 2 over the others, PCR 8 over the signing "
		"certificate of a signed image. PCR 3 and 4 come from the parent instance. The "
		"file is read once, whatever its size.\n\n"
		"The checksum is compared. The signature of a signed image is verified with the "
		"certificate in it, for this image's PCR 0: when it does not hold the command ends "
		"with exit code 1. The certificate itself is not checked: PCR 8 is what a verifier "
		"compares. Arm CCA and IBM Secure Execution are left out: their measurements need "
		"facts that are not in an image file.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN | COCO_CMD_PROGRESS,
	COCO_LIST(operands, eif_operands),
	COCO_LIST(opts, eif_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, eif_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "measure igvm",
	.opts_size = sizeof(EIF),
	.since = "0.2.0",
};
