/*
 * table_verify.c - evidence inspect and evidence verify in the command table.
 */
#include "cli/evidence/table_evidence.h"

#define INSPECT struct coco_opts_evidence_inspect
#define VERIFY struct coco_opts_evidence_verify
#define EXPLAIN struct coco_opts_evidence_explain

#define FORMS                                                                                  \
	"Forms that are recognised: SEV-SNP reports and extended reports, TDX and SGX quotes, " \
	"the JSON of Trustee, Azure and configfs-tsm, TPM quotes, event logs, tokens, the "     \
	"attestation payload of a key broker, all of these in hexadecimal or base64, tar "      \
	"archives, and directories. Certificates, revocation lists, TCB information, QE "       \
	"identities and key sets among them become collateral."

static const struct coco_operand inspect_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 4096,
	  .help = "evidence, or a directory or tar archive of it; - for standard input",
	  .offset = offsetof(INSPECT, files) },
};

static const struct coco_example inspect_examples[] = {
	{ "evidence inspect report.bin", "every field with its offset" },
	{ "evidence inspect --json quote.dat | jq '.result.evidence[0].claims'",
	  "the same for a program" },
};

const struct coco_cmd coco_cmd_entry_evidence_inspect = {
	.id = COCO_CMD_EVIDENCE_INSPECT,
	.path = "evidence inspect",
	.group = "Evidence",
	.summary = "Show every field of attestation evidence, without a verdict",
	.text = "Prints what the inputs say: each field with its place, name and value, unknown "
		"ones too. Nothing is verified: anybody can write such a file. See evidence "
		"verify for that.\n\n" FORMS,
	COCO_LIST(operands, inspect_operands),
	COCO_LIST(examples, inspect_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT),
	.see = "evidence verify, measure diff",
	.opts_size = sizeof(INSPECT),
	.since = "0.2.0",
};

static const struct coco_operand verify_operands[] = {
	{ .name = "input", .kind = COCO_KIND_INPUT, .min = 1, .max = 4096,
	  .help = "evidence and companions: files, directories, tar",
	  .offset = offsetof(VERIFY, inputs) },
};

/* What is read, and what it must hold: the same for verify and explain. */
#define COCO_OPTIONS_VERIFY(s, m)  \
	{ .name = "collateral", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, \
	  .arg = "BUNDLE", \
	  .help = "certificates, lists ...: file, directory", \
	  COCO_BIND_LIST(s, m collateral) }, \
	{ .name = "trust-root", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE", \
	  .help = "roots or key sets to trust beside the vendors'", \
	  COCO_BIND_LIST(s, m trust_roots) }, \
	{ .name = "policy", .kind = COCO_KIND_INPUT, .arg = "FILE", \
	  .help = "what the evidence must show (TOML)", \
	  COCO_BIND_STR(s, m policy) }, \
	{ .name = "reference", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE", \
	  .help = "measurement record or set of reference values", \
	  COCO_BIND_LIST(s, m references) }, \
	{ .name = "nonce", .kind = COCO_KIND_STRING, .arg = "HEX|@FILE", \
	  .help = "the verifier's nonce that the evidence must hold", \
	  COCO_BIND_STR(s, m nonce) }, \
	{ .name = "report-data", .kind = COCO_KIND_STRING, .arg = "HEX|@FILE", \
	  .help = "the report data it must hold, zeros follow", \
	  .conflicts = "nonce", COCO_BIND_STR(s, m report_data) }, \
	{ .name = "initdata", .kind = COCO_KIND_INPUT, .arg = "FILE", \
	  .help = "initdata, in any form, that it must name", \
	  COCO_BIND_STR(s, m initdata) }

static const struct coco_opt verify_opts[] = {
	COCO_OPTIONS_VERIFY(VERIFY, ),
	{ .name = "require", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "WORD,...",
	  .help = "must be checked: cpu, gpu, tpm, token, eventlog, fresh, revocation",
	  COCO_BIND_LIST(VERIFY, require) },
	{ .name = "authentic-only", .kind = COCO_KIND_FLAG,
	  .help = "ask only whether it is authentic",
	  COCO_BIND_FLAG(VERIFY, authentic_only) },
	{ .name = "each", .kind = COCO_KIND_FLAG, .conflicts = "claims report",
	  .help = "verify every file on its own, a line each",
	  COCO_BIND_FLAG(VERIFY, each) },
	{ .name = "claims", .kind = COCO_KIND_FLAG,
	  .help = "show what the evidence says before the checks",
	  COCO_BIND_FLAG(VERIFY, claims) },
	{ .name = "report", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT,
	  .arg = "FORM:FILE", .help = "the result for CI: junit:FILE or sarif:FILE",
	  COCO_BIND_LIST(VERIFY, reports) },
};

static const struct coco_example verify_examples[] = {
	{ "evidence verify report.bin vcek.der --collateral amd/ --nonce @nonce.bin "
	  "--authentic-only",
	  "an SEV-SNP report for the nonce that was sent" },
	{ "evidence verify quote.dat --collateral pcs.json --at 2026-03-01T00:00:00Z "
	  "-o result.json",
	  "the verdict as it was on that day, kept for the audit" },
	{ "evidence verify --each reports/ --collateral amd/ --json",
	  "a verdict for each of many reports" },
};

const struct coco_cmd coco_cmd_entry_evidence_verify = {
	.id = COCO_CMD_EVIDENCE_VERIFY,
	.path = "evidence verify",
	.group = "Evidence",
	.summary = "Verify attestation evidence offline",
	.text = "Two questions are kept apart. Authentic: signatures, certificate chains up to the "
		"vendors' roots, revocation, dates, and what ties the evidence to the nonce, to "
		"the initdata and to its other parts. Acceptable: what policy and reference "
		"values say. The verdict is the worse of both; without a policy or reference "
		"values the second question has no answer and the exit code is 8, unless "
		"--authentic-only leaves it out.\n\n"
		"No socket is opened. Every input that was used is named with its digest, what was "
		"not checked is listed with the reason, and the result says until when it stays "
		"true. The same inputs and --at give the same result, byte for byte. evidence "
		"inspect names the forms that are recognised.\n\n"
		"With --each every file gets a verdict of its own and the exit code is that of the "
		"worst. Certificates inside a file serve that file only; files of nothing but "
		"collateral are counted and left out: name them with --collateral.",
	.flags = COCO_CMD_VERIFIES | COCO_CMD_WRITES_OUTPUT | COCO_CMD_JOBS,
	COCO_LIST(operands, verify_operands),
	COCO_LIST(opts, verify_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the attestation result, JSON",
		    .def = "none" },
	COCO_LIST(examples, verify_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "evidence inspect, measure search",
	.opts_size = sizeof(VERIFY),
	.since = "0.2.0",
};

static const struct coco_operand explain_operands[] = {
	{ .name = "input", .kind = COCO_KIND_INPUT, .min = 1, .max = 4096,
	  .help = "evidence and companions, as for evidence verify",
	  .offset = offsetof(EXPLAIN, verify.inputs) },
};

static const struct coco_opt explain_opts[] = {
	COCO_OPTIONS_VERIFY(EXPLAIN, verify.),
	{ .name = "profile", .kind = COCO_KIND_STRING, .arg = "FILE",
	  .help = "launch profile: search which of its inputs differs",
	  COCO_BIND_STR(EXPLAIN, profile) },
	{ .name = "vary", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME=LIST",
	  .requires = "profile", .help = "what to vary, as for measure search",
	  COCO_BIND_LIST(EXPLAIN, vary) },
};

static const struct coco_example explain_examples[] = {
	{ "evidence explain report.bin --collateral amd/ --reference record.json",
	  "why this guest's key was refused" },
	{ "evidence explain report.bin --profile guest.toml --vary vcpus=1..64,append=@lines.txt",
	  "and which input of the launch it was" },
};

const struct coco_cmd coco_cmd_entry_evidence_explain = {
	.id = COCO_CMD_EVIDENCE_EXPLAIN,
	.path = "evidence explain",
	.group = "Evidence",
	.summary = "Say why evidence is refused, and who can mend it",
	.text = "Verifies as evidence verify does and lists only what stands in the way: each "
		"refusal with its reason code, what was expected and what is there, who acts, and "
		"the next step. With --profile a launch digest, MRTD or RTMR is searched over what "
		"a host usually varies, or over --vary, and the launch that has it is named with "
		"the command that computes it.",
	.flags = COCO_CMD_VERIFIES | COCO_CMD_JOBS,
	COCO_LIST(operands, explain_operands),
	COCO_LIST(opts, explain_opts),
	COCO_LIST(examples, explain_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT),
	.see = "evidence verify, measure search, measure diff",
	.opts_size = sizeof(EXPLAIN),
	.since = "0.2.0",
};
