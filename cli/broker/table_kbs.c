/*
 * table_kbs.c - the entries of the commands that talk to a key broker.
 */
#include "cli/broker/broker_options.h"
#include "cli/broker/table_broker.h"

#define EXITS (COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(NETWORK) | \
	       COCO_EXIT_BIT(REFUSED) | COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(LIMIT))

static const char *const credentials_env[] = { "CREDENTIALS_DIRECTORY", NULL };

/* ---- broker probe --------------------------------------------------------------- */

static const struct coco_opt probe_opts[] = {
	COCO_OPTIONS_BROKER(COCO_OPT_REQUIRED, struct coco_opts_broker_probe),
};

static const struct coco_example probe_examples[] = {
	{ "broker probe --broker https://kbs.example.com:8080 --admin-key admin.pem",
	  "which release answers, and whether it takes this key" },
};

const struct coco_cmd coco_cmd_entry_broker_probe = {
	.id = COCO_CMD_BROKER_PROBE,
	.path = "broker probe",
	.group = "Key broker",
	.summary = "Find out which Trustee release answers and what it can do",
	.text = "Brokers name no version: it is inferred from what exists (/healthz, /metrics), "
		"from the protocol version that the handshake wants and, with a token, from how "
		"the resource policy is shown. Nothing is changed there. Of a directory "
		"(store:DIR) the layout says which releases read it.",
	.flags = COCO_CMD_TOUCHES_KEYS,
	COCO_LIST(opts, probe_opts),
	COCO_LIST(examples, probe_examples),
	.exits = EXITS,
	.env = credentials_env,
	.see = "broker token, broker put",
	.opts_size = sizeof(struct coco_opts_broker_probe),
	.since = "0.2.0",
};

/* ---- broker token --------------------------------------------------------------- */

static const struct coco_opt token_opts[] = {
	{ .name = "admin-key", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "private key to sign with: Ed25519 for every release", .conflicts = "check",
	  COCO_BIND_STR(struct coco_opts_broker_token, admin_key) },
	{ .name = "check", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "judge this token instead of making one",
	  COCO_BIND_STR(struct coco_opts_broker_token, check) },
	{ .name = "role", .kind = COCO_KIND_STRING, .arg = "NAME", .def = "admin",
	  .help = "role in the server's ACL (v0.21)", .requires = "admin-key",
	  COCO_BIND_STR(struct coco_opts_broker_token, role) },
	{ .name = "issuer", .kind = COCO_KIND_STRING, .arg = "TEXT",
	  .help = "iss, where the server compares it", .requires = "admin-key",
	  COCO_BIND_STR(struct coco_opts_broker_token, issuer) },
	{ .name = "audience", .kind = COCO_KIND_STRING, .arg = "TEXT",
	  .help = "aud; v0.18 to v0.20 refuse a token that has one", .requires = "admin-key",
	  COCO_BIND_STR(struct coco_opts_broker_token, audience) },
	{ .name = "subject", .kind = COCO_KIND_STRING, .arg = "TEXT", .help = "sub",
	  .requires = "admin-key", COCO_BIND_STR(struct coco_opts_broker_token, subject) },
	{ .name = "kid", .kind = COCO_KIND_STRING, .arg = "ID", .requires = "admin-key",
	  .help = "key id, for servers that trust a JWK set",
	  COCO_BIND_STR(struct coco_opts_broker_token, key_id) },
	{ .name = "lifetime", .kind = COCO_KIND_U32, .arg = "SECONDS", .min = 1, .max = 86400,
	  .def = "7200", .help = "how long it is valid", .requires = "admin-key",
	  COCO_BIND_U32(struct coco_opts_broker_token, lifetime) },
	COCO_OPTION_RELEASE(struct coco_opts_broker_token, release),
};

static const struct coco_example token_examples[] = {
	{ "broker token --admin-key admin.pem -o admin.token",
	  "a token that every release from v0.10 on accepts" },
	{ "broker token --check admin.token --trustee-version v0.21",
	  "would that release take it, and why not" },
};

const struct coco_cmd coco_cmd_entry_broker_token = {
	.id = COCO_CMD_BROKER_TOKEN,
	.path = "broker token",
	.group = "Key broker",
	.summary = "Make a token for the broker's administrator, or judge one",
	.text = "The token is written with mode 0600 and never printed. With --check its claims "
		"and what each Trustee release does with it are shown; its signature is not "
		"checked, for only the server has the public key. The verdicts follow the source "
		"of each release. Exit 1: the named release, or every release, refuses it.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_VERIFIES,
	COCO_LIST(opts, token_opts),
	.one_of = "admin-key|check",
	.output = { .kind = COCO_KIND_OUTPUT, .secret = true, .help = "the token",
		    .def = "needed with --admin-key" },
	COCO_LIST(examples, token_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "broker probe, key generate",
	.opts_size = sizeof(struct coco_opts_broker_token),
	.since = "0.2.0",
};

/* ---- broker put ----------------------------------------------------------------- */

static const struct coco_opt put_opts[] = {
	{ .name = "resource", .kind = COCO_KIND_STRING, .arg = "REPO/TYPE/TAG",
	  .help = "register a resource, such as a content key", .requires = "from",
	  .conflicts = "resource-policy attestation-policy reference-value plugin",
	  COCO_BIND_STR(struct coco_opts_broker_put, resource) },
	{ .name = "from", .kind = COCO_KIND_KEYREF, .arg = "REF", .requires = "resource|plugin",
	  .help = "the resource's bytes, or what the plugin gets",
	  COCO_BIND_STR(struct coco_opts_broker_put, from) },
	{ .name = "resource-policy", .kind = COCO_KIND_INPUT, .arg = "FILE",
	  .help = "the policy of release, Rego",
	  .conflicts = "attestation-policy reference-value plugin",
	  COCO_BIND_STR(struct coco_opts_broker_put, resource_policy) },
	{ .name = "attestation-policy", .kind = COCO_KIND_STRING, .arg = "ID=FILE",
	  .help = "a policy of attestation: default_cpu=FILE",
	  .conflicts = "reference-value plugin",
	  COCO_BIND_STR(struct coco_opts_broker_put, attestation_policy) },
	{ .name = "reference-value", .kind = COCO_KIND_STRING, .arg = "NAME", .requires = "value",
	  .help = "a reference value, in place of an older one",
	  .conflicts = "plugin",
	  COCO_BIND_STR(struct coco_opts_broker_put, reference_value) },
	{ .name = "value", .kind = COCO_KIND_STRING, .arg = "JSON|@FILE",
	  .requires = "reference-value", .help = "its value",
	  COCO_BIND_STR(struct coco_opts_broker_put, value) },
	{ .name = "plugin", .kind = COCO_KIND_STRING, .arg = "PLUGIN/PATH",
	  .help = "post to a plugin, such as provisioner/provision",
	  COCO_BIND_STR(struct coco_opts_broker_put, plugin) },
	COCO_OPTIONS_BROKER(COCO_OPT_REQUIRED, struct coco_opts_broker_put),
};

static const struct coco_example put_examples[] = {
	{ "broker put --broker https://kbs.example.com:8080 --admin-key admin.pem --resource "
	  "tenant/model/3f9c2a71 --from model.key", "register a content key" },
	{ "broker put --broker https://kbs.example.com:8080 --admin-key admin.pem "
	  "--reference-value snp_bootloader --value '[3]'", "and a reference value" },
	{ "broker put --broker store:/srv/trustee --resource tenant/model/3f9c2a71 --from "
	  "model.key", "the same into a directory that Trustee serves" },
	{ "broker put --broker https://kbs.example.com --admin-key a.pem --plugin pkcs11/wrap-key "
	  "--from model.key -o wrapped.bin", "what a plugin makes of a key" },
};

const struct coco_cmd coco_cmd_entry_broker_put = {
	.id = COCO_CMD_BROKER_PUT,
	.path = "broker put",
	.group = "Key broker",
	.summary = "Register a resource, a policy or a reference value",
	.text = "What is there under the name is replaced. Reference values must be in the "
		"encoding of the broker's release. A plugin's answer goes to -o, "
		"never to the screen; a post to a plugin is not repeated when the network fails.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_DRY_RUN | COCO_CMD_WRITES_OUTPUT,
	COCO_LIST(opts, put_opts),
	.one_of = "resource|resource-policy|attestation-policy|reference-value|plugin",
	.output = { .kind = COCO_KIND_OUTPUT, .secret = true,
		    .help = "what a plugin answers" },
	COCO_LIST(examples, put_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "broker get, broker delete, broker probe",
	.opts_size = sizeof(struct coco_opts_broker_put),
	.since = "0.2.0",
};

/* ---- broker get ----------------------------------------------------------------- */

const char *const coco_opt_attesters[] = {
	"auto", "tsm", "sev-guest", "tdx-guest", "sample", NULL,
};
const char *const coco_opt_tee_keys[] = { "p256", "p384", "p521", "rsa", NULL };

#define GET struct coco_opts_broker_get

static const struct coco_operand get_operands[] = {
	{ .name = "resource", .kind = COCO_KIND_STRING, .min = 0, .max = 1,
	  .help = "repo/type/tag, or kbs+PLUGIN:///PATH[?QUERY]",
	  COCO_BIND_STR(GET, resource) },
};

static const struct coco_opt get_opts[] = {
	{ .name = "attester", .kind = COCO_KIND_ENUM, .arg = "KIND",
	  .values = coco_opt_attesters, .def = "auto", .env = "COCOCTL_ATTESTER",
	  .help = "where evidence comes from; sample: for tests",
	  COCO_BIND_ENUM(GET, attest.attester) },
	{ .name = "attester-path", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED,
	  .arg = "PATH", .env = "COCOCTL_ATTESTER_PATH",
	  .help = "directory of configfs-tsm or device, when it is at another place",
	  COCO_BIND_STR(GET, attest.attester_path) },
	{ .name = "initdata", .kind = COCO_KIND_INPUT, .arg = "FILE", .env = "COCOCTL_INITDATA",
	  .help = "what the guest was started with, sent along",
	  COCO_BIND_STR(GET, attest.initdata) },
	{ .name = "from", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "bytes that a plugin gets with the request",
	  .conflicts = "token reference-value resource-policy", COCO_BIND_STR(GET, from) },
	{ .name = "token", .kind = COCO_KIND_FLAG,
	  .help = "attest, and keep the broker's token", COCO_BIND_FLAG(GET, token) },
	{ .name = "tee-key", .kind = COCO_KIND_ENUM, .flags = COCO_OPT_SHARED, .arg = "TYPE",
	  .values = coco_opt_tee_keys, .def = "p256", .env = "COCOCTL_TEE_KEY",
	  .help = "that key",
	  COCO_BIND_ENUM(GET, attest.tee_key) },
	{ .name = "reference-value", .kind = COCO_KIND_STRING, .arg = "NAME",
	  .help = "read a reference value (v0.14 and later)", .conflicts = "resource-policy",
	  COCO_BIND_STR(struct coco_opts_broker_get, reference_value) },
	{ .name = "resource-policy", .kind = COCO_KIND_FLAG,
	  .help = "read the policy of release (v0.11 to v0.18)",
	  COCO_BIND_FLAG(struct coco_opts_broker_get, resource_policy) },
	COCO_OPTIONS_BROKER(COCO_OPT_REQUIRED, struct coco_opts_broker_get),
};

static const struct coco_example get_examples[] = {
	{ "broker get --broker https://kbs.example.com:8080 tenant/model/3f9c2a71 -o model.key",
	  "inside a confidential guest: attest and fetch a key" },
	{ "broker get --broker https://kbs.example.com:8080 --admin-key admin.pem "
	  "--reference-value snp_bootloader", "as an administrator: the value as JSON" },
};

const struct coco_cmd coco_cmd_entry_broker_get = {
	.id = COCO_CMD_BROKER_GET,
	.path = "broker get",
	.group = "Key broker",
	.summary = "Fetch a resource as an attested guest, or read a value back",
	.text = "Resources leave a broker only for attested guests: evidence covers a key that is "
		"made for this run, and the broker encrypts its answer to it. The resource is "
		"written with mode 0600 and never printed.\n\n"
		"Evidence comes from configfs-tsm (SEV-SNP, TDX; Linux 6.7), /dev/sev-guest, or "
		"/dev/tdx_guest with the quote service of the host. auto never chooses the sample "
		"attester.\n\n"
		"An administrator reads reference values and, from some releases, the resource "
		"policy.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT,
	COCO_LIST(operands, get_operands),
	COCO_LIST(opts, get_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .secret = true,
		    .help = "the resource: a file, or store:DIR/repo/type/tag",
		    .def = "standard output, but for a resource" },
	COCO_LIST(examples, get_examples),
	.exits = EXITS | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "broker put, model open",
	.opts_size = sizeof(struct coco_opts_broker_get),
	.since = "0.2.0",
};

/* ---- broker delete -------------------------------------------------------------- */

static const struct coco_opt delete_opts[] = {
	{ .name = "resource", .kind = COCO_KIND_STRING, .arg = "REPO/TYPE/TAG",
	  .help = "the resource to remove (v0.20 and later)", .conflicts = "plugin",
	  COCO_BIND_STR(struct coco_opts_broker_delete, resource) },
	{ .name = "plugin", .kind = COCO_KIND_STRING, .arg = "PLUGIN/PATH",
	  .help = "what a plugin shall remove, such as provisioner/provision/UUID",
	  COCO_BIND_STR(struct coco_opts_broker_delete, plugin) },
	COCO_OPTIONS_BROKER(COCO_OPT_REQUIRED, struct coco_opts_broker_delete),
};

static const struct coco_example delete_examples[] = {
	{ "broker delete --broker https://kbs.example.com:8080 --admin-key admin.pem --resource "
	  "tenant/model/3f9c2a71", "withdraw a content key" },
};

const struct coco_cmd coco_cmd_entry_broker_delete = {
	.id = COCO_CMD_BROKER_DELETE,
	.path = "broker delete",
	.group = "Key broker",
	.summary = "Remove a resource from a broker",
	.text = "Only resources and what plugins keep can be removed, and from a broker only since "
		"Trustee v0.20; resources from a directory (store:DIR) always.",
	.flags = COCO_CMD_TOUCHES_KEYS,
	COCO_LIST(opts, delete_opts),
	.one_of = "resource|plugin",
	COCO_LIST(examples, delete_examples),
	.exits = EXITS,
	.env = credentials_env,
	.see = "broker put",
	.opts_size = sizeof(struct coco_opts_broker_delete),
	.since = "0.2.0",
};
