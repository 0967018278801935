/*
 * table_model_use.c - the commands that check and read packages: verify,
 * inspect, open, cat.
 */
#include "cli/model/table_model.h"

static const char *const credentials_env[] = { "CREDENTIALS_DIRECTORY", NULL };

#define USE_EXITS                                                                         \
	(COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |         \
	 COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(INDETERMINATE) | COCO_EXIT_BIT(LIMIT))

#define OPTIONS_OPENING_KEY(s)                                                            \
	{ .name = "key", .kind = COCO_KIND_KEYREF, .arg = "REF",                          \
	  .conflicts = "identity", .help = "the content key", COCO_BIND_STR(s, key) },    \
	{ .name = "identity", .kind = COCO_KIND_KEYREF, .arg = "REF",                     \
	  .help = "private key that opens one of the package's wraps",                    \
	  COCO_BIND_STR(s, identity) }

/* ---- model verify --------------------------------------------------------------- */

static const struct coco_operand verify_operands[] = {
	{ .name = "target", .kind = COCO_KIND_DIR, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "a package, or a model's directory",
	  COCO_BIND_STR(struct coco_opts_model_verify, target) },
};

static const struct coco_opt verify_opts[] = {
	COCO_OPTIONS_TRUST(struct coco_opts_model_verify),
	{ .name = "key", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "content key: also check every chunk and every file",
	  COCO_BIND_STR(struct coco_opts_model_verify, key) },
	{ .name = "signature", .kind = COCO_KIND_INPUT, .arg = "FILE", .def = "model.sig",
	  .help = "signature of a directory",
	  COCO_BIND_STR(struct coco_opts_model_verify, signature) },
	COCO_OPTION_MIN_VERSION(struct coco_opts_model_verify),
	{ .name = "previous", .kind = COCO_KIND_STRING, .flags = COCO_OPT_NAMES,
	  .arg = "PKG|DIGEST", .help = "the release that this one must follow",
	  COCO_BIND_STR(struct coco_opts_model_verify, previous) },
	{ .name = "ignore-unsigned-files", .kind = COCO_KIND_FLAG,
	  .help = "accept files in the directory that nobody signed",
	  COCO_BIND_FLAG(struct coco_opts_model_verify, ignore_unsigned_files) },
	{ .name = "allow-symlinks", .kind = COCO_KIND_FLAG,
	  .help = "follow symbolic links to files in the directory",
	  COCO_BIND_FLAG(struct coco_opts_model_verify, allow_symlinks) },
	COCO_OPTION_IGNORE(struct coco_opts_model_verify),
};

static const struct coco_example verify_examples[] = {
	{ "model verify release --public-key signer.pub",
	  "signature, manifest and the digest of every blob" },
	{ "model verify release --certificate-root root.pem --expect-subject "
	  "release@models.example --key model.key --min-version 7",
	  "a certified signer, no rollback, every chunk and file" },
	{ "model verify ./model --public-key signer.pub --signature model.sig --json",
	  "a directory with an OpenSSF Model Signing bundle" },
};

const struct coco_cmd coco_cmd_entry_model_verify = {
	.id = COCO_CMD_MODEL_VERIFY,
	.path = "model verify",
	.group = "Models",
	.summary = "Verify signature and contents of a package or directory",
	.text = "Exit code 0 only for a complete yes: 1 when something does not hold, 8 when it "
		"cannot be decided, for want of a key or root to trust. Each check is listed with "
		"what was expected and found. Nothing is fetched.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_JOBS |
		 COCO_CMD_SHOW_NAMES | COCO_CMD_VERIFIES | COCO_CMD_PROGRESS,
	COCO_LIST(operands, verify_operands),
	COCO_LIST(opts, verify_opts),
	COCO_LIST(examples, verify_examples),
	.exits = USE_EXITS,
	.env = credentials_env,
	.see = "model sign, model open",
	.opts_size = sizeof(struct coco_opts_model_verify),
	.since = "0.1.0",
};

/* ---- model inspect -------------------------------------------------------------- */

static const struct coco_operand inspect_operands[] = {
	{ .name = "package", .kind = COCO_KIND_PACKAGE, .flags = COCO_OPT_NAMES, .min = 1,
	  .max = 1, .help = "the package",
	  COCO_BIND_STR(struct coco_opts_model_inspect, package) },
};

static const struct coco_opt inspect_opts[] = {
	{ .name = "key", .kind = COCO_KIND_KEYREF, .arg = "REF",
	  .help = "content key: also show what the catalogue holds",
	  COCO_BIND_STR(struct coco_opts_model_inspect, key) },
};

static const struct coco_example inspect_examples[] = {
	{ "model inspect release", "what everybody can see" },
	{ "model inspect release --key model.key", "also the files and their tensors" },
	{ "model inspect release --key model.key --json --show-names",
	  "the same for a program, with the names of the files" },
};

const struct coco_cmd coco_cmd_entry_model_inspect = {
	.id = COCO_CMD_MODEL_INSPECT,
	.path = "model inspect",
	.group = "Models",
	.summary = "Show what a package says about itself",
	.text = "Nothing is verified: model verify does that. Without the key the answer is the "
		"public part (version, key id, segments, signatures, wraps), with it the catalogue "
		"too: files, tensors, dtypes. In JSON the names of files appear only with "
		"--show-names.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_SHOW_NAMES,
	COCO_LIST(operands, inspect_operands),
	COCO_LIST(opts, inspect_opts),
	COCO_LIST(examples, inspect_examples),
	.exits = USE_EXITS,
	.env = credentials_env,
	.see = "model verify",
	.opts_size = sizeof(struct coco_opts_model_inspect),
	.since = "0.1.0",
};

/* ---- model open ----------------------------------------------------------------- */

static const struct coco_operand open_operands[] = {
	{ .name = "package", .kind = COCO_KIND_PACKAGE, .flags = COCO_OPT_NAMES, .min = 1,
	  .max = 1, .help = "the package",
	  COCO_BIND_STR(struct coco_opts_model_open, package) },
};

static const struct coco_opt open_opts[] = {
	OPTIONS_OPENING_KEY(struct coco_opts_model_open),
	COCO_OPTIONS_TRUST(struct coco_opts_model_open),
	{ .name = "file", .kind = COCO_KIND_STRING, .arg = "GLOB", .def = "all files",
	  .flags = COCO_OPT_REPEAT | COCO_OPT_NAMES, .help = "only files whose path matches",
	  COCO_BIND_LIST(struct coco_opts_model_open, files) },
	COCO_OPTION_MIN_VERSION(struct coco_opts_model_open),
};

static const struct coco_example open_examples[] = {
	{ "model open release -o /run/model --key model.key --public-key signer.pub",
	  "verify and decrypt all of it" },
	{ "model open release -o /run/model --identity cred:customer --certificate-root "
	  "root.pem --expect-subject release@models.example --file *.json",
	  "with one's own wrap, some files only" },
};

const struct coco_cmd coco_cmd_entry_model_open = {
	.id = COCO_CMD_MODEL_OPEN,
	.path = "model open",
	.group = "Models",
	.summary = "Verify and decrypt a package into a directory",
	.text = "Signature, manifest, header, catalogue and every chunk are checked before a file "
		"appears under its name. A destination that the package forbids for plaintext is "
		"refused. No link or path of a package leads out of the directory.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_WRITES_OUTPUT |
		 COCO_CMD_DRY_RUN | COCO_CMD_JOBS | COCO_CMD_SHOW_NAMES | COCO_CMD_PROGRESS,
	COCO_LIST(operands, open_operands),
	COCO_LIST(opts, open_opts),
	.one_of = "key|identity",
	.output = { .kind = COCO_KIND_DIR, .required = true, .help = "directory for the files" },
	COCO_LIST(examples, open_examples),
	.exits = USE_EXITS | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "model verify, model cat",
	.opts_size = sizeof(struct coco_opts_model_open),
	.since = "0.1.0",
};

/* ---- model cat ------------------------------------------------------------------ */

static const struct coco_operand cat_operands[] = {
	{ .name = "package", .kind = COCO_KIND_PACKAGE, .flags = COCO_OPT_NAMES, .min = 1,
	  .max = 1, .help = "the package",
	  COCO_BIND_STR(struct coco_opts_model_cat, package) },
	{ .name = "file", .kind = COCO_KIND_STRING, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "FILE[:OFFSET[:LENGTH]], a file of the package or a part of it",
	  COCO_BIND_STR(struct coco_opts_model_cat, file) },
};

static const struct coco_opt cat_opts[] = {
	OPTIONS_OPENING_KEY(struct coco_opts_model_cat),
	COCO_OPTIONS_TRUST(struct coco_opts_model_cat),
	COCO_OPTION_MIN_VERSION(struct coco_opts_model_cat),
};

static const struct coco_example cat_examples[] = {
	{ "model cat release config.json --key model.key --public-key signer.pub",
	  "one file to standard output" },
	{ "model cat release model.safetensors:0:8 --key model.key --public-key signer.pub "
	  "-o head.bin",
	  "its first eight bytes" },
};

const struct coco_cmd coco_cmd_entry_model_cat = {
	.id = COCO_CMD_MODEL_CAT,
	.path = "model cat",
	.group = "Models",
	.summary = "Write one file of a package, or a part of it",
	.text = "Only the segments that the part needs are read. Each chunk is authenticated "
		"before its bytes are released; when the command fails later, what was written "
		"already must not be used.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_HIDES_OPERANDS | COCO_CMD_WRITES_OUTPUT |
		 COCO_CMD_JOBS | COCO_CMD_SHOW_NAMES | COCO_CMD_PROGRESS,
	COCO_LIST(operands, cat_operands),
	COCO_LIST(opts, cat_opts),
	.one_of = "key|identity",
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the bytes", .def = "standard output" },
	COCO_LIST(examples, cat_examples),
	.exits = USE_EXITS | COCO_EXIT_BIT(EXISTS),
	.env = credentials_env,
	.see = "model open",
	.opts_size = sizeof(struct coco_opts_model_cat),
	.since = "0.1.0",
};
