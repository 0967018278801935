/*
 * table_seal.c - key seal, unseal in the command table.
 */
#include "cli/broker/table_broker.h"

#define SEAL struct coco_opts_key_seal
#define UNSEAL struct coco_opts_key_unseal

static const struct coco_opt seal_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "private key (p256) that signs", COCO_BIND_STR(SEAL, key) },
	{ .name = "kid", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REQUIRED, .arg = "URI",
	  .help = "resource that holds the public key, kbs:///repo/type/tag",
	  COCO_BIND_STR(SEAL, kid) },
	{ .name = "resource", .kind = COCO_KIND_STRING, .flags = COCO_OPT_REQUIRED, .arg = "URI",
	  .help = "resource that holds the secret", COCO_BIND_STR(SEAL, resource) },
	{ .name = "public-jwk", .kind = COCO_KIND_OUTPUT, .arg = "FILE",
	  .help = "also write the public key, as the resource of --kid takes it",
	  COCO_BIND_STR(SEAL, public_jwk) },
};

static const struct coco_example seal_examples[] = {
	{ "key seal --key sealing.pem --kid kbs:///default/signing-key/sealed "
	  "--resource kbs:///default/model-key/kek-1 --public-jwk sealed.jwk -o sealed.txt",
	  "a sealed secret, and the public key to register" },
};

const struct coco_cmd coco_cmd_entry_key_seal = {
	.id = COCO_CMD_KEY_SEAL,
	.path = "key seal",
	.group = "Sealed secrets",
	.summary = "Make a sealed secret of a resource of the key broker",
	.text = "A sealed secret stands in a Kubernetes secret or in the options of a volume; the "
		"guest's data hub verifies it and fetches what it names. It is signed with ES256, "
		"is verified before it is written, and has no line end. It holds no secret.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN,
	COCO_LIST(opts, seal_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .help = "the sealed secret" },
	COCO_LIST(examples, seal_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "key unseal, key generate",
	.opts_size = sizeof(SEAL),
	.since = "0.2.0",
};

static const struct coco_operand unseal_operands[] = {
	{ .name = "file", .kind = COCO_KIND_INPUT, .min = 1, .max = 1,
	  .help = "the sealed secret", COCO_BIND_STR(UNSEAL, file) },
};

static const struct coco_opt unseal_opts[] = {
	{ .name = "verify-key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED,
	  .arg = "REF", .help = "public key: JWK, PEM, DER or certificate, also in a store",
	  COCO_BIND_STR(UNSEAL, key) },
};

static const struct coco_example unseal_examples[] = {
	{ "key unseal sealed.txt --verify-key sealed.jwk", "what a guest would fetch" },
};

const struct coco_cmd coco_cmd_entry_key_unseal = {
	.id = COCO_CMD_KEY_UNSEAL,
	.path = "key unseal",
	.group = "Sealed secrets",
	.summary = "Verify a sealed secret and say what it stands for",
	.text = "Judges as guest components v0.18 and later do: ES256, the public key that the "
		"broker hands out, every member, no line end. Placeholders instead of a signature, "
		"which guests up to v0.17 accepted, are refused. Nothing is fetched.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_VERIFIES,
	COCO_LIST(operands, unseal_operands),
	COCO_LIST(opts, unseal_opts),
	COCO_LIST(examples, unseal_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(LIMIT),
	.see = "key seal",
	.opts_size = sizeof(UNSEAL),
	.since = "0.2.0",
};
