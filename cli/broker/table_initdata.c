/*
 * table_initdata.c - initdata create, inspect, check in the command table.
 */
#include "cli/broker/table_broker.h"

static const char *const algorithms[] = { "sha256", "sha384", "sha512", NULL };
static const char *const forms[] = { "toml", "annotation", "image", "pod", "pod-old", NULL };

#define FORM(s, what)                                                                     \
	{ .name = "form", .kind = COCO_KIND_ENUM, .arg = "FORM", .values = forms,         \
	  .def = "toml", .help = what, COCO_BIND_ENUM(s, form) }

#define FORMS                                                                             \
	"Forms: toml is the document; annotation is the base64 of its gzip; pod is that " \
	"as YAML under the annotation's name, "                                           \
	"io.katacontainers.config.hypervisor.cc_init_data; pod-old the same under "       \
	"io.katacontainers.config.runtime.cc_init_data, which older peer-pods releases "  \
	"and OpenShift sandboxed containers before 1.10 read; image is the block device " \
	"that the guest reads. All forms are recognised when they are read."

#define EXITS                                                                             \
	(COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(LIMIT))

/* ---- initdata create ------------------------------------------------------------ */

#define CREATE struct coco_opts_initdata_create

static const struct coco_opt create_opts[] = {
	{ .name = "aa", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "kbs-url",
	  .help = "aa.toml, for the Attestation Agent", COCO_BIND_STR(CREATE, aa) },
	{ .name = "cdh", .kind = COCO_KIND_INPUT, .arg = "FILE", .conflicts = "kbs-url",
	  .help = "cdh.toml, for the Confidential Data Hub", COCO_BIND_STR(CREATE, cdh) },
	{ .name = "policy", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "policy.rego, for the Kata agent", COCO_BIND_STR(CREATE, policy) },
	{ .name = "file", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REPEAT, .arg = "NAME=FILE",
	  .help = "one more entry", COCO_BIND_LIST(CREATE, files) },
	{ .name = "kbs-url", .kind = COCO_KIND_STRING, .arg = "URL",
	  .help = "make aa.toml and cdh.toml for this key broker",
	  COCO_BIND_STR(CREATE, kbs_url) },
	{ .name = "kbs-cert", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "kbs-url",
	  .help = "certificate of the broker, PEM, into both files",
	  COCO_BIND_STR(CREATE, kbs_cert) },
	{ .name = "release-id", .kind = COCO_KIND_STRING, .arg = "ID",
	  .help = "an opaque id, which key-release policies see as a claim",
	  COCO_BIND_STR(CREATE, release_id) },
	{ .name = "algorithm", .kind = COCO_KIND_ENUM, .arg = "ALG", .values = algorithms,
	  .def = "sha256", .help = "of the digest; sha256 fits every platform",
	  COCO_BIND_ENUM(CREATE, algorithm) },
	FORM(CREATE, "what is written"),
};

static const struct coco_example create_examples[] = {
	{ "initdata create --kbs-url https://kbs.example.com:8080 --kbs-cert kbs.pem "
	  "--policy policy.rego --release-id r7 -o initdata.toml",
	  "everything that a guest needs to find its broker" },
	{ "initdata create --aa aa.toml --cdh cdh.toml --form annotation -o annotation.txt",
	  "from ready files, as a pod's annotation" },
};

const struct coco_cmd coco_cmd_entry_initdata_create = {
	.id = COCO_CMD_INITDATA_CREATE,
	.path = "initdata create",
	.group = "Initdata",
	.summary = "Make the initdata document of a confidential guest",
	.text = "The document configures the guest's attestation agent, data hub and policy, and "
		"its digest is part of the hardware evidence (HOST_DATA of SEV-SNP, MRCONFIGID of "
		"TDX, PCR 8 of a vTPM), so that a key broker can insist on it. The digest is over "
		"the bytes as they are: the same inputs give the same document, and nobody may "
		"rewrite it later.\n\n"
		FORMS,
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, create_opts),
	.one_of = "aa|cdh|policy|file|kbs-url|release-id",
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .help = "the document" },
	COCO_LIST(examples, create_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.see = "initdata inspect, initdata check",
	.opts_size = sizeof(CREATE),
	.since = "0.2.0",
};

/* ---- initdata inspect ----------------------------------------------------------- */

#define INSPECT struct coco_opts_initdata_inspect

static const struct coco_operand inspect_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "document, annotation (a file of it, or itself), or block image",
	  COCO_BIND_STR(INSPECT, file) },
};

static const struct coco_opt inspect_opts[] = {
	FORM(INSPECT, "what -o writes"),
};

static const struct coco_example inspect_examples[] = {
	{ "initdata inspect initdata.toml", "digest, and its value in each kind of evidence" },
	{ "initdata inspect annotation.txt --form toml -o initdata.toml",
	  "the document out of a pod's annotation, byte for byte" },
};

const struct coco_cmd coco_cmd_entry_initdata_inspect = {
	.id = COCO_CMD_INITDATA_INSPECT,
	.path = "initdata inspect",
	.group = "Initdata",
	.summary = "Show digest, bindings and entries of an initdata document",
	.text = "The digest is computed over the bytes of the document as they are, line ends and "
		"order included. A longer digest than a field takes is cut, a shorter one filled "
		"up with zeros, as the platforms do.\n\n"
		FORMS,
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, inspect_operands),
	COCO_LIST(opts, inspect_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the document in the form of --form",
		    .def = "none" },
	COCO_LIST(examples, inspect_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.see = "initdata create, initdata check",
	.opts_size = sizeof(INSPECT),
	.since = "0.2.0",
};

/* ---- initdata check ------------------------------------------------------------- */

#define CHECK struct coco_opts_initdata_check

static const struct coco_operand check_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "document, annotation (a file of it, or itself), or block image",
	  COCO_BIND_STR(CHECK, file) },
};

static const struct coco_example check_examples[] = {
	{ "initdata check initdata.toml", "before the pod is started" },
};

const struct coco_cmd coco_cmd_entry_initdata_check = {
	.id = COCO_CMD_INITDATA_CHECK,
	.path = "initdata check",
	.group = "Initdata",
	.summary = "Say what in an initdata document breaks a guest",
	.text = "Looks into aa.toml, cdh.toml and policy.rego: the broker's address in both, "
		"certificates that are expired, anchor nothing or name no host, an algorithm that "
		"does not fit the platform, line ends that somebody will rewrite. Exit code 1 when "
		"a guest cannot work with the document; warnings alone are no failure.",
	COCO_LIST(operands, check_operands),
	COCO_LIST(examples, check_examples),
	.flags = COCO_CMD_VERIFIES,
	.exits = EXITS | COCO_EXIT_BIT(REJECTED),
	.see = "initdata create, initdata inspect",
	.opts_size = sizeof(CHECK),
	.since = "0.2.0",
};
