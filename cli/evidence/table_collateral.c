/*
 * table_collateral.c - the collateral commands in the command table.
 */
#include "cli/evidence/table_evidence.h"

#define ADD struct coco_opts_collateral_add
#define LIST struct coco_opts_collateral_list
#define CHECK struct coco_opts_collateral_check

static const struct coco_operand add_operands[] = {
	{ .name = "bundle", .kind = COCO_KIND_DIR, .min = 1, .max = 1,
	  .help = "directory of the bundle; made when it is not there",
	  COCO_BIND_STR(ADD, bundle) },
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 4096,
	  .help = "collateral in any form, directories and archives of it",
	  .offset = offsetof(ADD, files) },
};

static const struct coco_example add_examples[] = {
	{ "collateral add amd/ cert_chain.pem vcek.der crl.der", "from AMD's key service" },
	{ "collateral add intel/ platform_collaterals.json", "from Intel's client tool" },
};

const struct coco_cmd coco_cmd_entry_collateral_add = {
	.id = COCO_CMD_COLLATERAL_ADD,
	.path = "collateral add",
	.group = "Evidence",
	.summary = "Put certificates and revocation lists into a bundle",
	.text = "A bundle is a directory that holds each item once, under the SHA-256 of its "
		"bytes, and an index. Items come from loose files (PEM, DER, JSON), from the "
		"collateral documents of dcap-qvl, Trustee and Intel's client tool, and from "
		"evidence that carries its own. Nothing is trusted by being in a bundle: evidence "
		"verify checks every signature up to the vendors' roots.\n\n"
		"Adding what is there changes nothing. An interrupted run can be run again.",
	COCO_LIST(operands, add_operands),
	COCO_LIST(examples, add_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "collateral list, collateral check, evidence verify",
	.opts_size = sizeof(ADD),
	.since = "0.2.0",
};

static const struct coco_operand list_operands[] = {
	{ .name = "bundle", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "a bundle, or a file, directory or archive of collateral",
	  COCO_BIND_STR(LIST, bundle) },
};

static const struct coco_example list_examples[] = {
	{ "collateral list amd/", "each item with its dates" },
};

const struct coco_cmd coco_cmd_entry_collateral_list = {
	.id = COCO_CMD_COLLATERAL_LIST,
	.path = "collateral list",
	.group = "Evidence",
	.summary = "List what a bundle of collateral holds",
	.text = "Kind, subject and issuer, dates, days left at --at, digest. The bytes of every "
		"item are compared with the index.",
	COCO_LIST(operands, list_operands),
	COCO_LIST(examples, list_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT),
	.see = "collateral check",
	.opts_size = sizeof(LIST),
	.since = "0.2.0",
};

static const struct coco_operand check_operands[] = {
	{ .name = "bundle", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "a bundle, or a file, directory or archive of collateral",
	  COCO_BIND_STR(CHECK, bundle) },
};

static const struct coco_opt check_opts[] = {
	{ .name = "for", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "EVIDENCE",
	  .help = "evidence that the bundle must be complete for",
	  COCO_BIND_LIST(CHECK, evidence) },
	{ .name = "within", .kind = COCO_KIND_U32, .arg = "DAYS", .def = "7", .max = 36500,
	  .help = "warn of what ends within so many days", COCO_BIND_U32(CHECK, within) },
};

static const struct coco_example check_examples[] = {
	{ "collateral check amd/ --for report.bin --within 30",
	  "what is missing for this report, and what ends this month" },
};

const struct coco_cmd coco_cmd_entry_collateral_check = {
	.id = COCO_CMD_COLLATERAL_CHECK,
	.path = "collateral check",
	.group = "Evidence",
	.summary = "Say what expires when, and what is missing",
	.text = "Every item with dates is judged at --at: not valid is a failure, valid for less "
		"than --within days a warning. With --for the evidence is verified as evidence "
		"verify does, and what was not there is named: the exact certificate, list or "
		"document and where its vendor offers it.",
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, check_operands),
	COCO_LIST(opts, check_opts),
	COCO_LIST(examples, check_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "collateral add, evidence verify",
	.opts_size = sizeof(CHECK),
	.since = "0.2.0",
};
