/*
 * table_model_make.c - the commands that make packages and signatures: plan,
 * pack, merge, sign, rewrap.
 */
#include "cli/model/table_model.h"

static const char *const credentials_env[] = { "CREDENTIALS_DIRECTORY", NULL };
static const char *const compress_values[] = { "auto", "off", "zstd", "planes", NULL };
static const char *const at_rest_values[] = { "allow", "deny", "guest-encrypted", NULL };

#define MAKE_FLAGS                                                                        \
	(COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_WRITES_OUTPUT |       \
	 COCO_CMD_JOBS | COCO_CMD_SHOW_NAMES | COCO_CMD_PROGRESS | COCO_CMD_DRY_RUN)
#define MAKE_EXITS                                                                        \
	(COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |              \
	 COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS))

/* Segment sizes are powers of two in this range (docs/formats). */
#define OPTION_SEGMENT_SIZE(s)                                                            \
	{ .name = "segment-size", .kind = COCO_KIND_SIZE, .arg = "SIZE",                  \
	  .def = "by the model's size",                                                   \
	  .help = "a power of two, 1MiB to 4GiB",                                         \
	  .min = 1ULL << 20, .max = 4ULL << 30, COCO_BIND_U64(s, segment_size) }

/* ---- model plan ----------------------------------------------------------------- */

static const struct coco_operand plan_operands[] = {
	{ .name = "dir", .kind = COCO_KIND_DIR, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "the model's directory",
	  COCO_BIND_STR(struct coco_opts_model_plan, dir) },
};

static const struct coco_opt plan_opts[] = {
	OPTION_SEGMENT_SIZE(struct coco_opts_model_plan),
	COCO_OPTION_IGNORE_PACK(struct coco_opts_model_plan),
};

static const struct coco_example plan_examples[] = {
	{ "model plan ./model -o plan.json", "write the plan that all machines share" },
	{ "model plan ./model -o plan.json --segment-size 1GiB", "larger blobs" },
};

const struct coco_cmd coco_cmd_entry_model_plan = {
	.id = COCO_CMD_MODEL_PLAN,
	.path = "model plan",
	.group = "Models",
	.summary = "Plan how several machines share the packing of one model",
	.text = "The plan fixes the files, their order and the segments, so that machines that "
		"see the same directory can each pack a part (model pack --plan --shard I/N) and "
		"model merge can put the parts together. It holds no name and no size of a file.",
	.flags = COCO_CMD_HIDES_OPERANDS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_SHOW_NAMES |
		 COCO_CMD_DRY_RUN |
		 COCO_CMD_PROGRESS,
	COCO_LIST(operands, plan_operands),
	COCO_LIST(opts, plan_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .required = true, .secret = true,
		    .help = "the plan, JSON, mode 0600" },
	COCO_LIST(examples, plan_examples),
	.exits = COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(LIMIT) |
		 COCO_EXIT_BIT(EXISTS),
	.see = "model pack, model merge",
	.opts_size = sizeof(struct coco_opts_model_plan),
	.since = "0.1.0",
};

/* ---- model pack ----------------------------------------------------------------- */

static const struct coco_operand pack_operands[] = {
	{ .name = "dir", .kind = COCO_KIND_DIR, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "the model's directory",
	  COCO_BIND_STR(struct coco_opts_model_pack, dir) },
};

static const struct coco_opt pack_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .arg = "REF", .conflicts = "new-key",
	  .help = "the content key, used for this package only",
	  COCO_BIND_STR(struct coco_opts_model_pack, key) },
	{ .name = "new-key", .kind = COCO_KIND_OUTPUT, .arg = "FILE",
	  .help = "make a content key and write it there, mode 0600",
	  COCO_BIND_STR(struct coco_opts_model_pack, new_key) },
	COCO_OPTION_KEY_ID(struct coco_opts_model_pack),
	{ .name = "sign", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "private key that signs the package",
	  COCO_BIND_STR(struct coco_opts_model_pack, sign.key) },
	COCO_OPTIONS_CERTIFICATE(struct coco_opts_model_pack, "sign"),
	COCO_OPTION_RECIPIENT(struct coco_opts_model_pack, 0),
	{ .name = "version", .kind = COCO_KIND_U64, .arg = "N", .min = 1, .max = INT64_MAX,
	  .def = "1 past --previous, or 1",
	  .help = "release number",
	  COCO_BIND_U64(struct coco_opts_model_pack, version) },
	{ .name = "previous", .kind = COCO_KIND_STRING, .flags = COCO_OPT_NAMES,
	  .arg = "PKG|DIGEST", .help = "the release before, or its sha256: digest",
	  COCO_BIND_STR(struct coco_opts_model_pack, previous) },
	{ .name = "tag", .kind = COCO_KIND_STRING, .arg = "NAME",
	  .help = "tag in the OCI index; readable by everybody",
	  COCO_BIND_STR(struct coco_opts_model_pack, tag) },
	{ .name = "compress", .kind = COCO_KIND_ENUM, .arg = "HOW", .values = compress_values,
	  .def = "auto", .help = "how to compress",
	  COCO_BIND_ENUM(struct coco_opts_model_pack, compress) },
	OPTION_SEGMENT_SIZE(struct coco_opts_model_pack),
	{ .name = "plaintext-at-rest", .kind = COCO_KIND_ENUM, .arg = "RULE",
	  .values = at_rest_values, .def = "allow",
	  .help = "where open may write the files",
	  COCO_BIND_ENUM(struct coco_opts_model_pack, at_rest) },
	{ .name = "plaintext-digests", .kind = COCO_KIND_FLAG, .flags = COCO_OPT_ON,
	  .help = "SHA-256 of each file in the catalogue",
	  COCO_BIND_FLAG(struct coco_opts_model_pack, plaintext_digests) },
	COCO_OPTION_IGNORE_PACK(struct coco_opts_model_pack),
	{ .name = "resume", .kind = COCO_KIND_FLAG,
	  .help = "take up what an interrupted run left",
	  COCO_BIND_FLAG(struct coco_opts_model_pack, resume) },
	{ .name = "plan", .kind = COCO_KIND_INPUT, .arg = "FILE", .requires = "shard",
	  .conflicts = "segment-size ignore new-key",
	  .help = "pack a part of this plan",
	  COCO_BIND_STR(struct coco_opts_model_pack, plan) },
	{ .name = "shard", .kind = COCO_KIND_STRING, .arg = "I/N", .requires = "plan",
	  .help = "which part: 1/8 to 8/8",
	  COCO_BIND_STR(struct coco_opts_model_pack, shard) },
};

static const struct coco_example pack_examples[] = {
	{ "model pack ./model -o release --new-key model.key --sign signer.pem",
	  "encrypt with a new key and sign" },
	{ "model pack ./model -o p3 --key model.key --plan plan.json --shard 3/8",
	  "one of eight machines" },
};

const struct coco_cmd coco_cmd_entry_model_pack = {
	.id = COCO_CMD_MODEL_PACK,
	.path = "model pack",
	.group = "Models",
	.summary = "Pack a model into an encrypted, signed OCI image layout",
	.text = "File names, sizes and contents are encrypted; only the lengths of the segments "
		"are public. Plaintext never reaches the disk, memory stays bounded, and the "
		"output appears only when it is complete.",
	.flags = MAKE_FLAGS,
	COCO_LIST(operands, pack_operands),
	COCO_LIST(opts, pack_opts),
	.one_of = "key|new-key",
	.output = { .kind = COCO_KIND_DIR, .required = true, .help = "the package" },
	COCO_LIST(examples, pack_examples),
	.exits = MAKE_EXITS | COCO_EXIT_BIT(REJECTED),
	.env = credentials_env,
	.see = "model verify, model open, key generate",
	.opts_size = sizeof(struct coco_opts_model_pack),
	.since = "0.1.0",
};

/* ---- model merge ---------------------------------------------------------------- */

static const struct coco_operand merge_operands[] = {
	{ .name = "part", .kind = COCO_KIND_PACKAGE, .flags = COCO_OPT_NAMES, .min = 1,
	  .max = 4096, .help = "all parts of one plan, in any order",
	  COCO_BIND_LIST(struct coco_opts_model_merge, parts) },
};

static const struct coco_opt merge_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "the content key of the parts",
	  COCO_BIND_STR(struct coco_opts_model_merge, key) },
	COCO_OPTION_KEY_ID(struct coco_opts_model_merge),
	{ .name = "sign", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "private key that signs the package",
	  COCO_BIND_STR(struct coco_opts_model_merge, sign.key) },
	COCO_OPTIONS_CERTIFICATE(struct coco_opts_model_merge, "sign"),
	COCO_OPTION_RECIPIENT(struct coco_opts_model_merge, 0),
};

static const struct coco_example merge_examples[] = {
	{ "model merge part1 part2 part3 -o release --key model.key --sign signer.pem",
	  "put three parts together and sign" },
};

const struct coco_cmd coco_cmd_entry_model_merge = {
	.id = COCO_CMD_MODEL_MERGE,
	.path = "model merge",
	.group = "Models",
	.summary = "Put the parts that several machines packed together",
	.text = "Every part of the plan must be there exactly once. Blobs are moved or linked "
		"where the file system allows it, not encrypted again; what is written is the "
		"catalogue, the manifest and the signature.",
	.flags = MAKE_FLAGS,
	COCO_LIST(operands, merge_operands),
	COCO_LIST(opts, merge_opts),
	.output = { .kind = COCO_KIND_DIR, .required = true, .help = "the package" },
	COCO_LIST(examples, merge_examples),
	.exits = MAKE_EXITS | COCO_EXIT_BIT(REJECTED),
	.env = credentials_env,
	.see = "model plan, model pack",
	.opts_size = sizeof(struct coco_opts_model_merge),
	.since = "0.1.0",
};

/* ---- model sign ----------------------------------------------------------------- */

static const struct coco_operand sign_operands[] = {
	{ .name = "target", .kind = COCO_KIND_DIR, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "a model's directory, or a package",
	  COCO_BIND_STR(struct coco_opts_model_sign, target) },
};

static const struct coco_opt sign_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "private key", COCO_BIND_STR(struct coco_opts_model_sign, sign.key) },
	COCO_OPTIONS_CERTIFICATE(struct coco_opts_model_sign, "key"),
	COCO_OPTION_IGNORE(struct coco_opts_model_sign),
	{ .name = "allow-symlinks", .kind = COCO_KIND_FLAG,
	  .help = "follow symbolic links to files in the directory",
	  COCO_BIND_FLAG(struct coco_opts_model_sign, allow_symlinks) },
};

static const struct coco_example sign_examples[] = {
	{ "model sign ./model --key signer.pem -o model.sig",
	  "an OpenSSF Model Signing bundle" },
	{ "model sign release --key signer.pem", "sign a package that was not signed" },
};

const struct coco_cmd coco_cmd_entry_model_sign = {
	.id = COCO_CMD_MODEL_SIGN,
	.path = "model sign",
	.group = "Models",
	.summary = "Sign a model's directory or a package",
	.text = "For a directory the answer is an OpenSSF Model Signing bundle, which the "
		"reference tool verifies too; it lists the files with their digests, so keep it as "
		"you keep the model. A model that is one file needs -o. The signature of a package "
		"is put into the package.",
	.flags = MAKE_FLAGS,
	COCO_LIST(operands, sign_operands),
	COCO_LIST(opts, sign_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the signature of a directory",
		    .def = "model.sig" },
	COCO_LIST(examples, sign_examples),
	.exits = MAKE_EXITS | COCO_EXIT_BIT(REJECTED),
	.env = credentials_env,
	.see = "model verify, key generate",
	.opts_size = sizeof(struct coco_opts_model_sign),
	.since = "0.1.0",
};

/* ---- model rewrap --------------------------------------------------------------- */

static const struct coco_operand rewrap_operands[] = {
	{ .name = "package", .kind = COCO_KIND_PACKAGE, .flags = COCO_OPT_NAMES, .min = 1,
	  .max = 1, .help = "the package, changed in place",
	  COCO_BIND_STR(struct coco_opts_model_rewrap, package) },
};

static const struct coco_opt rewrap_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_REQUIRED, .arg = "REF",
	  .help = "the content key", COCO_BIND_STR(struct coco_opts_model_rewrap, key) },
	COCO_OPTION_RECIPIENT(struct coco_opts_model_rewrap, COCO_OPT_REQUIRED),
	COCO_OPTION_KEY_ID(struct coco_opts_model_rewrap),
};

static const struct coco_example rewrap_examples[] = {
	{ "model rewrap release --key model.key --recipient customer.pub",
	  "from now on this customer can open it" },
};

const struct coco_cmd coco_cmd_entry_model_rewrap = {
	.id = COCO_CMD_MODEL_REWRAP,
	.path = "model rewrap",
	.group = "Models",
	.summary = "Replace the wraps of a package's content key",
	.text = "The wraps are an object of their own beside the package: its data, digests and "
		"signature stay as they are. Who had the old wraps may have kept the key.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_DRY_RUN,
	COCO_LIST(operands, rewrap_operands),
	COCO_LIST(opts, rewrap_opts),
	COCO_LIST(examples, rewrap_examples),
	.exits = COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) | COCO_EXIT_BIT(KEY) |
		 COCO_EXIT_BIT(LIMIT),
	.env = credentials_env,
	.see = "key wrap, model open",
	.opts_size = sizeof(struct coco_opts_model_rewrap),
	.since = "0.1.0",
};
