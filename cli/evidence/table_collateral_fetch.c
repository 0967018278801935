/*
 * table_collateral_fetch.c - collateral fetch in the command table.
 */
#include "cli/evidence/table_evidence.h"

#define FETCH struct coco_opts_collateral_fetch

static const struct coco_operand operands[] = {
	{ .name = "bundle", .kind = COCO_KIND_DIR, .min = 1, .max = 1,
	  .help = "directory of the bundle; made when it is not there",
	  COCO_BIND_STR(FETCH, bundle) },
};

static const struct coco_opt opts[] = {
	{ .name = "for", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT | COCO_OPT_REQUIRED,
	  .arg = "EVIDENCE", .help = "evidence that the bundle shall be complete for",
	  COCO_BIND_LIST(FETCH, evidence) },
	{ .name = "kds", .kind = COCO_KIND_STRING, .arg = "URL",
	  .help = "mirror of AMD's key service (default: AMD's own)",
	  COCO_BIND_STR(FETCH, kds) },
	{ .name = "pcs", .kind = COCO_KIND_STRING, .arg = "URL",
	  .help = "mirror or PCCS of Intel's service (default: Intel's own)",
	  COCO_BIND_STR(FETCH, pcs) },
	{ .name = "ca", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "roots of the servers in PEM, instead of the system's",
	  COCO_BIND_STR(FETCH, ca) },
	{ .name = "timeout", .kind = COCO_KIND_U32, .arg = "SECONDS", .def = "60",
	  .min = 1, .max = 3600,
	  .help = "give up when nothing comes for so long", COCO_BIND_U32(FETCH, timeout) },
};

static const struct coco_example examples[] = {
	{ "collateral fetch amd/ --for report.bin", "VCEK, chain and revocation list from AMD" },
	{ "collateral fetch intel/ --for quote.bin --pcs https://pccs.example.com:8081",
	  "from a caching service of one's own" },
};

const struct coco_cmd coco_cmd_entry_collateral_fetch = {
	.id = COCO_CMD_COLLATERAL_FETCH,
	.path = "collateral fetch",
	.group = "Evidence",
	.summary = "Fetch what evidence needs from AMD and Intel",
	.text = "Finds out which certificates, revocation lists and documents the reports and "
		"quotes need, and gets those that the bundle does not hold, or holds no longer "
		"valid at --at. Each item is stored as it comes, so an interrupted run can be run "
		"again. Network errors and busy servers are tried again with pauses; an answer "
		"that is not what was asked for is refused, and nothing of it kept. This is the "
		"only evidence command that uses the network.\n\n"
		"A VLEK, the VCEK of a report that masks its chip, and a PCK certificate that is "
		"not in its quote are given out by no service: they are named as warnings. A "
		"report of version 2 does not say its product: Milan is tried, then Genoa. Nothing "
		"is trusted by having been fetched: evidence verify checks every signature.",
	COCO_LIST(operands, operands),
	COCO_LIST(opts, opts),
	COCO_LIST(examples, examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(NETWORK) |
		 COCO_EXIT_BIT(REFUSED) | COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS) | COCO_EXIT_BIT(CANCELLED),
	.see = "collateral check, collateral add, evidence verify",
	.opts_size = sizeof(FETCH),
	.since = "0.2.0",
};
