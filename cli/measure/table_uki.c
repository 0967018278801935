/*
 * table_uki.c - measure pe, measure uki in the command table.
 */
#include "cli/measure/bank_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/table_measure.h"

/* ---- measure pe ----------------------------------------------------------------- */

#define PE struct coco_opts_measure_pe

static const struct coco_operand pe_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "EFI program: kernel, unified kernel image, boot loader, addon",
	  COCO_BIND_STR(PE, file) },
};

static const struct coco_opt pe_opts[] = {
	COCO_OPTION_BANK(PE, banks, "sha256 and sha384"),
	COCO_OPTIONS_ANSWER(PE, answer),
};

static const struct coco_example pe_examples[] = {
	{ "measure pe vmlinuz", "the digest that firmware puts into PCR 4 or RTMR 1" },
	{ "measure pe BOOTX64.EFI --bank sha1 --explain", "and which bytes it covers" },
};

const struct coco_cmd coco_cmd_entry_measure_pe = {
	.id = COCO_CMD_MEASURE_PE,
	.path = "measure pe",
	.group = "Measurements",
	.summary = "Compute the Authenticode digest of an EFI program",
	.text = "The digest is what UEFI firmware measures when it loads the program (PCR 4 of a "
		"TPM, RTMR 1 of TDX) and what Secure Boot signatures are made over. It leaves out "
		"the checksum and the certificate table, so that it is the same before and after "
		"signing.\n\n"
		"That holds only when the length of the unsigned file is a multiple of 8: signing "
		"tools fill the file up with zeros, firmware hashes it as it is. For such a file "
		"both digests are given, with a warning.\n\n"
		"Sections that overlap, lie in the headers or leave the file are refused.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, pe_operands),
	COCO_LIST(opts, pe_opts),
	.output = COCO_OUTPUT_RECORD,
	COCO_LIST(examples, pe_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "measure snp",
	.opts_size = sizeof(PE),
	.since = "0.2.0",
};
