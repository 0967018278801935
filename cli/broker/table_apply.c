/*
 * table_apply.c - the entries of the commands that work with a declaration.
 */
#include "cli/broker/broker_options.h"
#include "cli/broker/opts_apply.h"
#include "cli/broker/table_broker.h"

#define OPTIONS_LEDGER(s)                                                                     \
	{ .name = "ledger-key", .kind = COCO_KIND_KEYREF, .arg = "REF",                       \
	  .help = "private key that signs the ledger, instead of the declared one",           \
	  COCO_BIND_STR(s, ledger.key) },                                                     \
	{ .name = "ledger-trust", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT,          \
	  .arg = "FILE", .help = "public key of another who may have signed it",              \
	  COCO_BIND_LIST(s, ledger.trust) }

#define OPERAND_DECLARATION(s)                                                                \
	{ .name = "declaration", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,                 \
	  .help = "what the broker shall hold, TOML (docs/formats/broker-declaration.md)",    \
	  COCO_BIND_STR(s, ledger.declaration) }

#define EXITS (COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | \
	       COCO_EXIT_BIT(NETWORK) | COCO_EXIT_BIT(REFUSED) | COCO_EXIT_BIT(KEY) |   \
	       COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT))

static const char *const credentials_env[] = { "CREDENTIALS_DIRECTORY", NULL };

/* ---- broker plan ---------------------------------------------------------------- */

static const struct coco_operand plan_operands[] = {
	OPERAND_DECLARATION(struct coco_opts_broker_plan),
};

static const struct coco_opt plan_opts[] = {
	OPTIONS_LEDGER(struct coco_opts_broker_plan),
	{ .name = "prune", .kind = COCO_KIND_FLAG,
	  .help = "as apply --prune: what is no longer declared counts",
	  COCO_BIND_FLAG(struct coco_opts_broker_plan, prune) },
	{ .name = "all", .kind = COCO_KIND_FLAG, .help = "list what is unchanged too",
	  COCO_BIND_FLAG(struct coco_opts_broker_plan, all) },
	COCO_OPTIONS_BROKER(0, struct coco_opts_broker_plan),
};

static const struct coco_example plan_examples[] = {
	{ "broker plan broker.toml", "what apply would do" },
	{ "broker plan broker.toml --broker store:/srv/trustee --all",
	  "the same for another place, with every item" },
};

const struct coco_cmd coco_cmd_entry_broker_plan = {
	.id = COCO_CMD_BROKER_PLAN,
	.path = "broker plan",
	.group = "Key broker",
	.summary = "Compare what is declared with what a broker holds",
	.text = "Each item is added, changed, removed, unchanged or unknown, by what the broker "
		"shows and, where it shows nothing, by the ledger beside the declaration. Exit 0: "
		"nothing is to be done; 1: something is.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_VERIFIES | COCO_CMD_PROGRESS,
	COCO_LIST(operands, plan_operands),
	COCO_LIST(opts, plan_opts),
	COCO_LIST(examples, plan_examples),
	.exits = EXITS,
	.env = credentials_env,
	.see = "broker apply, broker status",
	.opts_size = sizeof(struct coco_opts_broker_plan),
	.since = "0.2.0",
};

/* ---- broker apply --------------------------------------------------------------- */

static const struct coco_operand apply_operands[] = {
	OPERAND_DECLARATION(struct coco_opts_broker_apply),
};

static const struct coco_opt apply_opts[] = {
	OPTIONS_LEDGER(struct coco_opts_broker_apply),
	{ .name = "prune", .kind = COCO_KIND_FLAG,
	  .help = "remove what the ledger has and nobody declares any more",
	  .conflicts = "disable restore", COCO_BIND_FLAG(struct coco_opts_broker_apply, prune) },
	{ .name = "disable", .kind = COCO_KIND_STRING, .arg = "KEY|all", .requires = "reason",
	  .help = "stop the release of a key (repo/type/tag, or its tag), or of all",
	  .conflicts = "restore", COCO_BIND_STR(struct coco_opts_broker_apply, disable) },
	{ .name = "restore", .kind = COCO_KIND_FLAG,
	  .help = "put the policy of before --disable back",
	  COCO_BIND_FLAG(struct coco_opts_broker_apply, restore) },
	{ .name = "reason", .kind = COCO_KIND_STRING, .arg = "TEXT",
	  .help = "why, for the ledger, which is not secret", .requires = "disable|restore",
	  COCO_BIND_STR(struct coco_opts_broker_apply, reason) },
	{ .name = "repair-ledger", .kind = COCO_KIND_FLAG,
	  .help = "move an incomplete last line into a file beside it",
	  COCO_BIND_FLAG(struct coco_opts_broker_apply, repair_ledger) },
	COCO_OPTIONS_BROKER(0, struct coco_opts_broker_apply),
};

static const struct coco_example apply_examples[] = {
	{ "broker apply broker.toml", "register what is missing or different" },
	{ "broker apply broker.toml --disable tenant/key/3f9c2a71 --reason ticket-4711",
	  "this key is not released any more" },
	{ "broker apply broker.toml --restore", "the policy of before" },
};

const struct coco_cmd coco_cmd_entry_broker_apply = {
	.id = COCO_CMD_BROKER_APPLY,
	.path = "broker apply",
	.group = "Key broker",
	.summary = "Register what is declared, and record it in a signed ledger",
	.text = "Policies first, then reference values, then resources over up to 16 connections "
		"(--jobs). It stops cleanly when it is interrupted and goes on when it is run "
		"again. Lists of reference values keep what others registered, unless --prune.\n\n"
		"--disable puts a resource policy that denies in place of the one that is there, "
		"which is kept beside the ledger; until --restore nothing else is applied.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_DRY_RUN | COCO_CMD_JOBS | COCO_CMD_PROGRESS,
	COCO_LIST(operands, apply_operands),
	COCO_LIST(opts, apply_opts),
	COCO_LIST(examples, apply_examples),
	.exits = EXITS,
	.env = credentials_env,
	.see = "broker plan, broker status",
	.opts_size = sizeof(struct coco_opts_broker_apply),
	.since = "0.2.0",
};

/* ---- broker status -------------------------------------------------------------- */

static const struct coco_operand status_operands[] = {
	OPERAND_DECLARATION(struct coco_opts_broker_status),
};

static const struct coco_opt status_opts[] = {
	OPTIONS_LEDGER(struct coco_opts_broker_status),
	{ .name = "expect-head", .kind = COCO_KIND_DIGEST, .arg = "DIGEST",
	  .help = "the last line that an earlier run showed",
	  COCO_BIND_STR(struct coco_opts_broker_status, expect_head) },
	{ .name = "offline", .kind = COCO_KIND_FLAG, .help = "ask the ledger only",
	  COCO_BIND_FLAG(struct coco_opts_broker_status, offline) },
	COCO_OPTIONS_BROKER(0, struct coco_opts_broker_status),
};

static const struct coco_example status_examples[] = {
	{ "broker status broker.toml", "what is there, since when, and does the broker agree" },
	{ "broker status broker.toml --ledger-trust ledger.pub --offline",
	  "the ledger alone, for an auditor" },
};

const struct coco_cmd coco_cmd_entry_broker_status = {
	.id = COCO_CMD_BROKER_STATUS,
	.path = "broker status",
	.group = "Key broker",
	.summary = "Show what the ledger knows and what the broker says to it",
	.text = "Every line of the ledger is verified. Exit 0: the ledger is whole, the broker "
		"holds what is declared as far as it shows it, nothing has expired, no key is "
		"disabled. 8: only the ledger's private key can tell. Lines that were cut off the "
		"end do not show by themselves: --expect-head does.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_VERIFIES | COCO_CMD_PROGRESS,
	COCO_LIST(operands, status_operands),
	COCO_LIST(opts, status_opts),
	COCO_LIST(examples, status_examples),
	.exits = EXITS,
	.env = credentials_env,
	.see = "broker plan, broker apply",
	.opts_size = sizeof(struct coco_opts_broker_status),
	.since = "0.2.0",
};
