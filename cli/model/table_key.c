/*
 * table_key.c - the key commands' part of the command table.
 */
#include "cli/model/table_model.h"

#define REFERENCES                                                                         \
	"Keys are given as references: a path or file:PATH (not readable by others), fd:N, " \
	"env:NAME, cred:NAME, store:DIR/repo/type/tag, kbs+https://HOST/repo/type/tag, "  \
	"cdh:///repo/type/tag (docs/broker.md) or - for standard input."

static const char *const types[] = {
	"ed25519", "p256", "p384", "p521", "rsa3072", "content", NULL,
};

static const char *const credentials_env[] = { "CREDENTIALS_DIRECTORY", NULL };

/* ---- key generate --------------------------------------------------------------- */

static const struct coco_opt generate_opts[] = {
	{ .name = "type", .kind = COCO_KIND_ENUM, .flags = COCO_OPT_REQUIRED, .arg = "TYPE",
	  .values = types, .help = "what to make",
	  COCO_BIND_ENUM(struct coco_opts_key_generate, type) },
	{ .name = "public", .kind = COCO_KIND_OUTPUT, .arg = "FILE",
	  .help = "also write the public key there, PEM",
	  COCO_BIND_STR(struct coco_opts_key_generate, public_file) },
};

static const struct coco_example generate_examples[] = {
	{ "key generate --type p384 -o signer.pem --public signer.pub",
	  "a key pair that signs packages" },
	{ "key generate --type content -o store:/srv/keys/tenant/model/3f9c2a71",
	  "a content key, straight into the directory of a key broker" },
};

const struct coco_cmd coco_cmd_entry_key_generate = {
	.id = COCO_CMD_KEY_GENERATE,
	.path = "key generate",
	.group = "Keys",
	.summary = "Generate a key pair, or a content key",
	.text = "Key pairs sign packages (all types) or receive wrapped content keys (p256, p384, "
		"p521, rsa3072); the private key is written as unencrypted PKCS#8 PEM. A content "
		"key is 32 random bytes that encrypt one package. What is written has mode 0600; "
		"the answer names the fingerprint, never the key.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, generate_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .secret = true,
		    .help = "private or content key: a file, or store:DIR/repo/type/tag" },
	COCO_LIST(examples, generate_examples),
	.exits = COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(EXISTS),
	.see = "key public, key wrap, model pack",
	.opts_size = sizeof(struct coco_opts_key_generate),
	.since = "0.1.0",
};

/* ---- key public ----------------------------------------------------------------- */

static const struct coco_operand public_operands[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .min = 1, .max = 1,
	  .help = "reference to a private key; a public key or certificate will do too",
	  COCO_BIND_STR(struct coco_opts_key_public, key) },
};

static const struct coco_example public_examples[] = {
	{ "key public signer.pem -o signer.pub", "write the half that others may have" },
	{ "key public cred:signer", "print that of a systemd credential" },
};

const struct coco_cmd coco_cmd_entry_key_public = {
	.id = COCO_CMD_KEY_PUBLIC,
	.path = "key public",
	.group = "Keys",
	.summary = "Print the public half of a key",
	.text = "The answer is a PEM block with SubjectPublicKeyInfo, as openssl, cosign and "
		"cococtl read it. " REFERENCES,
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, public_operands),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "public key, PEM",
		    .def = "standard output" },
	COCO_LIST(examples, public_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "key inspect, key generate",
	.opts_size = sizeof(struct coco_opts_key_public),
	.since = "0.1.0",
};

/* ---- key inspect ---------------------------------------------------------------- */

static const struct coco_operand inspect_operands[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .min = 1, .max = 1,
	  .help = "reference to a private, public or content key, or a certificate",
	  COCO_BIND_STR(struct coco_opts_key_inspect, key) },
};

static const struct coco_example inspect_examples[] = {
	{ "key inspect signer.pem", "type, size and fingerprints" },
	{ "key inspect signer.pub --json", "the same for a program" },
};

const struct coco_cmd coco_cmd_entry_key_inspect = {
	.id = COCO_CMD_KEY_INSPECT,
	.path = "key inspect",
	.group = "Keys",
	.summary = "Say what a key is: type, size, fingerprints, uses",
	.text = "Nothing secret is shown: a key pair by the SHA-256 of its public half, a content "
		"key by the SHA-256 of its 32 bytes. " REFERENCES,
	.flags = COCO_CMD_TOUCHES_KEYS,
	COCO_LIST(operands, inspect_operands),
	COCO_LIST(examples, inspect_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT),
	.env = credentials_env,
	.see = "key public, key generate",
	.opts_size = sizeof(struct coco_opts_key_inspect),
	.since = "0.1.0",
};

/* ---- key wrap ------------------------------------------------------------------- */

static const struct coco_opt wrap_opts[] = {
	COCO_OPTION_RECIPIENT(struct coco_opts_key_wrap, COCO_OPT_REQUIRED),
	{ .name = "key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "the content key", COCO_BIND_STR(struct coco_opts_key_wrap, key) },
	COCO_OPTION_KEY_ID(struct coco_opts_key_wrap),
};

static const struct coco_example wrap_examples[] = {
	{ "key wrap --recipient escrow.pub --recipient customer.pub --key model.key "
	  "-o wraps.json",
	  "two parties can each open the package" },
	{ "key wrap --recipient escrow.pub --key model.key --key-id "
	  "kbs:///tenant/model/3f9c2a71 -o wraps.json",
	  "also say where the broker keeps it" },
};

const struct coco_cmd coco_cmd_entry_key_wrap = {
	.id = COCO_CMD_KEY_WRAP,
	.path = "key wrap",
	.group = "Keys",
	.summary = "Wrap a content key for the holders of private keys",
	.text = "Each recipient gets its own JSON Web Encryption object: ECDH-ES+A256KW for "
		"elliptic curves, RSA-OAEP-256 for RSA. The document is public. A package takes "
		"its wraps with it (model pack --recipient, model rewrap); this command is for "
		"those that travel alone. " REFERENCES,
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, wrap_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true,
		    .help = "the wraps document, JSON" },
	COCO_LIST(examples, wrap_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "key unwrap, model rewrap",
	.opts_size = sizeof(struct coco_opts_key_wrap),
	.since = "0.1.0",
};

/* ---- key unwrap ----------------------------------------------------------------- */

static const struct coco_operand unwrap_operands[] = {
	{ .name = "wraps", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "document that key wrap wrote",
	  COCO_BIND_STR(struct coco_opts_key_unwrap, wraps) },
};

static const struct coco_opt unwrap_opts[] = {
	{ .name = "identity", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "private key of one recipient",
	  COCO_BIND_STR(struct coco_opts_key_unwrap, identity) },
};

static const struct coco_example unwrap_examples[] = {
	{ "key unwrap --identity customer.pem wraps.json -o model.key",
	  "get the content key back" },
	{ "key unwrap --identity cred:customer wraps.json -o store:/srv/keys/tenant/model/3f9c2a71",
	  "put it straight into the directory of a key broker" },
};

const struct coco_cmd coco_cmd_entry_key_unwrap = {
	.id = COCO_CMD_KEY_UNWRAP,
	.path = "key unwrap",
	.group = "Keys",
	.summary = "Get a content key back from its wraps",
	.text = "The private key of one recipient opens its wrap. The content key is written with "
		"mode 0600 and never printed. " REFERENCES,
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, unwrap_operands),
	COCO_LIST(opts, unwrap_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .secret = true,
		    .help = "content key: a file, or store:DIR/repo/type/tag" },
	COCO_LIST(examples, unwrap_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "key wrap, model open",
	.opts_size = sizeof(struct coco_opts_key_unwrap),
	.since = "0.1.0",
};
