/*
 * table_policy.c - policy generate and lint in the command table.
 */
#include "cli/broker/opts_policy.h"
#include "cli/broker/table_broker.h"

static const char *const kinds[] = { "resource", "cpu", "gpu", NULL };

/* ---- policy generate -------------------------------------------------------------- */

#define GENERATE struct coco_opts_policy_generate

static const struct coco_operand generate_operands[] = {
	{ .name = "grants", .kind = COCO_KIND_INPUT, .min = 0, .max = 1,
	  .help = "TOML: which guest may have which resources", COCO_BIND_STR(GENERATE, grants) },
};

static const struct coco_opt generate_opts[] = {
	{ .name = "kind", .kind = COCO_KIND_ENUM, .arg = "KIND", .values = kinds, .def = "resource",
	  .help = "which of the broker's policies", COCO_BIND_ENUM(GENERATE, kind) },
	{ .name = "resource", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "REPO/TYPE/TAG",
	  .help = "a resource to give, without a grants file; * for all tags",
	  COCO_BIND_LIST(GENERATE, resources) },
	{ .name = "id", .kind = COCO_KIND_STRING, .arg = "ID", .requires = "resource",
	  .help = "opaque id of the model, for a comment", COCO_BIND_STR(GENERATE, id) },
	{ .name = "initdata", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "FILE|DIGEST", .requires = "resource",
	  .help = "initdata document of a guest that may have them, or sha256:HEX of one",
	  COCO_BIND_LIST(GENERATE, initdata) },
	{ .name = "release-id", .kind = COCO_KIND_STRING, .arg = "ID", .requires = "resource",
	  .help = "the id that its initdata has in release.toml",
	  COCO_BIND_STR(GENERATE, release_id) },
	{ .name = "gpus", .kind = COCO_KIND_U32, .arg = "N", .requires = "resource", .def = "0",
	  .max = 64,
	  .help = "attested GPUs that the guest has, exactly", COCO_BIND_U32(GENERATE, gpus) },
	{ .name = "platform", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME",
	  .help = "snp, tdx, az-snp-vtpm, az-tdx-vtpm or tpm (default: all)",
	  COCO_BIND_LIST(GENERATE, platforms) },
	{ .name = "reference", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "the reference values that are registered", COCO_BIND_LIST(GENERATE, reference) },
	{ .name = "confidential", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "words that may not appear, one a line",
	  COCO_BIND_STR(GENERATE, confidential) },
	{ .name = "trustee", .kind = COCO_KIND_STRING, .arg = "RELEASE", .def = "v0.21",
	  .help = "release of Trustee, v0.14 to v0.21", COCO_BIND_STR(GENERATE, trustee) },
};

static const struct coco_example generate_examples[] = {
	{ "policy generate grants.toml --trustee v0.18 -o resource.rego",
	  "the one resource policy of a broker, for all models in grants.toml" },
	{ "policy generate --kind cpu --platform snp --reference values.json -o default_cpu.rego",
	  "what SEV-SNP evidence must show" },
	{ "policy generate --resource default/model-key/4f2a9c --initdata initdata.toml --gpus 1",
	  "one key for one guest with a GPU" },
};

const struct coco_cmd coco_cmd_entry_policy_generate = {
	.id = COCO_CMD_POLICY_GENERATE,
	.path = "policy generate",
	.group = "Reference values",
	.summary = "Write the policies of a key broker (Rego)",
	.text = "A Trustee broker has one resource policy, and attestation policies default_cpu "
		"and default_gpu that turn evidence into a status.\n\n"
		"resource: gives what is listed to guests of which every part is affirmed, with "
		"exactly so many GPUs, and with initdata that is pinned by its digest or by the id "
		"in its release.toml. A model without a pin is refused; sample evidence gets "
		"nothing.\n\n"
		"cpu, gpu: compare claims with reference values by the names of refval export; "
		"with --reference also registers that the default policies ignore (RTMR 0 and 3, "
		"TDX module, MRCONFIGID, HOST_DATA, events of kernel and command line, every PCR). "
		"A value that is missing means a denial. gpu judges claims of NVIDIA's remote "
		"verifier, v0.16 and later.\n\n"
		"The same input gives the same bytes, without file names.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, generate_operands),
	COCO_LIST(opts, generate_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the policy", .def = "standard output" },
	COCO_LIST(examples, generate_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "policy lint, refval export, initdata create, broker put",
	.opts_size = sizeof(GENERATE),
	.since = "0.2.0",
};

/* ---- policy lint ------------------------------------------------------------------ */

#define LINT struct coco_opts_policy_lint

static const struct coco_operand lint_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 64,
	  .help = "policies in Rego, evidence policies in TOML", COCO_BIND_LIST(LINT, files) },
};

static const struct coco_opt lint_opts[] = {
	{ .name = "reference", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "the reference values that are registered", COCO_BIND_LIST(LINT, reference) },
	{ .name = "evidence", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "INPUT",
	  .help = "sample whose claims the rules of a TOML policy ought to cover",
	  COCO_BIND_LIST(LINT, evidence) },
	{ .name = "confidential", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "words that may not appear, one a line", COCO_BIND_STR(LINT, confidential) },
	{ .name = "trustee", .kind = COCO_KIND_STRING, .arg = "RELEASE", .def = "v0.21",
	  .help = "release of Trustee, v0.11 to v0.21", COCO_BIND_STR(LINT, trustee) },
	{ .name = "strict", .kind = COCO_KIND_FLAG, .help = "a warning is a failure",
	  COCO_BIND_FLAG(LINT, strict) },
};

static const struct coco_example lint_examples[] = {
	{ "policy lint resource.rego --confidential names.txt",
	  "before a resource policy is registered" },
	{ "policy lint default_cpu.rego --reference values.json --strict",
	  "whether policy and registered values fit each other" },
};

const struct coco_cmd coco_cmd_entry_policy_lint = {
	.id = COCO_CMD_POLICY_LINT,
	.path = "policy lint",
	.group = "Reference values",
	.summary = "Find what is dangerous or useless in a broker's policies",
	.text = "Fails when there is no rule allow, when it allows by default or without a "
		"condition, when no affirming status is asked for (\"not contraindicated\" is "
		"none: unknown software has the status warning), when sample evidence is allowed "
		"or affirmed, when a confidential word is in it, and when a trust claim is "
		"affirmed for every evidence.\n\n"
		"Warns when only the CPU's status is asked for, when no initdata or resource is "
		"named, when resources have the same tag (cloud back ends use nothing else), and, "
		"with --reference, of names without a value and values without a use; it fails "
		"when no name has a value.\n\n"
		"Of an evidence policy: rules without a value, waivers that ended or fit no rule, "
		"debug guests, any measurement, old firmware or old evidence accepted.\n\n"
		"It reads Rego as far as it has to. What it does not understand is named and ends "
		"with exit code 8, never with a pass.",
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, lint_operands),
	COCO_LIST(opts, lint_opts),
	COCO_LIST(examples, lint_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(INDETERMINATE),
	.see = "policy generate, policy test, refval show",
	.opts_size = sizeof(LINT),
	.since = "0.2.0",
};
