/*
 * table_refval.c - refval create, merge, export, diff, show in the command table.
 */
#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/table_broker.h"

#define EXITS (COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT))

#define FORMS_READ                                                                        \
	"A file may be a set, a measurement record, a message for Trustee's "             \
	"reference-value service (type sample), the values as that service stores them "  \
	"in any release, a JSON object of names, or an unsigned CoRIM; the form is "           \
	"recognised."

#define OPTION_TRUSTEE(s, m)                                                              \
	{ .name = "trustee", .kind = COCO_KIND_STRING, .arg = "RELEASE", .def = "v0.21",  \
	  .help = "release of Trustee, v0.11 to v0.21", COCO_BIND_STR(s, m) }

/* ---- refval create ---------------------------------------------------------------- */

#define CREATE struct coco_opts_refval_create

static const struct coco_operand create_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 0, .max = 64,
	  .help = "measurement records, or reference values in another form",
	  COCO_BIND_LIST(CREATE, from) },
};

static const struct coco_opt create_opts[] = {
	{ .name = "value", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME=JSON",
	  .help = "a value by hand, or a list of them", COCO_BIND_LIST(CREATE, values) },
	{ .name = "id", .kind = COCO_KIND_STRING, .arg = "TEXT", .help = "identifier of the set",
	  COCO_BIND_STR(CREATE, id) },
	{ .name = "label", .kind = COCO_KIND_STRING, .arg = "TEXT", .requires = "value",
	  .help = "what the values by hand stand for", COCO_BIND_STR(CREATE, label) },
	{ .name = "not-before", .kind = COCO_KIND_TIME, .arg = "TIME",
	  .help = "from when on they hold", COCO_BIND_TIME(CREATE, not_before) },
	{ .name = "not-after", .kind = COCO_KIND_TIME, .arg = "TIME",
	  .help = "when they end to hold", COCO_BIND_TIME(CREATE, not_after) },
	COCO_OPTION_VERIFIER(CREATE, verifier, "whose names the files and values use"),
};

static const struct coco_example create_examples[] = {
	{ "refval create record.json --value snp.tcb.microcode=[219,222] -o values.json",
	  "launch digests that were computed, and the microcode that is allowed" },
	{ "refval create reference-values.json --not-after 2027-06-30T00:00:00Z -o values.json",
	  "what a broker has stored, with an end" },
};

const struct coco_cmd coco_cmd_entry_refval_create = {
	.id = COCO_CMD_REFVAL_CREATE,
	.path = "refval create",
	.group = "Reference values",
	.summary = "Make a set of reference values",
	.text = FORMS_READ "\n\n"
		"Values have neutral names: those of measurement records (snp.launch_digest, "
		"tdx.rtmr1, tpm.pcr11), snp.tcb.bootloader, .microcode, .snp, .tee, "
		"snp.smt_enabled, snp.tsme_enabled, snp.abi_major, snp.abi_minor, "
		"snp.single_socket, snp.smt_allowed, snp.host_data, tdx.xfam, tdx.mrconfigid, "
		"tpm.ak_public, gpu.vbios_version, gpu.driver_version, switch.bios_version. "
		"Trustee's names are understood too; any other name stays as it is. Names, "
		"types and encodings of a release are applied by refval export.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, create_operands),
	COCO_LIST(opts, create_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .help = "the set, JSON" },
	COCO_LIST(examples, create_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.see = "refval export, refval merge",
	.opts_size = sizeof(CREATE),
	.since = "0.2.0",
};

/* ---- refval merge ----------------------------------------------------------------- */

#define MERGE struct coco_opts_refval_merge

static const struct coco_operand merge_operands[] = {
	{ .name = "set", .kind = COCO_KIND_INPUT, .min = 1, .max = 64,
	  .help = "sets, in the order of the result", COCO_BIND_LIST(MERGE, sets) },
};

static const struct coco_opt merge_opts[] = {
	{ .name = "drop", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME[=JSON]",
	  .help = "leave out a name, or one value of it", COCO_BIND_LIST(MERGE, drop) },
	{ .name = "keep-expired", .kind = COCO_KIND_FLAG,
	  .help = "keep what is not valid now", COCO_BIND_FLAG(MERGE, keep_expired) },
	{ .name = "id", .kind = COCO_KIND_STRING, .arg = "TEXT", .help = "identifier of the result",
	  COCO_BIND_STR(MERGE, id) },
	COCO_OPTION_VERIFIER(MERGE, verifier, "whose names the files use"),
};

static const struct coco_example merge_examples[] = {
	{ "refval merge v7.json v8.json -o values.json", "both releases are allowed" },
	{ "refval merge values.json --drop snp.tcb.microcode=219 -o values.json --force",
	  "one value is no longer allowed" },
};

const struct coco_cmd coco_cmd_entry_refval_merge = {
	.id = COCO_CMD_REFVAL_MERGE,
	.path = "refval merge",
	.group = "Reference values",
	.summary = "Put sets of reference values together",
	.text = "Every value of every set is in the result, once, with the longer validity. A "
		"value goes only when it is named with --drop, or when it has expired: brokers "
		"do not enforce validity themselves. Each that goes for its date is named in a "
		"warning.\n\n" FORMS_READ,
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, merge_operands),
	COCO_LIST(opts, merge_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .help = "the set, JSON" },
	COCO_LIST(examples, merge_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.see = "refval create, refval diff",
	.opts_size = sizeof(MERGE),
	.since = "0.2.0",
};

/* ---- refval export ---------------------------------------------------------------- */

#define EXPORT struct coco_opts_refval_export

static const struct coco_operand export_operands[] = {
	{ .name = "set", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "the set", COCO_BIND_STR(EXPORT, set) },
};

static const struct coco_opt export_opts[] = {
	{ .name = "form", .kind = COCO_KIND_ENUM, .arg = "FORM", .values = coco_refval_forms,
	  .def = "rvps", .help = "what is written", COCO_BIND_ENUM(EXPORT, form) },
	OPTION_TRUSTEE(EXPORT, trustee),
	COCO_OPTION_VERIFIER(EXPORT, verifier, "which verifier compares"),
};

static const struct coco_example export_examples[] = {
	{ "refval export values.json --trustee v0.17 -o message.json",
	  "the body for the reference-value endpoint of that release" },
	{ "refval export values.json --form configmap", "for Trustee's operator" },
};

const struct coco_cmd coco_cmd_entry_refval_export = {
	.id = COCO_CMD_REFVAL_EXPORT,
	.path = "refval export",
	.group = "Reference values",
	.summary = "Write reference values as a release of Trustee compares them",
	.text = "Releases differ in names, in types (one value, lists, numbers as text) and in "
		"encodings (base64 up to v0.17, hexadecimal from v0.18). Forms: rvps is the "
		"message, payload what is in it, json the same for reading; stored is the file "
		"of the service's JSON store; configmap is rvps-reference-values of Trustee's "
		"operator; in-toto a statement over the set; corim an unsigned CoRIM of the "
		"digests, by register and not by Trustee's names.\n\n"
		"What has expired, or has no name there, is left out with a warning; so is "
		"named what no default policy reads.",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, export_operands),
	COCO_LIST(opts, export_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the form", .def = "standard output" },
	COCO_LIST(examples, export_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.see = "refval create, refval show",
	.opts_size = sizeof(EXPORT),
	.since = "0.2.0",
};

/* ---- refval diff ------------------------------------------------------------------ */

#define DIFF struct coco_opts_refval_diff

static const struct coco_operand diff_operands[] = {
	{ .name = "before", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "a set", COCO_BIND_STR(DIFF, before) },
	{ .name = "after", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "another set", COCO_BIND_STR(DIFF, after) },
};

static const struct coco_example diff_examples[] = {
	{ "refval diff approved.json values.json", "what a new release would allow or forbid" },
};

const struct coco_cmd coco_cmd_entry_refval_diff = {
	.id = COCO_CMD_REFVAL_DIFF,
	.path = "refval diff",
	.group = "Reference values",
	.summary = "Compare two sets of reference values",
	.text = "Lists what was added, what was removed, and values whose validity changed. Exit "
		"code 1 when there is a difference.\n\n" FORMS_READ,
	.flags = COCO_CMD_VERIFIES,
	COCO_LIST(operands, diff_operands),
	COCO_LIST(examples, diff_examples),
	.exits = EXITS | COCO_EXIT_BIT(REJECTED),
	.see = "refval show, refval merge",
	.opts_size = sizeof(DIFF),
	.since = "0.2.0",
};

/* ---- refval show ------------------------------------------------------------------ */

#define SHOW struct coco_opts_refval_show

static const struct coco_operand show_operands[] = {
	{ .name = "set", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "the set", COCO_BIND_STR(SHOW, set) },
};

static const struct coco_opt show_opts[] = {
	OPTION_TRUSTEE(SHOW, trustee),
	COCO_OPTION_VERIFIER(SHOW, verifier, "which verifier compares"),
};

static const struct coco_example show_examples[] = {
	{ "refval show values.json", "names, values, labels, validity and origin" },
};

const struct coco_cmd coco_cmd_entry_refval_show = {
	.id = COCO_CMD_REFVAL_SHOW,
	.path = "refval show",
	.group = "Reference values",
	.summary = "Show what a set of reference values allows",
	.text = "Each value with what makes it, until when it holds, where it comes from (kind "
		"and the start of the file's SHA-256) and the name that the release of Trustee "
		"has for it.\n\n" FORMS_READ,
	COCO_LIST(operands, show_operands),
	COCO_LIST(opts, show_opts),
	COCO_LIST(examples, show_examples),
	.exits = EXITS,
	.see = "refval export, refval diff",
	.opts_size = sizeof(SHOW),
	.since = "0.2.0",
};
