/*
 * table_policy_test.c - policy test in the command table.
 */
#include "cli/evidence/table_evidence.h"

#define TEST struct coco_opts_policy_test

static const struct coco_operand test_operands[] = {
	{ .name = "policy", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "evidence policy, TOML", COCO_BIND_STR(TEST, policy) },
};

static const struct coco_opt test_opts[] = {
	{ .name = "evidence", .kind = COCO_KIND_INPUT,
	  .flags = COCO_OPT_REPEAT | COCO_OPT_REQUIRED, .arg = "INPUT",
	  .help = "evidence to try it on, as for evidence verify",
	  COCO_BIND_LIST(TEST, evidence) },
	{ .name = "collateral", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT,
	  .arg = "BUNDLE", .help = "for rules about what only collateral says, as tcb_status",
	  COCO_BIND_LIST(TEST, collateral) },
};

static const struct coco_example test_examples[] = {
	{ "policy test production.toml --evidence good/report.bin",
	  "whether a sample of the release would be accepted" },
};

const struct coco_cmd coco_cmd_entry_policy_test = {
	.id = COCO_CMD_POLICY_TEST,
	.path = "policy test",
	.group = "Evidence",
	.summary = "Try an evidence policy on samples",
	.text = "Every rule is a line: what it expects, what the sample says, and the line of the "
		"policy. Only the policy is tried: a sample may be old, unsigned or made by hand. "
		"Exit code 0 when all rules accept it, 1 when one refuses, 8 when one finds "
		"nothing to judge.",
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, test_operands),
	COCO_LIST(opts, test_opts),
	COCO_LIST(examples, test_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "policy lint, evidence verify",
	.opts_size = sizeof(TEST),
	.since = "0.2.0",
};
